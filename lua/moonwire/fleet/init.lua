--- The same job on many devices, in one of four modes.
--
--  * `sync`: one device after another;
--  * `threads`: as many OS threads as `workers`, one device at a time each;
--  * `nonblocking`: one thread, up to `limit` sessions at once;
--  * `hybrid`: one thread for each core, each with its share of `limit` sessions.
-- @module moonwire.fleet
local Run = require "moonwire.fleet.run"
local guard = require "moonwire.fleet.guard"
local here = require "moonwire.fleet.here"
local recording = require "moonwire.session.recording"
local resolve = require "moonwire.transport.resolve"
local task = require "moonwire.task"
local wave = require "moonwire.fleet.wave"

local fleet = {}

local LIMIT = 500 -- sessions at once: more at a time costs more than it brings
local CONNECTING = 1000 -- logins at once in a thread: they need twice the memory
local WORKERS = 10

local MODES = {}

function MODES.sync()
  return here.run, 1, 1
end

function MODES.nonblocking(options)
  return here.run, options.limit or LIMIT, 1
end

-- Here, and not in each thread: a file is read once, a command runs once. What fails
-- fails again where the device has its result.
local function resolve_all(devices)
  local list = {}
  for i, device in ipairs(devices) do
    list[i] = resolve.device(device) or device
  end
  return list
end

local function run_in_threads(options, workers, limit)
  return function(run)
    local threads = require "moonwire.fleet.threads"
    local devices = resolve_all(run.devices)
    local ok, statistics, kind = threads.run {
      devices = devices,
      job = run.job,
      workers = workers,
      limit = limit,
      pin = options.pin,
      options = run.device_options,
      turns = run.turns,
      admit = function(index)
        local refusal = run:admit(index, run.devices[index])
        if refusal then
          run:over(index, refusal)
        end
        devices[index] = run:as_begun(devices[index])
        return not refusal
      end,
      admit_waits = run.observer ~= nil and run.observer.begins ~= nil,
      on_open = run.ramp and function(index)
        run:opened(index)
      end,
      on_result = function(index, result)
        run:over(index, result)
      end,
    }
    if not ok then
      error(("fleet.run: %s (%s)"):format(statistics, kind), 0)
    end
    run.threads = statistics.workers
    if statistics.warning then
      run:note(statistics.warning)
    end
  end
end

function MODES.threads(options)
  local workers = options.workers or WORKERS
  return run_in_threads(options, workers, 1), workers, workers
end

function MODES.hybrid(options)
  local workers = options.workers or require("host.pool").cores()
  local each = math.max(1, (options.limit or LIMIT) // workers)
  return run_in_threads(options, workers, each), workers * each, workers
end

-- What a device's run is given; it must cross to other threads as a copy.
local function device_options(options)
  local recorder = options.recorder
  if recorder == nil then
    recorder = recording.default() or false -- other threads have no default
  end
  return {
    lazy = options.lazy ~= false,
    timeout = options.timeout,
    timeouts = options.timeouts,
    device_timeout = options.device_timeout,
    compute_limit = options.compute_limit,
    connecting = options.connecting or CONNECTING,
    dwell = options.dwell,
    host_key_policy = options.host_key_policy,
    via = options.via,
    may_log_in = options.may_log_in,
    record = options.record,
    recorder = recorder,
  }
end

local NUMBERS = {
  workers = "integer", limit = "integer", connecting = "integer",
  device_timeout = "positive", run_timeout = "positive", rate = "positive",
  compute_limit = "positive",
  retries = "count", jitter = "share", retry_pause = "positive",
}

local IS = {
  integer = function(value) return math.type(value) == "integer" and value >= 1 end,
  count = function(value) return math.type(value) == "integer" and value >= 0 end,
  positive = function(value) return type(value) == "number" and value > 0 end,
  share = function(value)
    return type(value) == "number" and value >= 0 and value <= 1
  end,
}

local WORDS = {
  integer = "a whole number of at least 1",
  count = "a whole number, 0 or more",
  positive = "a number above 0",
  share = "a number from 0 to 1",
}

local function number_complaint(options)
  for name, kind in pairs(NUMBERS) do
    local value = options[name]
    if value ~= nil and not IS[kind](value) then
      return ("%s must be %s"):format(name, WORDS[kind])
    end
  end
end

local function limits_complaint(limits)
  if limits ~= nil and type(limits) ~= "table" then
    return "limits must be a table such as { site = 50 }"
  end
  for label, most in pairs(limits or {}) do
    if type(label) ~= "string" or not IS.integer(most) then
      return ("limits.%s must be a whole number of at least 1"):format(tostring(label))
    end
  end
end

-- The waves and the number of failures that ends a run, both in devices.
local function read_amounts(options, count)
  local ends, message
  if options.waves then
    ends, message = wave.ends(options.waves, count)
    if not ends then
      return nil, message
    end
  end
  local most = options.abort_after and wave.amount(options.abort_after, count)
  if options.abort_after and not most then
    return nil, "abort_after must be a number of devices, or a share such as 2%"
  end
  return { ends = ends, abort_count = most }
end

local function check(devices, options)
  local mode = MODES[options.mode or "nonblocking"]
  if not mode then
    error(("fleet.run: there is no mode %q"):format(tostring(options.mode)), 4)
  end
  if type(options.job) ~= "function" then
    error("fleet.run: job must be a function", 4)
  end
  local amounts, message = read_amounts(options, #devices)
  local complaint = message or number_complaint(options)
    or limits_complaint(options.limits) or guard.complaint(options)
  if complaint then
    error("fleet.run: " .. complaint, 4)
  end
  return mode, amounts
end

-- What becomes of the caller's list meanwhile does not matter. One that makes its items
-- when they are asked for stays what it is: its point is that there never are all.
local function own_list(devices)
  if rawlen(devices) == 0 then
    return devices
  end
  return table.move(devices, 1, #devices, 1, {})
end

local function new_run(devices, options)
  local mode, amounts = check(devices, options)
  local execute, limit, threads = mode(options)
  local list = own_list(devices)
  local own = setmetatable({
    ends = amounts.ends,
    abort_count = amounts.abort_count,
    limit = limit,
    thread_count = threads,
    device_options = device_options(options),
  }, { __index = options })
  return Run.new(list, own), function(run)
    return execute(run, limit)
  end
end

--- Begin a run, in a task of the innermost group around this one.
-- @tparam table devices as for `fleet.run`
-- @tparam table options as for `fleet.run`
-- @treturn Run `stop`, `cancel`, `pause`, `go_on`, `wait`; see `moonwire.fleet.run`
function fleet.start(devices, options)
  local run, execute = new_run(devices, options)
  run.member = task.spawn(run.go, run, execute)
  return run
end

--- Run a job on every device and wait for all of them.
-- A device that fails is a result like any other; the others never notice. An error in
-- the job is that device's result. The results are in the order of the devices. Every
-- device ends in one state of `moonwire.fleet.state`, also when a run ends before its
-- end; a job that changes devices says which in `state` of what it returns.
-- @tparam table devices a list of device tables, or an inventory; one that makes its
-- items when they are asked for (by `__index` and `__len`) is never copied
-- @tparam table options `job` (function of session and device); `mode` ("nonblocking"),
-- `workers` (threads: 10; hybrid: one for each core), `limit` (500 sessions at once),
-- `on_result` (called with each result as it comes, and the counts so far), `timeout`
-- (30 seconds for a command), `timeouts` (seconds by phase of the login),
-- `device_timeout` (seconds for all of a device), `compute_limit` (5 seconds of CPU
-- that a job may take without a wait, or it fails; from a third of a second on the
-- others in its thread have their turns in between, so that what they share with it may
-- change under its hands), `run_timeout` (seconds for the run:
-- what is under way then is broken off, kind "timeout"), `dwell`
-- (seconds that a session stays open behind its job), `connecting` (1000 logins at
-- once in a thread), `via` (as for `session.open`), `pin` (threads to cores),
-- `id` (what the log calls the run; made up when left out),
-- `keep_results` (false: only `on_result` is given them, so that a run of any length
-- needs no more memory),
-- `credential_failures` (3: when so many devices in a row refuse a user with the same
-- password or keys, the rest are not tried with it: kind "auth_suspended"),
-- `changed_keys` (when the host keys of more devices than this have changed, the rest
-- are not tried: kind "hostkey_alarm"; 3, or 1 % of them); false: no such limit.
--
-- `record` (a folder: all that is said with each device goes into a file there),
-- `recorder` (a folder where each device that fails leaves what was said last; false:
-- nowhere).
--
-- How fast: `limits` (sessions at once for each value of a label or field, such as `{
-- site = 50, pair = 1 }`), `rate` (starts in a second), `jitter` (0 to 1, how far the
-- time between two starts varies), `ramp` (true: few at once in the beginning, more
-- while logins go well, half when they time out; a number: so many in the beginning),
-- `retries` (0: how often a device is tried again that failed before it was asked to
-- log in), `retry_pause` (1 second before the first of these, twice as long each time).
--
-- How far: `waves` (such as "1, 5%, rest": each begins when the one before is over and
-- well), `check` (function of run and number of a wave: whether it is well, and if not
-- why; no device must have failed in it when left out), `abort_after` (a number of
-- devices, or a share such as "2%": when so many have failed, nothing more begins).
--
-- `changes` (true: the job changes devices, so one that is lost in the midst of it is
-- in state "unknown"), `observer` (a table with any of the methods `starts(run)`,
-- `begins(index, device)`, which may wait and refuse by `nil, message`, `event(index,
-- name, fields)`, the same for the steps of a change,
-- `retries(index, result, seconds)`, `ended(index, result, device)`, `noted(text)`,
-- `finished(run)`)
-- @treturn Run `mode`, `results` (each with `started`, in seconds since the run began,
-- if it was), `ok`, `count` (`ok`, `failed`), `states` (how many
-- devices are in each), `notes` (what happened to the run), `reason` (why it ended
-- before its end), `seconds`, `peak_sessions`, `threads`, `cpu_seconds`,
-- `max_rss_bytes`
function fleet.run(devices, options)
  local run, execute = new_run(devices, options)
  return run:go(execute)
end

-- What `fleet.change` adds when it is not said: few devices first, and an end when some
-- are not well.
local CAREFUL = { waves = "1,5%,rest", abort_after = "2%" }

local RUN_ONLY = {
  mode = true, workers = true, limit = true, on_result = true, timeouts = true,
  id = true,
  device_timeout = true, run_timeout = true, dwell = true, connecting = true,
  pin = true, keep_results = true, credential_failures = true, changed_keys = true,
  limits = true, rate = true, jitter = true, ramp = true, retries = true,
  retry_pause = true, waves = true, abort_after = true, observer = true,
  host_key_policy = true, job = true, wave_check = true,
}

-- The options of the run and those of the change.
local function split(options)
  local own = { changes = true, timeout = options.timeout, check = options.wave_check }
  local change = {}
  for name, value in pairs(options) do
    if RUN_ONLY[name] then
      own[name] = value
    else
      change[name] = value
    end
  end
  for name, value in pairs(CAREFUL) do
    if own[name] == nil then
      own[name] = value
    end
  end
  return own, change
end

--- Change the configuration of every device: first of one, then of 5 % of them, then
-- of the rest, each when all before it are well. What a device's lines are may depend
-- on it. What is done with one is what `session:change` does, and so is what is said of
-- it.
-- @tparam table devices as for `fleet.run`
-- @tparam table options those of `session:change` and of `fleet.run` but `job` and
-- `check`; `lines_for` (function of a device: its lines, in place of `lines`; nil: it
-- is left as it is), `waves` ("1,5%,rest"), `abort_after` ("2%"), `wave_check` (as
-- `check` of `fleet.run`)
-- @treturn Run as from `fleet.run`; `value` of a result is the report of the change, or
-- its `detail` where it did not go well
function fleet.change(devices, options)
  if #devices == 0 then
    error("fleet.change: there are no devices, which is never meant to be all", 2)
  elseif options.job then
    error("fleet.change: the job is the change", 2)
  end
  local own, change = split(options)
  local lines_for = change.lines_for
  change.lines_for = nil
  own.job = function(session, device)
    local given = {}
    for name, value in pairs(change) do
      given[name] = value
    end
    if lines_for then
      given.lines = lines_for(device)
      if not given.lines then
        return { state = "unchanged", note = "there are no lines for it" }
      end
    end
    return session:change(given)
  end
  return fleet.run(devices, own)
end

return fleet
