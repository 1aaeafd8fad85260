#!/usr/bin/env moonwire
--- One command on every device, all at once.
local moonwire = require "moonwire"

local devices <close> = assert(moonwire.inventory.load(arg[1] or "inventory/lab.lua"))
local run = moonwire.fleet.run(devices, {
  job = function(session)
    return session:send_command "show version | include uptime"
  end,
})
for _, result in ipairs(run.results) do
  print(result.device, result.ok and result.value or result.message)
end
return run.ok
