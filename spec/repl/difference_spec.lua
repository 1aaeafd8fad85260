local difference = require "moonwire.repl.difference"

describe("the difference of two texts", function()
  it("is nothing where they are the same", function()
    assert.equal("", difference("a\nb", "a\nb"))
  end)

  it("shows both sides with the lines around them", function()
    assert.equal("  …\n  3\n  4\n- 5\n+ five\n  6\n  7",
      difference("1\n2\n3\n4\n5\n6\n7\n8", "1\n2\n3\n4\nfive\n6\n7\n8"))
    assert.equal("- a", difference("a\n", ""):sub(1, 3))
    assert.equal("  a\n+ b\n  c", difference("a\nc", "a\nb\nc"))
    assert.equal("- a\n  b\n- c\n+ x", difference("a\nb\nc", "b\nx"))
  end)

  it("gives up on texts that are too long to compare", function()
    local old, new = {}, {}
    for i = 1, 2500 do
      old[i], new[i] = "a" .. i, "b" .. i
    end
    local text = difference(table.concat(old, "\n"), table.concat(new, "\n"))
    assert.equal("2500 lines have become 2500: too much to compare", text)
  end)
end)
