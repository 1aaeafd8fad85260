local uv = require "luv"

local process = require "moonwire.bench.process"

local SCRIPT = "scripts/config_push.lua"

describe("scripts/config_push.lua", function()
  it("pushes, and names the line that is rejected", function()
    local text, status = process.run { uv.exepath(), SCRIPT, "60", "1ms" }
    assert.equal(0, status)
    assert.matches("^60 lines applied and checked in [%d.]+ s", text)
    local words = 'line 30 "ip rout 10.0.0.0 255.255.255.0" was rejected'
    assert.matches(words, text, 1, true)
    assert.matches("\nline 30, stopped after [%d.]+ s; prompt SW%-CORE_1#\n$", text)
  end)

  it("explains itself", function()
    local text, status = process.run { uv.exepath(), SCRIPT, "--help" }
    assert.equal(0, status)
    assert.matches("usage: " .. SCRIPT .. " [LINES] [ROUND_TRIP]", text, 1, true)
  end)
end)
