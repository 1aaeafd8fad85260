local argument = require "moonwire.ansible.argument"
local json = require "moonwire.inventory.json"

local function read(type, value)
  local taken, complaint = argument.read({ { name = "x", type = type } }, { x = value })
  return taken and taken.x, complaint
end

describe("argument.read", function()
  it("takes what templates make of values", function()
    assert.equal(5, read("int", "5"))
    assert.equal(0.5, read("float", "0.5"))
    assert.is_true(read("bool", "yes"))
    assert.is_false(read("bool", "False"))
    assert.equal("7", read("str", 7))
    assert.same({ "a", "b c" }, read("strings", "a, b c "))
    assert.same({ "a", "1" }, read("strings", json.decode '["a", 1]'))
    assert.same({ "a", "b" }, read("strings", '["a", "b"]'))
    assert.same({ host = "r1" }, read("dict", '{"host": "r1"}'))
  end)

  it("keeps the commas and the lines of a text", function()
    assert.same({ "interface Vlan1", " name a,b", "" },
      read("lines", "interface Vlan1\n name a,b\n"))
  end)

  for type, value in pairs {
    int = "1.5", float = "x", bool = "perhaps", str = {}, dict = "text",
    strings = json.decode '{"a": 1}',
  } do
    it("refuses what is no " .. type, function()
      local taken, complaint = read(type, value)
      assert.is_nil(taken)
      assert.matches("^x: must be ", complaint)
    end)
  end

  it("takes null and an empty text for nothing", function()
    local schema = { { name = "x", type = "int", default = 3 } }
    assert.equal(3, argument.read(schema, { x = json.null }).x)
    assert.equal(3, argument.read(schema, { x = "" }).x)
  end)

  it("names what is missing, what is too much, and what can be chosen", function()
    local schema = {
      { name = "x", type = "str", is_required = true },
      { name = "mode", type = "str", choices = { "a", "b" } },
    }
    assert.equal("missing required arguments: x",
      select(2, argument.read(schema, { _ansible_check_mode = true })))
    assert.equal("Unsupported parameters: y, z. Supported parameters include: mode, x.",
      select(2, argument.read(schema, { x = "1", z = "1", y = "1" })))
    assert.equal("mode: must be one of a, b",
      select(2, argument.read(schema, { x = "1", mode = "c" })))
  end)
end)

describe("argument.masked", function()
  it("hides secrets however deep they lie, and what is Ansible's own", function()
    local schema = { { name = "password", is_secret = true }, { name = "host" } }
    local shown = argument.masked(schema, {
      host = "r1", password = "one", _ansible_verbosity = 3,
      devices = { { host = "r2", password = "two" } },
    })
    local mask = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
    assert.same({
      host = "r1", password = mask, devices = { { host = "r2", password = mask } },
    }, shown)
  end)
end)
