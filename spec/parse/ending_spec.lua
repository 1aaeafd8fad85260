-- C19 of spec/README.md: the end of a long line costs its length, and not the square.
local ending = require "moonwire.parse.ending"

local LONG = 4 << 20 -- its square would take days

describe("moonwire.parse.ending", function()
  it("is the last line", function()
    assert.are.equal("", ending.line "")
    assert.are.equal("R1#", ending.line "R1#")
    assert.are.equal("R1#", ending.line "one\ntwo\nR1#")
    assert.are.equal("", ending.line "one\n")
  end)

  it("knows the line above", function()
    assert.are.same({ "R1#" }, { ending.lines "R1#" })
    assert.are.same({ "R1#", "" }, { ending.lines "\nR1#" })
    assert.are.same({ "R1#", "two" }, { ending.lines "one\ntwo\nR1#" })
    assert.are.same({ "", "one" }, { ending.lines "one\n" })
  end)

  it("is without its blanks", function()
    assert.are.equal("", ending.trimmed "")
    assert.are.equal("", ending.trimmed " \t\n")
    assert.are.equal("  a b", ending.trimmed "  a b \n\n")
  end)

  it("takes no longer than the text is long", function()
    local text, blanks = ("x"):rep(LONG), (" "):rep(LONG)
    assert.are.equal(LONG, #ending.line(text .. "\n" .. text))
    assert.are.equal(LONG, #select(2, ending.lines(text .. "\n")))
    assert.are.equal(LONG + 2, #ending.trimmed("x" .. blanks .. "y" .. blanks))
  end)
end)
