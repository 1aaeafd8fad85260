local nodeset = require "moonwire.inventory.nodeset"

local function expand(text, options)
  return table.concat(assert(nodeset.expand(text, options)), " ")
end

describe("a node set", function()
  local known = {
    names = { "core1", "core2", "edge1" },
    group = function(name) return name == "all" and { "core1", "core2" } or nil end,
  }

  for text, names in pairs {
    ["r1"] = "r1",
    ["r1,r2,r1"] = "r1 r2",
    ["sw[1-3]"] = "sw1 sw2 sw3",
    ["sw[008-011]"] = "sw008 sw009 sw010 sw011",
    ["sw[9-11]"] = "sw9 sw10 sw11",
    ["p[0-6/3]"] = "p0 p3 p6",
    ["r[1-2]-p[1,4]x"] = "r1-p1x r1-p4x r2-p1x r2-p4x",
    ["r[1-4]!r[2-3]"] = "r1 r4",
    ["r[1-4]&r[3-9]"] = "r3 r4",
    ["r[1-2]^r[2-3]"] = "r1 r3",
    [" r1 , r2 ! r1 "] = "r2",
    ['"core 1",r2'] = "core 1 r2",
    ["core*"] = "core1 core2",
    ["*1"] = "core1 edge1",
    ["c?re1,edge?"] = "core1 edge1",
    ["@all!core1"] = "core2",
    ["nothing*"] = "",
    ["c*[1-2]"] = "core1 core2",
  } do
    it("takes " .. text, function()
      assert.equal(names, expand(text, known))
    end)
  end

  for text, wrong in pairs {
    [""] = "column 1: a name is missing",
    ["r1,"] = "column 4: a name is missing",
    ["r1 r2"] = "column 4: here a ,",
    ["r[1-]"] = "column 3: a range is like",
    ["r[a]"] = "column 3: a range is like",
    ["r[]"] = "column 3: a range is like",
    ["r[5-1]"] = "ends before it begins",
    ["r[1-5/0]"] = "in steps of 0",
    ["r[1-5/]"] = "column 3: a range is like",
    ["r[1-55]7]"] = "column 9: here a ,",
    ["r[1"] = "column 2: here a ,",
    ["]"] = "column 1: a name is missing",
    ["sw[1-999999999]"] = "more than 100000 names",
    ["a[1-1000]b[1-1000]"] = "more than 100000 names",
    ["a[1-99999999999999999999]"] = "too long",
    ["@none"] = 'there is no group "none"',
  } do
    it("refuses " .. text, function()
      local names, message, kind, column = nodeset.expand(text)
      assert.is_nil(names)
      assert.equal("invalid", kind)
      assert.equal("integer", math.type(column))
      assert.is_truthy(message:find(wrong, 1, true), message)
    end)
  end

  it("takes no longer for a pattern with many stars", function()
    local pattern = ("*a"):rep(2000) .. "*b"
    assert.same({}, nodeset.expand(pattern, { names = { ("a"):rep(5000) } }))
  end)
end)

describe("folding", function()
  for text, names in pairs {
    [""] = {},
    ["r1"] = { "r1", "r1" },
    ["sw[001-003]"] = { "sw003", "sw001", "sw002" },
    ["sw[098-101]"] = { "sw098", "sw099", "sw100", "sw101" },
    ["sw[8-11]"] = { "sw8", "sw9", "sw10", "sw11" },
    ["r[1-2,4]"] = { "r4", "r2", "r1" },
    ["r[1,01]"] = { "r01", "r1" },
    ["r[1-2]-p[1-2]"] = { "r1-p1", "r1-p2", "r2-p1", "r2-p2" },
    ["r1-p[1-2],r2-p1"] = { "r1-p1", "r1-p2", "r2-p1" },
    ["core,edge"] = { "core", "edge" },
    ["r12345678901234567890"] = { "r12345678901234567890" },
    ['"core 1"'] = { "core 1" },
    ["10.0.0.[1-3]"] = { "10.0.0.1", "10.0.0.2", "10.0.0.3" },
  } do
    it("gives " .. (text == "" and "nothing for nothing" or text), function()
      assert.equal(text, nodeset.fold(names))
    end)
  end

  for _, text in ipairs {
    "R[7-400/3]", "r[1,3,5]", "r[1-7/2]", "r[01-21/5,30]", "r[098-104/2]",
    "r[1,3,5-7,9-15/2]", "p[1-2]n[1-9/2]", "p[0-8/2]n[1-3]", "a[1,3]b[1-3],a2b[1,3]",
    "rack[1-4]-u[10-40/10]-n[1-2]",
  } do
    it("gives back " .. text, function()
      assert.equal(text, nodeset.fold(assert(nodeset.expand(text))))
    end)
  end

  it("sees steps and dimensions in what an operation leaves", function()
    local function folded(text)
      return nodeset.fold(assert(nodeset.expand(text)))
    end
    assert.equal("r[1-99/2]", folded "r[1-100]!r[2-100/2]")
    assert.equal("p[1-2]n[2-4]", folded "p[1-4]n[1-4]&p[1-2]n[2-9]")
    assert.equal("p1n[2-4],p2n1", folded "p1n[1-4]^p[1-2]n1")
  end)

  it("is undone by expanding, whatever the steps", function()
    math.randomseed(11)
    for _ = 1, 300 do
      local names = {}
      for _ = 1, math.random(1, 3) do
        local first, step = math.random(0, 120), math.random(1, 9)
        for i = 0, math.random(0, 12) do
          names[("n%d"):format(first + i * step)] = true
          names[("n%03d-1"):format(first + i * step)] = true
        end
      end
      local wanted = {}
      for name in pairs(names) do
        wanted[#wanted + 1] = name
      end
      local back = assert(nodeset.expand(nodeset.fold(wanted)))
      table.sort(wanted)
      table.sort(back)
      assert.same(wanted, back)
    end
  end)

  it("is undone by expanding, whatever the names", function()
    math.randomseed(7)
    local letters = { "r", "sw-", "0", "1", "9", "00", ".", "7", "x" }
    for _ = 1, 300 do
      local names, seen = {}, {}
      for _ = 1, math.random(1, 40) do
        local parts = { "n" }
        for _ = 1, math.random(1, 5) do
          parts[#parts + 1] = letters[math.random(#letters)]
        end
        local name = table.concat(parts)
        if not seen[name] then
          seen[name] = true
          names[#names + 1] = name
        end
      end
      local back = assert(nodeset.expand(nodeset.fold(names)))
      table.sort(names)
      table.sort(back)
      assert.same(names, back)
    end
  end)
end)
