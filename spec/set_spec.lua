local set = require "moonwire.set"

describe("moonwire.set", function()
  it("has what is in the list, and nothing else", function()
    assert.same({ a = true, b = true }, set.of { "a", "b", "a" })
    assert.same({}, set.of {})
  end)
end)
