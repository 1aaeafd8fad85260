local json = require "moonwire.report.json"
local output = require "moonwire.report.output"
local platforms = require "moonwire.platform"

-- What a format makes of some results.
local function written(format, results, has_rows)
  local parts = {}
  local self = output.new(format, {
    write = function(text) parts[#parts + 1] = text end,
    has_rows = has_rows,
    platform_of = function() return platforms.get "cisco_ios" end,
  })
  for _, result in ipairs(results) do
    self:result(result)
  end
  self:finish()
  return table.concat(parts)
end

local function answered(name, text, index)
  return {
    device = name, host = name, index = index, ok = true, state = "done", elapsed = 1,
    output = { { command = "show version", output = text, elapsed = 0.5 } },
  }
end

local function failed(name, message)
  return {
    device = name, host = name, ok = false, state = "failed", kind = "timeout",
    phase = "banner", message = name .. ": " .. message, elapsed = 2,
  }
end

describe("moonwire.report.output", function()
  it("shows no control character of a device in text and tables", function()
    local results = { answered("r\27[1m", "\27[31mred\7\r\nx") }
    for _, format in ipairs { "text", "table", "fold" } do
      local text = written(format, results)
      assert.is_nil(text:find "[%z\1-\8\11-\31\127]", format)
      assert.is_truthy(text:find("\\x1b", 1, true))
    end
  end)

  it("gives JSON that holds any bytes", function()
    local results = { answered("r1", "\255\0\27"), failed("r2", "\200") }
    assert.equal(2, #assert(json.decode(written("json", results))))
    for line in written("ndjson", results):gmatch "[^\n]+" do
      assert.is_table(json.decode(line))
    end
    assert.same({}, json.decode(written("json", {})))
  end)

  it("guards cells that a spreadsheet would take for formulas", function()
    local text = written("csv", {
      answered("=cmd|x", "+1"), answered("@a", "-x"), answered("r", 'a"b\nc'),
    })
    assert.is_truthy(text:find("\n'=cmd|x,", 1, true))
    assert.is_truthy(text:find("\n'@a,", 1, true))
    assert.is_truthy(text:find(",'-x,", 1, true))
    assert.is_truthy(text:find(',"a""b\nc",', 1, true))
  end)

  it("gives rows of templates in their columns", function()
    local one = answered("r1", "x")
    one.output[1].rows = { { NAME = "a", LIST = { "b", "c" } }, { NAME = "=d" } }
    one.output[1].columns = { "NAME", "LIST" }
    assert.equal("device,NAME,LIST,message\nr1,a,b c,\nr1,'=d,,\nr2,,,r2: gone\n",
      written("csv", { one, failed("r2", "gone") }, true))
    assert.equal("device,message\nr2,r2: gone\n",
      written("csv", { failed("r2", "gone") }, true))
    assert.is_truthy(written("table", { one }, true):find("b c", 1, true))
  end)

  it("puts tables into the order of the devices", function()
    local text = written("table", { answered("b", "2", 2), answered("a", "1", 1) })
    assert.is_true(text:find(" a ", 1, true) < text:find(" b ", 1, true))
  end)

  it("shows of a push its diff and its state", function()
    local text = written("text", {
      {
        device = "r1", ok = true, state = "changed", elapsed = 1, output = {},
        value = { state = "changed", diff = "+ ntp", note = "x\27" },
      },
    })
    assert.equal("== r1  changed\n+ ntp\nx\\x1b\n\n", text)
  end)
end)

describe("a folded output", function()
  local function version(name, release, uptime)
    return ("IOS Version %s\n\n%s uptime is %s\nProcessor board ID %s\n64K"):format(
      release, name, uptime, name .. "-7")
  end

  it("shows equal answers once, without what differs by nature", function()
    local results = {}
    for i = 1, 9 do
      local name = "sw" .. i
      results[i] = answered(name, version(name, i == 9 and "2" or "1", i .. " days"))
    end
    assert.equal("== sw[1-8] (8)\nIOS Version 1\n\n<name> <…>\nProcessor <…>\n64K\n\n"
      .. "== sw9 (1)\n- IOS Version 1\n+ IOS Version 2\n\n", written("fold", results))
  end)

  it("folds failures by their cause", function()
    local text = written("fold", {
      answered("r1", "x"), failed("r2", "no banner"), failed("r3", "no banner"),
      failed("r4", "other"),
    })
    assert.is_truthy(text:find(
      "== r[2-3] (2)  failed\ntimeout in banner: <name>: no banner\n", 1, true))
    assert.is_truthy(text:find("== r4 (1)  failed", 1, true))
  end)

  it("does not take a name for a part of another word", function()
    local text = written("fold", { answered("r1", "r1 r10 xr1 r1.example r1-core") })
    assert.is_truthy(text:find("<name> r10 xr1 <name>.example <name>-core", 1, true))
  end)
end)
