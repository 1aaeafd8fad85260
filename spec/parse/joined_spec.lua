local joined = require "moonwire.parse.joined"
local template = require "moonwire.parse.template"

local function compile(name, values, rule)
  local declared = table.concat(values, "\nValue ")
  local text = ("Value %s\n\nStart\n  ^%s\n"):format(declared, rule)
  return assert(template.compile(text, name))
end

local PORTS = compile("ports", { "Key PORT (\\w+)", "STATE (\\w+)" },
  "state ${PORT} ${STATE} -> Record")
local SPEEDS = compile("speeds", { "PORT (\\w+)", "SPEED (\\d+)", "List VLANS (\\d+)" },
  "speed ${PORT} ${SPEED} ${VLANS} -> Record")

local TEXT = "state p1 up\nstate p2 down\nstate p3 up\nspeed p3 10 1\nspeed p1 100 2\n"

describe("joined templates", function()
  it("add their values to the rows with the same keys", function()
    local both = assert(joined.new { PORTS, SPEEDS })
    assert.equal("ports:speeds", both.name)
    assert.same({ "PORT", "STATE", "SPEED", "VLANS" }, both.values)
    assert.same({ "PORT" }, both.keys)
    assert.same({
      { PORT = "p1", STATE = "up", SPEED = "100", VLANS = { "2" } },
      { PORT = "p2", STATE = "down", SPEED = "", VLANS = "" },
      { PORT = "p3", STATE = "up", SPEED = "10", VLANS = { "1" } },
    }, both:parse(TEXT))
  end)

  it("take the first partner, and their keys from whoever has some first", function()
    local both = assert(joined.new { SPEEDS, PORTS })
    assert.same({ "PORT" }, both.keys)
    local rows = assert(both:parse("state p1 off\n" .. TEXT))
    assert.same({ "up", "off" }, { rows[1].STATE, rows[2].STATE })
  end)

  it("go by place where there are no keys", function()
    local names = compile("names", { "NAME (\\w+)" }, "speed ${NAME} -> Record")
    local numbers = compile("numbers", { "NUMBER (\\d+)" },
      "speed \\w+ ${NUMBER} -> Record")
    local both = assert(joined.new { names, numbers })
    local expected = { { NAME = "p3", NUMBER = "10" }, { NAME = "p1", NUMBER = "100" } }
    assert.same(expected, both:parse(TEXT))
  end)

  it("can have a list for a key", function()
    local first = compile("first", { "Key,List K (\\d)", "A (\\w)" },
      "a ${K} ${A} -> Record")
    local second = compile("second", { "List K (\\d)", "B (\\w)" },
      "b ${K} ${B} -> Record")
    local both = assert(joined.new { first, second })
    local rows = assert(both:parse "a 1 x\na 2 y\nb 2 z\n")
    assert.same({ "", "z" }, { rows[1].B, rows[2].B })
  end)

  it("fail as each of them does", function()
    local strict = compile("strict", { "Key PORT (\\w+)" }, "speed -> Error")
    local rows, message, kind = assert(joined.new { PORTS, strict }):parse(TEXT)
    assert.is_nil(rows)
    assert.matches("^strict:4: ", message)
    assert.equal("parse", kind)
  end)

  it("need the keys, all of them", function()
    local other = compile("other", { "NAME (\\w+)" }, "x${NAME}")
    local none, message, kind = joined.new { PORTS, other }
    assert.is_nil(none)
    assert.equal("other cannot be joined: it lacks the key 'PORT'", message)
    assert.equal("invalid", kind)
    none, message = joined.new { other, PORTS }
    assert.is_nil(none)
    assert.equal("other cannot be joined: it lacks the key 'PORT'", message)
  end)
end)
