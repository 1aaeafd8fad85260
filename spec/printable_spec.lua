local printable = require "moonwire.printable"

describe("printable words", function()
  it("are what they were when nothing is to be obeyed", function()
    assert.equal("r1 – caf\xc3\xa9 #1", printable "r1 – caf\xc3\xa9 #1")
    assert.equal("", printable "")
  end)

  it("show what a terminal would obey, and stay on one line", function()
    assert.equal([[a\x0a\x1b[2J\x7f\x00]], printable "a\n\27[2J\127\0")
    assert.equal([[\xc2\x9b31m]], printable "\xc2\x9b31m")
  end)
end)
