local filter = require "moonwire.lab.filter"

local TEXT = "hostname R1\r\ninterface Gi0/1\r\n ip address 10.0.0.1\r\n shutdown\r\n"
  .. "interface Vlan1\r\n no ip address\r\nend\r\n"

local function count(expression)
  local text = filter.compile("count", expression)(TEXT)
  return math.tointeger(text:match "= (%d+)\r\n$")
end

describe("filter.compile", function()
  for expression, expected in pairs {
    interface = 2,
    ["^interface"] = 2,
    ["address$"] = 1,
    ["Gi0/1|Vlan1"] = 2,
    ["10.0.0.1"] = 1,
    ["10\\.0"] = 1,
    ["Gi[0-9]/"] = 1,
    ["i.*e"] = 4,
    ["(x)"] = 0,
    ["%d"] = 0,
    ["a-b"] = 0,
  } do
    it(("counts %d lines with %s"):format(expected, expression), function()
      assert.equal(expected, count(expression))
    end)
  end

  it("includes, excludes, begins", function()
    assert.equal("end\r\n", filter.compile("include", "^end")(TEXT))
    assert.equal("end\r\n", filter.compile("exclude", " ")(TEXT))
    assert.equal("end\r\n", filter.compile("begin", "end")(TEXT))
    assert.equal("", filter.compile("include", "nothing")(TEXT))
  end)

  it("shows sections", function()
    assert.equal(
      "interface Vlan1\r\n no ip address\r\n", filter.compile("section", "Vlan1")(TEXT)
    )
  end)

  it("refuses what is no expression", function()
    assert.is_nil(filter.compile("include", "[a"))
  end)
end)
