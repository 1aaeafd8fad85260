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
