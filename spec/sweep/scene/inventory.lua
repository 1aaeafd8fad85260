--- An inventory of many devices.
local moonwire = require "moonwire"

local devices, message = moonwire.inventory.load(arg[1])
if not devices then
  io.stderr:write(message, "\n")
  return false
end
for _, one in ipairs(devices) do
  print(one.name, one.host, one.port)
end
return true
