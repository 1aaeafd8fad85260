#!/usr/bin/env moonwire
--- The same commands on every device: ten threads, one device at a time each.
--
-- Each thread is a whole program with an interpreter of its own: nothing is shared and
-- nothing is locked; the job and its commands are copied into it. The run takes as long
-- as one thread's share of the devices.
--
--   scripts/threads.lua                            five simulated devices
--   scripts/threads.lua inventory/devices.json     devices of your own
local moonwire = require "moonwire"

local path = arg[1] or "inventory/lab.lua"
if path == "--help" then
  print "usage: scripts/threads.lua [INVENTORY]   (inventory/lab.lua when left out)"
  return 0
end

-- The devices. A lab that the inventory asks for runs as long as this variable lives.
local devices <close> = assert(moonwire.inventory.load(path))
local commands = devices.commands or { "show version" }

local run = moonwire.fleet.run(devices, {
  mode = "threads",
  workers = 10, -- threads, and so sessions at once
  job = function(session)
    return session:send_commands(commands)
  end,
})

moonwire.report.print(run, { output = true })
return run.ok -- the exit status: 0 when no device failed, else 1
