-- Faults of spec/README.md: N4. A port that answers no connection request: a listener
-- whose queue is full is as silent as an address that nobody has.
local child = require "spec.support.child"
local labs = require "spec.support.lab"
local sessions = require "moonwire.session"

local PYTHON = "/usr/bin/python3"

describe("an address that never answers", function()
  it("is told as such at the deadline of the connection, and stops nobody", function()
    labs.with_lab({ devices = 1 }, function(lab)
      local process <close> = child.start { PYTHON, "spec/support/hostile/full.py" }
      process:expect "\n"
      local device = labs.device(lab)
      device.name, device.host = "silent", "127.0.0.1"
      device.port = tonumber(process.output)
      local session, message, kind, detail = sessions.open(device, {
        timeouts = { connect = 0.3 },
      })
      assert.is_nil(session)
      assert.same({ "timeout", "connect" }, { kind, detail.phase })
      assert.matches("silent: .*no answer to the connection request within 0.3 s",
        message)
      local other <close> = assert(sessions.open(labs.device(lab)))
      assert(other:send_command "show version")
    end)
  end)
end)
