--- One measurement for the growth curve: a fresh process on a core of its own, its lab
-- on another, and a bare C client against the same lab behind it.
-- `moonwire bench --client SPEC` prints one JSON object. SPEC is one, too: `lab` (its
-- options), `commands`, `logins` (in all; each device may come several times), `limit`,
-- `hold` (keep every session open until all are), `mode`, `floor` (path of a C client),
-- `hops` (so many jump hosts on the way), `by_command` (through the first of them, by
-- OpenSSH's client as proxy command).
-- @module moonwire.bench.client
local bastion = require "moonwire.bench.bastion"
local fleet = require "moonwire.fleet"
local floor = require "moonwire.bench.floor"
local inventory = require "moonwire.inventory"
local job = require "moonwire.bench.job"
local json = require "moonwire.report.json"
local process = require "moonwire.bench.process"
local usage = require "moonwire.bench.usage"
local uv = require "luv"

local client = {}

local CLIENT_CORE, LAB_CORE = "0", "1"

-- All threads of a process onto one core. What cannot be pinned is measured as it is,
-- and the result says so.
local function pin(pid, core)
  if #uv.cpu_info() < 2 then
    return false
  end
  local said, status = process.run { "taskset", "-acp", core, ("%d"):format(pid) }
  return said ~= nil and status == 0
end

-- The devices as often as it takes: a list that makes nothing for its items.
local function repeated(devices, logins)
  local n = #devices
  return setmetatable({}, {
    __index = function(_, i)
      return i <= logins and devices[(i - 1) % n + 1] or nil
    end,
    __len = function()
      return logins
    end,
  })
end

local function count_threads()
  return usage.of(uv.os_getpid()).threads
end

-- Sessions that wait for each other: the moment when all are open is what counts.
local function held_job(spec, total, seen)
  return job.held(spec.commands, total, function()
    local here = usage.of(uv.os_getpid())
    seen.threads, seen.rss_bytes = here.threads, here.rss_bytes
    seen.lab_rss_bytes = (usage.of(seen.lab_pid) or {}).rss_bytes
  end)
end

local function measure(devices, spec, seen)
  local logins = spec.logins or #devices
  local run_job, come = job.commands(spec.commands), nil
  if spec.hold then
    run_job, come = held_job(spec, logins, seen)
  end
  local failures = {}
  local run = fleet.run(repeated(devices, logins), {
    mode = spec.mode or "nonblocking",
    limit = spec.limit or logins,
    job = run_job,
    keep_results = false,
    on_result = function(result)
      seen.threads = seen.threads or count_threads()
      if not result.ok and #failures < 5 then
        failures[#failures + 1] = ("%s: %s"):format(result.kind, result.message)
      end
      if not result.ok and come then
        come()
      end
    end,
  })
  return run, failures
end

local function run_floor(spec, devices, logins)
  return spec.floor and floor.run(spec.floor, {
    port = devices[1].port,
    devices = logins,
    limit = spec.limit or logins,
    hold = spec.hold,
  })
end

local SUMS = { "seconds", "cpu_seconds", "ok", "failed" }
local PEAKS = { "max_rss_bytes", "peak_sessions" }

-- Two runs of the bare client as one; either may be missing.
local function both(one, other)
  if not (one and other) then
    return one or other
  elseif one.problem or other.problem then
    return one.problem and one or other
  end
  local sum = {}
  for _, name in ipairs(SUMS) do
    sum[name] = one[name] + other[name]
  end
  for _, name in ipairs(PEAKS) do
    sum[name] = math.max(one[name], other[name])
  end
  return sum
end

-- The bare client runs before and behind what it is compared with: a machine is not as
-- fast now as it was some seconds ago. Of sessions that are held memory counts, and
-- once is enough.
local function beside_floor(spec, devices, logins, fn)
  pin(devices.running_lab.pid, LAB_CORE)
  pin(uv.os_getpid(), CLIENT_CORE) -- and what it starts
  local before = not spec.hold and run_floor(spec, devices, logins) or nil
  local figures = fn()
  figures.floor = both(before, run_floor(spec, devices, logins))
  return figures
end

local function measure_against(devices, spec, pid)
  local seen = { lab_pid = pid }
  local is_pinned = pin(pid, LAB_CORE) and pin(uv.os_getpid(), CLIENT_CORE)
  collectgarbage()
  usage.forget_peak()
  local before, lab_before = usage.now(), usage.of(pid)
  local run, failures = measure(devices, spec, seen)
  local after, lab_after = usage.now(), usage.of(pid)
  if not lab_after then
    return { problem = "the lab ended before the run did", failures = failures }
  end
  return {
    devices = #devices,
    logins = spec.logins or #devices,
    commands = #spec.commands,
    is_pinned = is_pinned,
    seconds = run.seconds,
    ok = run.count.ok,
    failed = run.count.failed,
    failures = failures,
    peak_sessions = run.peak_sessions,
    threads = seen.threads,
    cpu_seconds = after.cpu_seconds - before.cpu_seconds,
    rss_bytes = seen.rss_bytes,
    max_rss_bytes = after.max_rss_bytes,
    lab = {
      cpu_seconds = lab_after.cpu_seconds - lab_before.cpu_seconds,
      rss_bytes = seen.lab_rss_bytes,
      max_rss_bytes = lab_after.max_rss_bytes,
    },
  }
end

-- The jump hosts have their processor time on the lab's core.
local function measure_through(devices, spec)
  local pid = devices.running_lab.pid
  if not spec.hops then
    return beside_floor(spec, devices, spec.logins or #devices, function()
      return measure_against(devices, spec, pid)
    end)
  end
  local started, message = bastion.start(spec.hops)
  if not started then
    return { problem = message }
  end
  local bastions <close> = started
  for _, server in ipairs(bastions.pids) do
    pin(server, LAB_CORE)
  end
  local behind = bastion.behind(devices, bastions, spec.by_command)
  return measure_against(behind, spec, pid)
end

--- Measure as SPEC says, and print the figures.
-- @string text SPEC
-- @tparam table streams `out` (the figures) and `log` (complaints)
-- @treturn int exit status: 0 when they are printed, whatever they are
function client.run(text, streams)
  local spec, message = json.decode(text)
  if not spec then
    streams.log:write("moonwire bench --client: ", message, "\n")
    return 2
  end
  -- a plain list, that can be copied into threads
  spec.commands = table.move(spec.commands, 1, #spec.commands, 1, {})
  local loaded
  loaded, message = inventory.load { lab = spec.lab }
  if not loaded then
    streams.log:write("moonwire bench --client: ", message, "\n")
    return 2
  end
  local devices <close> = loaded
  streams.out:write(json.encode(measure_through(devices, spec), true))
  return 0
end

return client
