local show = require "moonwire.repl.show"

describe("a value at the prompt", function()
  it("is a string as it is, and quoted inside of a table", function()
    assert.equal("a\nb", show.value "a\nb")
    assert.equal('{ "a\\nb", "\\"", "\\x1b[2J" }', show.value { "a\nb", '"', "\27[2J" })
  end)

  it("is a table to a depth, cycles and long ones cut", function()
    assert.equal("{}", show.value {})
    assert.equal('{ 1, a = 2, ["b c"] = 3, ["end"] = 4 }',
      show.value { 1, a = 2, ["b c"] = 3, ["end"] = 4 })
    assert.equal("{ { { { {…} } } } }", show.value { { { { { 1 } } } } })
    local cycle = {}
    cycle.self = cycle
    assert.equal("{ self = <cycle> }", show.value(cycle))
    local long = {}
    for i = 1, 60 do
      long[i] = i
    end
    assert.is_truthy(show.value(long):find("-- and 10 more", 1, true))
  end)

  it("speaks for itself where it can", function()
    local named = setmetatable({ secret = 1 }, { __name = "Thing" })
    local spoken = setmetatable({}, { __tostring = function() return "words" end })
    assert.equal("{ <Thing>, words }", show.value { named, spoken })
  end)

  it("is a failure when it is nil and a message", function()
    assert.same({ "timeout: late", true },
      { show.results(table.pack(nil, "late", "timeout")) })
    assert.same({ "nil\n1", false }, { show.results(table.pack(nil, 1)) })
    assert.same({ "", false }, { show.results(table.pack()) })
  end)
end)
