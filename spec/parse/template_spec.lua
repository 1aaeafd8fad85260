local template = require "moonwire.parse.template"

local function compile(text)
  return assert(template.compile(text, "t"))
end

describe("a compiled template", function()
  local PORTS = compile [[
Value Key PORT (\S+)
Value STATE (up|down)
Value List VLANS (\d+)

Start
  ^${PORT} is ${STATE} -> Continue
  ^.*\bin ${VLANS} -> Record
]]

  it("tells its values in their order", function()
    assert.same({ "PORT", "STATE", "VLANS" }, PORTS.values)
    assert.same({ "PORT" }, PORTS.keys)
    assert.equal("t", PORTS.name)
  end)

  it("gives rows by the names of the values", function()
    local expected = {
      { PORT = "Gi0/1", STATE = "up", VLANS = { "10" } },
      { PORT = "", STATE = "", VLANS = { "20" } },
      { PORT = "Gi0/2", STATE = "down", VLANS = {} },
    }
    local text = "Gi0/1 is up in 10\nthis is in 20\nGi0/2 is down\n"
    assert.same(expected, PORTS:parse(text))
    assert.same(expected, PORTS:parse(text))
  end)

  it("has rows without metatables, which go from thread to thread", function()
    local wire = require "host.wire"
    local rows = assert(PORTS:parse "Gi0/1 is up in 10")
    assert.is_truthy(wire.pack(rows))
  end)

  it("starts afresh after an error", function()
    local once = compile "Value A (a)\n\nStart\n  ^${A}\n  ^b -> Error\n"
    assert.is_nil(once:parse "a\nb")
    assert.same({}, once:parse "")
  end)

  it("finds no rows in nothing", function()
    assert.same({}, PORTS:parse "")
    assert.same({}, PORTS:parse "\n\n")
  end)

  it("takes a string only", function()
    assert.has_error(function()
      PORTS:parse(nil)
    end, "the text must be a string, not a nil")
  end)

  it("has no rows without values", function()
    assert.same({}, compile "\nStart\n  ^a$ -> Record\n":parse "a")
  end)
end)

describe("a value with a name longer than 32", function()
  it("is found under it", function()
    local name = "A_NAME_OF_A_VALUE_WITH_FORTY_CHARACTERS_"
    local long = [[
Value @1 (a+)
Value @2 (b+)

Start
  ^${@1}${@2} -> Record
]]
    local rows = assert(compile((long:gsub("@", name))):parse "aabb")
    assert.same({ { [name .. "1"] = "aa", [name .. "2"] = "bb" } }, rows)
  end)
end)

describe("a text that is not UTF-8", function()
  local NAMES = compile [[
Value List NAME (\S+)
Value REST (.*?)

Start
  ^name=${NAME}$$
  ^rest=.${REST}\s*$$
  ^é=${REST}$$
]]

  it("gives back its bytes as they were", function()
    local rows = assert(NAMES:parse "name=caf\xe9\nname=Größe\nrest=\xffa\xfeb \n")
    assert.same({ { NAME = { "caf\xe9", "Größe" }, REST = "a\xfeb" } }, rows)
  end)

  it("still has characters of several bytes", function()
    local rows = assert(NAMES:parse "name=\xe9\né=\xe9é")
    assert.same({ { NAME = { "\xe9" }, REST = "\xe9é" } }, rows)
  end)

  it("gives back bytes within tables of a list", function()
    local nested = compile [[
Value List USER ((?P<name>\S+) (?P<id>\d+))

Start
  ^${USER}
]]
    local rows = assert(nested:parse "Andr\xe9 7")
    assert.same({ { USER = { { name = "Andr\xe9", id = "7" } } } }, rows)
  end)
end)
