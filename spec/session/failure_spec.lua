local secrets = require "host.secret"

local failure = require "moonwire.session.failure"
local platforms = require "moonwire.platform"

local IOS = assert(platforms.get "cisco_ios")

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
    local message = failure.message {
      doing = 'command "x"', message = "no answer", awaited = "the prompt r1#",
      text = "r1", platform = IOS, phase = "command", mode = "priv",
    }
    assert.equal(
      'command "x": no answer while waiting for the prompt r1# '
        .. '(phase command, mode priv); it said last: "r1"',
      message
    )
    assert.matches("it said nothing", failure.message {
      doing = "a", message = "b", awaited = "c", text = "", platform = IOS,
    })
  end)

  it("shows no secrets", function()
    local message = failure.message {
      doing = "x", message = "y", awaited = "z", platform = IOS,
      text = "Password: s3cret-pw\nsnmp-server community pub1ic RO\nab\n",
      secrets = { secrets.from_string "s3cret-pw", secrets.from_string "ab" },
    }
    assert.not_matches("s3cret", message, 1, true)
    assert.not_matches("pub1ic", message, 1, true)
    assert.matches("********", message, 1, true)
    assert.matches("\\nab", message, 1, true) -- too short to be hidden
  end)

  it("names the rule that nearly matched, and why it did not", function()
    local function nearly(text, host)
      return failure.nearly(text, IOS, host)
    end
    local other = nearly("x\nr2#", "r1")
    assert.matches('of mode priv, but of the host "r2"', other, 1, true)
    assert.matches("did not come back behind it", nearly("r1#", "r1"), 1, true)
    assert.matches("mode config", nearly "** r1(config)#", 1, true)
    assert.matches("something stands before it", nearly "** r1(config)#", 1, true)
    assert.matches("more follows it", nearly "r1> hello you", 1, true)
    assert.matches("a question", nearly "Proceed? [yes/no]: maybe", 1, true)
    assert.is_nil(nearly "")
    assert.is_nil(nearly "r1#\n")
    assert.is_nil(nearly "some words")
  end)

  it("looks at no more than the end of a long line", function()
    local long = ("x"):rep(3000)
    local seen = failure.nearly(long .. "(config)#", IOS)
    assert.matches("something stands before it", seen)
    assert.is_nil(failure.nearly(long, IOS))
    assert.is_nil(failure.nearly("r1#" .. long, IOS))
    assert.matches("did not come back behind it", failure.nearly(long .. "\nr1#", IOS))
    assert.is_nil(failure.nearly(long .. "\n", IOS))
  end)
end)
