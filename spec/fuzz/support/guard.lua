--- Around a target in Lua: what raises has broken a promise, and is told where. The end
-- of each input is the end of the program, as far as its host knows.
local host = require "host.task"

return function(target)
  return function(bytes, verdict)
    local ok, message = xpcall(target, debug.traceback, bytes)
    verdict.broken = not ok and tostring(message) or nil
    host.exit(0)
  end
end
