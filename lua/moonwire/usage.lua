--- What this process has cost so far, all its threads. Read from the kernel, never
-- estimated.
-- @module moonwire.usage
local uv = require "luv"

local usage = {}

local function seconds_of(time)
  return time.sec + time.usec / 1e6
end

--- The CPU time of user and system since it began.
-- @treturn number seconds
function usage.cpu_seconds()
  local spent = uv.getrusage()
  return seconds_of(spent.utime) + seconds_of(spent.stime)
end

--- The most memory that it has had at once.
-- @treturn int bytes
function usage.max_rss_bytes()
  return uv.getrusage().maxrss * 1024
end

return usage
