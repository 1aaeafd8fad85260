#!/usr/bin/env moonwire
--- The same commands on every device: a thread for each core, many sessions in each.
--
-- Like nonblocking, for fleets so large that one core has too much to encrypt. The job
-- and its commands are copied into every thread.
--
--   scripts/hybrid.lua                            five simulated devices
--   scripts/hybrid.lua inventory/devices.json     devices of your own
local moonwire = require "moonwire"

local path = arg[1] or "inventory/lab.lua"
if path == "--help" then
  print "usage: scripts/hybrid.lua [INVENTORY]   (inventory/lab.lua when left out)"
  return 0
end

-- The devices. A lab that the inventory asks for runs as long as this variable lives.
local devices <close> = assert(moonwire.inventory.load(path))
local commands = devices.commands or { "show version" }

local run = moonwire.fleet.run(devices, {
  mode = "hybrid",
  limit = 5000, -- sessions at once, all threads together
  job = function(session)
    return session:send_commands(commands)
  end,
})

moonwire.report.print(run, { output = true })
return run.ok -- the exit status: 0 when no device failed, else 1
