#!/usr/bin/env moonwire
--- The same commands on every device: one device after the other.
--
-- The next device has its turn when the one before has answered: the run takes as long
-- as all devices together. This is what the other modes are measured against.
--
--   scripts/sync.lua                            five simulated devices
--   scripts/sync.lua inventory/devices.json     devices of your own
local moonwire = require "moonwire"

local path = arg[1] or "inventory/lab.lua"
if path == "--help" then
  print "usage: scripts/sync.lua [INVENTORY]   (inventory/lab.lua when left out)"
  return 0
end

-- The devices. A lab that the inventory asks for runs as long as this variable lives.
local devices <close> = assert(moonwire.inventory.load(path))
local commands = devices.commands or { "show version" }

local run = moonwire.fleet.run(devices, {
  mode = "sync",
  job = function(session)
    return session:send_commands(commands)
  end,
})

moonwire.report.print(run, { output = true })
return run.ok -- the exit status: 0 when no device failed, else 1
