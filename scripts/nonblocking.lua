#!/usr/bin/env moonwire
--- The same commands on every device: one thread, all sessions open at once.
--
-- A session that waits for its device costs next to nothing, so the run takes about as
-- long as the slowest device alone. The job reads as if it were the only one.
--
--   scripts/nonblocking.lua                            five simulated devices
--   scripts/nonblocking.lua inventory/devices.json     devices of your own
local moonwire = require "moonwire"

local path = arg[1] or "inventory/lab.lua"
if path == "--help" then
  print "usage: scripts/nonblocking.lua [INVENTORY]   (inventory/lab.lua when left out)"
  return 0
end

-- The devices. A lab that the inventory asks for runs as long as this variable lives.
local devices <close> = assert(moonwire.inventory.load(path))
local commands = devices.commands or { "show version" }

local run = moonwire.fleet.run(devices, {
  mode = "nonblocking",
  limit = 500, -- sessions at once
  job = function(session)
    return session:send_commands(commands)
  end,
})

moonwire.report.print(run, { output = true })
return run.ok -- the exit status: 0 when no device failed, else 1
