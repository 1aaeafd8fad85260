--- The numbers that stand for a run, and runs beside each other.
-- @module moonwire.report.run.figures
local statistics = require "moonwire.report.statistics"

local figures = {}

--- The phases of a session, in their order, as few as a person can tell apart. Each is
-- the sum of those that `of` names; what is left of a device's time are its commands.
figures.phases = {
  { name = "connect", of = { "jump", "resolve", "connect", "banner" } },
  { name = "key exchange", of = { "kex", "hostkey" } },
  { name = "login", of = { "auth" } },
  { name = "shell", of = { "shell" } },
  { name = "commands", of = {} },
}

--- How a device's time is made up.
-- @tparam table result
-- @treturn {number,...} seconds of each of `figures.phases`; what a device that failed
-- spent in the phase where it did is the last, as it is none of the others
function figures.split(result)
  local parts, rest = {}, result.elapsed or 0
  for i, phase in ipairs(figures.phases) do
    parts[i] = 0
    for _, name in ipairs(phase.of) do
      local seconds = math.min(result.phases[name] or 0, rest)
      parts[i], rest = parts[i] + seconds, rest - seconds
    end
  end
  parts[#parts] = rest
  return parts
end

--- When the last device was done.
-- @tparam table results
-- @treturn number seconds since the run began; 0 when nothing is known
function figures.end_of(results)
  local last = 0
  for _, result in ipairs(results) do
    last = math.max(last, (result.started or 0) + (result.elapsed or 0))
  end
  return last
end

--- How long the sessions took that did well.
-- @tparam table results
-- @treturn {number,...} seconds
function figures.latencies(results)
  local seconds = {}
  for _, result in ipairs(results) do
    seconds[#seconds + 1] = result.ok and result.elapsed or nil
  end
  return seconds
end

local function quantiles(seconds)
  local least, greatest = statistics.extremes(seconds)
  return {
    least = least,
    p50 = statistics.percentile(seconds, 0.5),
    p90 = statistics.percentile(seconds, 0.9),
    p99 = statistics.percentile(seconds, 0.99),
    greatest = greatest,
  }
end

--- The slow and the usual of a run.
-- @tparam table results
-- @treturn table `session` and, in their order, `phases` (each with `name`): `least`,
-- `p50`, `p90`, `p99`, `greatest` in seconds, of the devices that did well; nil where
-- none did
function figures.of(results)
  local lists = {}
  for _, result in ipairs(results) do
    for i, seconds in ipairs(result.ok and figures.split(result) or {}) do
      lists[i] = lists[i] or {}
      table.insert(lists[i], seconds)
    end
  end
  local phases = {}
  for i, phase in ipairs(figures.phases) do
    phases[i] = quantiles(lists[i] or {})
    phases[i].name = phase.name
  end
  return { session = quantiles(figures.latencies(results)), phases = phases }
end

local function find_sync(runs)
  for _, run in ipairs(runs) do
    if run.mode == "sync" then
      return run
    end
  end
end

local function row_of(run, sync)
  local least, greatest = statistics.extremes(run.runs)
  return {
    mode = run.mode,
    n = #run.runs,
    median = run.seconds,
    least = least,
    greatest = greatest,
    speed_up = sync and run.seconds > 0 and sync.seconds / run.seconds or nil,
    devices = #run.results,
    ok = run.count.ok,
    failed = run.count.failed,
    peak_sessions = run.peak_sessions,
    threads = run.threads,
    cpu_ms = run.cpu_seconds and run.cpu_seconds / #run.results * 1000 or nil,
  }
end

--- Runs beside each other, and beside what others have published where that is known.
-- @tparam table subject of `moonwire.report.run.source`
-- @treturn {table,...} rows: `mode`, `n` (measurements), `median`, `least`, `greatest`
-- (seconds), `speed_up` (against sync), `devices`, `ok`, `failed`, `peak_sessions`,
-- `threads`, `cpu_ms` (a device), `document` and `netmiko` (published seconds)
function figures.compare(subject)
  local rows, by_mode = {}, {}
  local sync = find_sync(subject.runs)
  for i, run in ipairs(subject.runs) do
    rows[i] = row_of(run, sync)
    by_mode[run.mode] = by_mode[run.mode] or rows[i]
  end
  for _, known in ipairs(subject.published) do
    local row = by_mode[known.mode]
    if not row and (known.document or known.netmiko) then
      row = { mode = known.mode, n = 0 }
      rows[#rows + 1] = row
    end
    if row then
      row.document, row.netmiko = known.document, known.netmiko
    end
  end
  return rows
end

return figures
