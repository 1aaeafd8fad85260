local chunk = require "moonwire.repl.chunk"

describe("what was typed", function()
  it("is an expression, statements, or the start of more", function()
    local environment = { x = 2 }
    assert.equal(3, chunk.compile("x + 1", environment)())
    chunk.compile("y = x", environment)()
    assert.equal(2, environment.y)
    for _, text in ipairs { "for i = 1, 2 do", "f(", "x = [[", "return {" } do
      local fn, message, is_incomplete = chunk.compile(text, environment)
      assert.is_nil(fn)
      assert.is_string(message)
      assert.is_true(is_incomplete, text)
    end
  end)

  it("is a mistake with its line, or no text at all", function()
    local _, message, is_incomplete = chunk.compile("a b", {}, 7)
    assert.is_truthy(message:find("^input:7: "))
    assert.is_false(is_incomplete)
    assert.is_nil((chunk.compile(string.dump(function() end), {})))
  end)

  it("may make locals that are lost", function()
    assert.equal("a", chunk.lost_local "local a, b = 1")
    assert.equal("f", chunk.lost_local "local function f() end")
    assert.is_nil(chunk.lost_local "localized = 1")
  end)
end)
