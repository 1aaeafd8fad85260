-- Made of a recording by `moonwire replay --spec`. It fails until this is mended:
--   timeout: asa1: command "show version": no answer in time while waiting for the
--   prompt SW-CORE_1> (phase command, mode exec); it said last: "SW-CORE_1>show
--   version\nCisco Adaptive Security Appliance Software Version
--   9.16(4)\n\nSW-CORE_1 uptime is 7 weeks, 4 days, 11 hours, 26 minutes\nSerial
--   number:
local replay = require "moonwire.replay"
local session = require "moonwire.session"

local HERE = debug.getinfo(1, "S").source:match "^@(.*)/" or "."
local RECORDING = HERE .. "/torn_prompt.cast"

describe("asa1, as it was recorded", function()
  it("does well what was recorded", function()
    replay.with(RECORDING, { speed = 1 }, function(devices)
      local options = { timeout = 10, lazy = true, record = false, recorder = false }
      local opened <close> = assert(session.open(devices[1], options))
      assert(opened:ready())
      local answers = assert(opened:send_commands {
        "show version",
      })
      for _, answer in ipairs(answers) do
        assert.not_matches("mw%-%x+%-%d+", answer.output)
      end
    end)
  end)
end)
