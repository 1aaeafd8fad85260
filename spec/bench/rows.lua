--- Runs and rows to write reports of, as `moonwire.fleet` would give them.
local rows = {}

local function result(index, ok)
  return {
    device = "r" .. index,
    host = "127.1.0." .. index,
    index = index,
    ok = ok,
    kind = not ok and "timeout" or nil,
    message = not ok and "no answer" or nil,
    phase = not ok and "connect" or nil,
    elapsed = 1.6,
    phases = { connect = 0.15, kex = 0.3, auth = 0.3, shell = 0.3 },
    output = { { command = "show clock", output = "12:00", prompt = "R#" } },
  }
end

--- A run.
-- @string mode
-- @number seconds
-- @int ok
-- @int failed
-- @treturn table
function rows.run(mode, seconds, ok, failed)
  local results = {}
  for i = 1, ok + failed do
    results[i] = result(i, i <= ok)
  end
  return {
    mode = mode,
    results = results,
    count = { ok = ok, failed = failed },
    ok = failed == 0,
    seconds = seconds,
    peak_sessions = mode == "sync" and 1 or ok,
    threads = mode == "threads" and 10 or 1,
    cpu_seconds = 0.01,
    max_rss_bytes = 12000000,
  }
end

return rows
