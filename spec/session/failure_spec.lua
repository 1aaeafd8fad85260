local failure = require "moonwire.session.failure"

describe("failure", function()
  it("shows the last bytes in one printable line", function()
    assert.equal("a\\nb\\x1b[1m\\t", failure.tail "a\nb\27[1m\t")
    assert.equal(301, utf8.len(failure.tail(("x"):rep(1000))))
  end)

  it("leaves no control byte of any text", function()
    for byte = 0, 255 do
      local shown = failure.tail(string.char(byte))
      assert.is_nil(shown:find "[%c\127-\255]", byte)
    end
  end)

  it("says what was done, what was awaited and what came", function()
    local message = failure.message('command "x"', "the prompt r1#", "no answer", "r1")
    assert.equal(
      'command "x": no answer while waiting for the prompt r1#; it said last: "r1"',
      message
    )
    assert.matches("it said nothing", failure.message("a", "b", "c", ""))
  end)
end)
