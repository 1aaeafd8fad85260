local filter = require "moonwire.inventory.filter"
local secret = require "host.secret"

local function device(name, groups, labels)
  return {
    name = name,
    host = "10.0.0.1",
    port = 22,
    device_type = name:find "^core" and "cisco_nxos" or "cisco_ios",
    groups = groups,
    labels = labels,
    password = secret.from_string "hunter2-canary",
  }
end

local DEVICES = {
  device("core1", { "core", "lon" }, { site = "lon", rack = 7, role = "spine" }),
  device("core2", { "core" }, { site = "par", rack = "12", live = true }),
  device("sw1", nil, { site = "lon", ["name"] = "odd" }),
  device("sw2", { "lon" }, nil),
  device("the odd one", nil, { site = "new york", ["vlan-count"] = 5 }),
}

local function choose(text)
  local chosen = assert(filter.select(text, DEVICES))
  local names = {}
  for i, one in ipairs(chosen) do
    names[i] = one.name
  end
  return table.concat(names, " ")
end

describe("a filter", function()
  for text, wanted in pairs {
    ['site == "lon"'] = "core1 sw1",
    ["site==lon"] = "core1 sw1",
    ["site == 'new york'"] = "the odd one",
    ['site != "lon"'] = "core2 sw2 the odd one",
    ['site == "lon" and device_type == "cisco_ios"'] = "sw1",
    ["site == par or name == sw2"] = "core2 sw2",
    ["site == par or site == lon and rack == 7"] = "core1 core2",
    ["(site == par or site == lon) and rack > 6"] = "core1 core2",
    ["not site == lon and port == 22"] = "core2 sw2 the odd one",
    ["site in (lon, par)"] = "core1 core2 sw1",
    ['site in ("new york")'] = "the odd one",
    ["site not in (lon, par)"] = "sw2 the odd one",
    ["rack >= 12"] = "core2",
    ["rack < 12"] = "core1",
    ["rack <= 12"] = "core1 core2",
    ["live == true"] = "core2",
    ["name ~ core*"] = "core1 core2",
    ['name ~ "*1"'] = "core1 sw1",
    ["name !~ core*"] = "sw1 sw2 the odd one",
    ["groups == lon"] = "core1 sw2",
    ["group in (lon, core)"] = "core1 core2 sw2",
    ["groups ~ c*"] = "core1 core2",
    ["@lon"] = "core1 sw2",
    ["@core and not @lon"] = "core2",
    ["@core&@lon"] = "core1",
    ["sw[1-2]"] = "sw1 sw2",
    ["sw[1-9],core1"] = "core1 sw1 sw2",
    ["*!sw*"] = "core1 core2 the odd one",
    ["sw? or @core"] = "core1 core2 sw1 sw2",
    ['"the odd one"'] = "the odd one",
    ["label.name == odd"] = "sw1",
    ["vlan-count == 5"] = "the odd one",
    ["label.vlan-count == 5.0"] = "the odd one",
    ["note*"] = "",
    ["order1 or android,index"] = "",
    ["  sw1  "] = "sw1",
  } do
    it("takes " .. text, function()
      assert.equal(wanted, choose(text))
    end)
  end

  for text, wrong in pairs {
    [""] = "column 1: a condition is missing",
    ["site =="] = "column 8: a value is missing",
    ["site == lon and"] = "column 16: a condition is missing",
    ["site == lon site == par"] = "column 13: here 'and' or 'or' is missing",
    ["siet == lon"] = 'column 1: no device has "siet"; did you mean "site"?',
    ["site == lon or colour == x"] = 'column 16: no device has "colour"',
    ["(site == lon"] = "column 13: a ) is missing",
    ["site == lon)"] = "column 12: here 'and' or 'or' is missing",
    ["site == 'lon"] = "column 9: a quote has no partner",
    ["site in lon"] = "column 9: ( and values",
    ["site in (lon"] = "column 13: a ) is missing",
    ["site in ()"] = "column 10: a value is missing",
    ["site = lon"] = "column 6: here 'and' or 'or' is missing",
    ["password == x"] = "column 1: password is a secret",
    ["@none"] = 'column 1: there is no group "none"',
    ["r1 or sw[1-"] = "column 9: ",
    ["sw[5-1]"] = "column 4: the range 5-1 ends",
    ["not"] = "column 4: a condition is missing",
    [("("):rep(1000)] = "more than 64 parentheses deep",
    [("not "):rep(1000)] = "more than 64 parentheses deep",
  } do
    it("refuses " .. text:sub(1, 40), function()
      local chosen, message, kind = filter.select(text, DEVICES)
      assert.is_nil(chosen)
      assert.equal("invalid", kind)
      assert.is_truthy(message:find(wrong, 1, true), message)
    end)
  end

  it("survives whatever somebody types", function()
    math.randomseed(3)
    local pieces = {
      "site", "==", "(", ")", "and ", "or ", "not ", " in ", '"', "'", "@", "[1-2]",
      ",", "sw", "~", "*", " ", "!", "<=", "lon",
    }
    for _ = 1, 2000 do
      local parts = {}
      for i = 1, math.random(1, 12) do
        parts[i] = pieces[math.random(#pieces)]
      end
      local chosen, message, kind = filter.select(table.concat(parts), DEVICES)
      assert.is_true(chosen ~= nil or message ~= nil and kind == "invalid")
    end
  end)
end)
