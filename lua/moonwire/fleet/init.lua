--- The same job on many devices, in one of four modes.
--
--  * `sync`: one device after another;
--  * `threads`: as many OS threads as `workers`, one device at a time each;
--  * `nonblocking`: one thread, up to `limit` sessions at once;
--  * `hybrid`: one thread for each core, each with its share of `limit` sessions.
-- @module moonwire.fleet
local device_run = require "moonwire.fleet.device"
local guard = require "moonwire.fleet.guard"
local host = require "host.task"
local resolve = require "moonwire.transport.resolve"
local task = require "moonwire.task"
local transport = require "moonwire.transport.ssh"
local uv = require "luv"

local fleet = {}

local LIMIT = 500 -- sessions at once: more at a time costs more than it brings
local CONNECTING = 1000 -- logins at once in a thread: they need twice the memory
local WORKERS = 10

local function seconds_of(time)
  return time.sec + time.usec / 1e6
end

local function cpu_seconds()
  local usage = uv.getrusage()
  return seconds_of(usage.utime) + seconds_of(usage.stime)
end

-- Run in this thread, up to 'limit' at once. What counts as a session is a device whose
-- turn has come and is not over.
local function run_here(run, devices, job, limit)
  local lease <close> = transport.lease() -- luacheck: ignore
  local connecting = run.device_options.connecting
  local open, gate = 0, limit > connecting and task.semaphore(connecting) or nil
  task.map(devices, limit, function(device, index)
    local refusal = run.guard:refusal(device)
    if refusal then
      return run:_keep(index, refusal)
    end
    open = open + 1
    run.peak_sessions = math.max(run.peak_sessions, open)
    local result = device_run.run(device, job, run.device_options, gate)
    open = open - 1
    run.guard:note(device, result)
    run:_keep(index, result)
  end)
end

local MODES = {}

function MODES.sync(run, devices, options)
  run_here(run, devices, options.job, 1)
end

function MODES.nonblocking(run, devices, options)
  run_here(run, devices, options.job, options.limit or LIMIT)
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

local function run_in_threads(run, devices, options, workers, limit)
  local threads = require "moonwire.fleet.threads"
  local ok, statistics, kind = threads.run {
    devices = resolve_all(devices),
    job = options.job,
    workers = workers,
    limit = limit,
    pin = options.pin,
    options = run.device_options,
    refuse = function(device)
      return run.guard:refusal(device)
    end,
    on_result = function(index, result)
      run.guard:note(devices[index], result)
      run:_keep(index, result)
    end,
  }
  if not ok then
    error(("fleet.run: %s (%s)"):format(statistics, kind), 0)
  end
  run.peak_sessions = statistics.peak
  run.threads = statistics.workers
end

function MODES.threads(run, devices, options)
  run_in_threads(run, devices, options, options.workers or WORKERS, 1)
end

function MODES.hybrid(run, devices, options)
  local workers = options.workers or require("host.pool").cores()
  local limit = math.max(1, (options.limit or LIMIT) // workers)
  run_in_threads(run, devices, options, workers, limit)
end

local Run = { __name = "moonwire.Run" }
Run.__index = Run

function Run:_keep(index, result)
  result.index = index
  if result.began then -- one that was not tried has no time
    result.started, result.began = result.began - self.began, nil
  end
  if self.has_results then
    self.results[index] = result
  end
  local column = result.ok and "ok" or "failed"
  self.count[column] = self.count[column] + 1
  if self.on_result then
    self.on_result(result, self.count)
  end
end

-- What a device's run is given; it must cross to other threads as a copy.
local function device_options(options)
  return {
    lazy = options.lazy ~= false,
    timeout = options.timeout,
    timeouts = options.timeouts,
    connecting = options.connecting or CONNECTING,
    dwell = options.dwell,
    host_key_policy = options.host_key_policy,
  }
end

local function check(devices, options)
  local mode = MODES[options.mode or "nonblocking"]
  if not mode then
    error(("fleet.run: there is no mode %q"):format(tostring(options.mode)), 3)
  end
  if type(options.job) ~= "function" then
    error("fleet.run: job must be a function", 3)
  end
  for _, name in ipairs { "workers", "limit", "connecting" } do
    local value = options[name]
    if value ~= nil and (math.type(value) ~= "integer" or value < 1) then
      error(("fleet.run: %s must be a whole number of at least 1"):format(name), 3)
    end
  end
  local complaint = guard.complaint(options)
  if complaint then
    error("fleet.run: " .. complaint, 3)
  end
  return mode, table.move(devices, 1, #devices, 1, {})
end

--- Run a job on every device and wait for all of them.
-- A device that fails is a result like any other; the others never notice. An error in
-- the job is that device's result. The results are in the order of the devices.
-- @tparam table devices a list of device tables, or an inventory
-- @tparam table options `job` (function of session and device); `mode` ("nonblocking"),
-- `workers` (threads: 10; hybrid: one for each core), `limit` (500 sessions at once),
-- `on_result` (called with each result as it comes, and the counts so far), `timeout`
-- (30 seconds for a command), `timeouts` (seconds by phase of the login), `dwell`
-- (seconds that a session stays open behind its job), `connecting` (1000 logins at
-- once in a thread), `pin` (threads to cores), `keep_results` (false: only `on_result`
-- is given them, so that a run of any length needs no more memory),
-- `credential_failures` (3: when so many devices in a row refuse a user with the same
-- password or keys, the rest are not tried with it: kind "auth_suspended"),
-- `changed_keys` (when the host keys of more devices than this have changed, the rest
-- are not tried: kind "hostkey_alarm"; 3, or 1 % of them); false: no such limit
-- @treturn table run: `mode`, `results` (each with `started`, in seconds since the run
-- began, if it was), `ok`, `count` (`ok`, `failed`), `seconds`, `peak_sessions`,
-- `threads`, `cpu_seconds`, `max_rss_bytes`
function fleet.run(devices, options)
  local mode, list = check(devices, options)
  local run = setmetatable({
    mode = options.mode or "nonblocking",
    results = {},
    count = { ok = 0, failed = 0 },
    has_results = options.keep_results ~= false,
    on_result = options.on_result,
    peak_sessions = 0,
    threads = 1,
    guard = guard.new(#list, options),
    device_options = device_options(options),
  }, Run)
  local cpu = cpu_seconds()
  run.began = host.now()
  mode(run, list, options)
  run.seconds = host.now() - run.began
  run.cpu_seconds = cpu_seconds() - cpu
  run.max_rss_bytes = uv.getrusage().maxrss * 1024
  run.ok = run.count.failed == 0
  return run
end

return fleet
