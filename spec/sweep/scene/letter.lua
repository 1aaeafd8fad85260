--- A value of a kilobyte that is packed, as it is on its way to another thread.
local wire = require "host.wire"

local packed, message, kind = wire.pack { text = ("x"):rep(1000) }
if not packed then
  io.stderr:write(kind, ": ", message, "\n")
  return false
end
print(#packed)
return true
