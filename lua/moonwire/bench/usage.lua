--- What a process costs: CPU, memory, threads. Read from the kernel, never estimated.
-- @module moonwire.bench.usage
local own = require "moonwire.usage"

local usage = {}

local TICKS_A_SECOND = 100 -- what Linux counts in for programs

--- This process, all its threads.
-- @treturn table `cpu_seconds` (since it began), `max_rss_bytes`
function usage.now()
  return {
    cpu_seconds = own.cpu_seconds(),
    max_rss_bytes = own.max_rss_bytes(),
  }
end

--- Forget the highest memory so far, so that the next measurement has one of its own.
-- @treturn boolean whether the kernel let us
function usage.forget_peak()
  local stream = io.open("/proc/self/clear_refs", "w")
  if not stream then
    return false
  end
  local ok = stream:write "5"
  return stream:close() ~= nil and ok ~= nil
end

local function read(path)
  local stream = io.open(path, "r")
  local text = stream and stream:read "a"
  if stream then
    stream:close()
  end
  return text
end

--- Another process.
-- @int pid
-- @treturn[1] table `cpu_seconds`, `rss_bytes`, `max_rss_bytes`, `threads`
-- @return[2] nil when it is gone
function usage.of(pid)
  local status = read(("/proc/%d/status"):format(pid))
  local stat = read(("/proc/%d/stat"):format(pid))
  if not stat or not (status and status:find "VmHWM:") then
    return nil -- gone, or gone but for its exit status
  end
  -- the name in parentheses may hold anything; user and system time are the 12th and
  -- 13th field behind it
  local fields = {}
  for field in stat:match("^.*%)(.*)$"):gmatch "%S+" do
    fields[#fields + 1] = field
  end
  return {
    cpu_seconds = (fields[12] + fields[13]) / TICKS_A_SECOND,
    rss_bytes = tonumber(status:match "VmRSS:%s*(%d+)") * 1024,
    max_rss_bytes = tonumber(status:match "VmHWM:%s*(%d+)") * 1024,
    threads = tonumber(status:match "Threads:%s*(%d+)"),
  }
end

--- How many files this process may have open.
-- @treturn int
function usage.file_limit()
  local limits = read "/proc/self/limits" or ""
  return tonumber(limits:match "Max open files%s+(%d+)") or 1024
end

return usage
