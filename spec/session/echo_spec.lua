local echo = require "moonwire.session.echo"

local function is_prompt(piece)
  return piece:find "^[%w]+[>#]$" ~= nil
end

local function strip(text, command)
  return echo.strip(text, command, is_prompt)
end

describe("echo.strip", function()
  it("takes prompt and echo off the front", function()
    local text = "r1#show clock\n12:00\n"
    assert.same({ "12:00\n", "", true }, { strip(text, "show clock") })
  end)

  it("finds the echo behind what the device said on its own account", function()
    local text = "%SYS-5: hello\nr1#show clock\n12:00\n"
    assert.same({ "12:00\n", "%SYS-5: hello\n", true }, { strip(text, "show clock") })
  end)

  it("does not take the command in an output for its echo", function()
    local text = "r1#show history\n  show history\n"
    assert.same({ "  show history\n", "", true }, { strip(text, "show history") })
    assert.same({ "a show\n", "", true }, { strip("r1#show\na show\n", "show") })
  end)

  it("takes off what a terminal and the shell behind it have both echoed", function()
    local text = "r1#show clock\nr1#show clock\n12:00\n"
    assert.same({ "12:00\n", "", true }, { strip(text, "show clock") })
    local bare = echo.strip("show clock\nr1#show clock\n12:00\n", "show clock",
      function(piece) return piece == "" or is_prompt(piece) end)
    assert.equal("12:00\n", bare)
    local quoted = "r1#show log\nr2#show log\nr1#show log\n"
    assert.equal("r2#show log\nr1#show log\n", (strip(quoted, "show log")))
  end)

  it("takes off all that a slow shell has echoed before it began", function()
    local text = ("r1#show\n"):rep(3) .. "up\nr1#show\n"
    assert.equal("up\nr1#show\n", (echo.strip(text, "show", is_prompt)))
  end)

  it("repairs an echo that was wrapped", function()
    local command = "show interface GigabitEthernet0/1"
    local text = "r1#show interface Gigabit\nEthernet0/1\nup\n"
    assert.equal("up\n", (strip(text, command)))
    assert.equal("up\n", (strip("r1#show \n interface\nup\n", "show interface")))
  end)

  it("repairs an echo that was scrolled", function()
    local command = "show running-config interface GigabitEthernet0/1"
    assert.equal("up\n", (strip("r1#$erface GigabitEthernet0/1\nup\n", command)))
  end)

  it("gives all of the text when there is no echo", function()
    assert.same({ "up\n", "", false }, { strip("up\n", "show clock") })
    assert.same({ "", "", false }, { strip("", "show clock") })
  end)

  it("gives an empty output for a command that said nothing", function()
    local text = "r1#terminal length 0\n"
    assert.same({ "", "", true }, { strip(text, "terminal length 0") })
  end)
end)

describe("echo.split", function()
  local function split(text, ...)
    local pieces, before = echo.split(text, { ... }, is_prompt)
    local answers = {}
    for i, piece in ipairs(pieces) do
      answers[i] = piece.answer
    end
    return answers, before, pieces
  end

  it("gives each line its own answer and prompt", function()
    local text = "r1#a\nr1#b\n% no\nr2#a\nyes\n"
    local answers, before, pieces = split(text, "a", "b", "a")
    assert.same({ "", "% no\n", "yes\n" }, answers)
    assert.equal("", before)
    assert.equal("r2#", pieces[3].prompt)
  end)

  it("stops at the first line whose echo is missing", function()
    assert.equal(1, #split("r1#a\nr1#c\n", "a", "b", "c"))
    assert.same({}, (split("r1#ab\n", "b")))
    assert.same({}, (split("", "b")))
  end)

  it("does not take the line in an answer for its echo", function()
    assert.same({ "b\n x b\n", "" }, (split("r1#a\nb\n x b\nr1#b\n", "a", "b")))
  end)

  it("keeps what the device said before", function()
    local answers, before = split("%LOG\nr1#a\n", "a")
    assert.same({ "" }, answers)
    assert.equal("%LOG\n", before)
  end)

  it("repairs echoes that were wrapped or scrolled", function()
    assert.same({ "x\n", "" }, (split("r1#abc\ndef\nx\nr1#b\n", "abcdef", "b")))
    assert.same({ "", "y\n" }, (split("r1#a\nr1#$cdef\ny\n", "a", "abcdef")))
  end)
end)
