-- Faults of spec/README.md: S24. A client that attacks the lab gets in nowhere, and
-- whoever else is there is served.
local child = require "spec.support.child"
local labs = require "spec.support.lab"
local sessions = require "moonwire.session"

local PYTHON = "/usr/bin/python3" -- Debian's, which has Debian's library
local ATTACKS = {
  "success_by_client", "channel_before_login", "giant_packet", "rubbish", "crowd",
}

describe("a client that attacks the lab", function()
  it("gets in nowhere, and is in nobody's way", function()
    labs.with_lab({ devices = 1 }, function(lab)
      local device = labs.device(lab)
      local process <close> = child.start {
        PYTHON, "spec/support/hostile/intruder.py", device.host,
        tostring(device.port), device.username, device.password,
      }
      process:expect "done\n"
      assert.is_truthy(process.output:find("honest inside\n", 1, true), process.output)
      for _, attack in ipairs(ATTACKS) do
        assert.is_truthy(process.output:find(attack .. " refused\n", 1, true),
          process.output)
      end
      assert.same({}, lab:device(1):lines()) -- nobody has typed anything
      local session <close> = assert(sessions.open(device))
      assert(session:send_command "show version")
    end)
  end)
end)
