--- One device of a run: log in, do the job, log out, and say how it went.
-- Whatever happens ends as a plain result table; nothing is raised.
-- @module moonwire.fleet.device
local bounded = require "moonwire.parse.bounded"
local host = require "host.task"
local log = require "moonwire.log"
local session = require "moonwire.session"
local task = require "moonwire.task"
local transport = require "moonwire.transport.ssh"

local device_run = {}

bounded.install() -- a job is somebody's code on a device's words

local COMPUTE_LIMIT = 5 -- seconds of CPU that a job may take without a wait

local working = setmetatable({}, { __mode = "k" }) -- devices by the task of their job

local function tell_late(place, seconds)
  log.event("warning", "computes", {
    device = working[host.current()], place = place, seconds = seconds,
  })
end

local function new_result(device)
  return { device = device.name or device.host, host = device.host, ok = false }
end

local function set_failure(result, message, kind, phase)
  result.message, result.kind, result.phase = tostring(message), kind, phase
end

-- An error in a job is a mistake in its code: say where, and keep the way there.
local function describe_error(err)
  if err == host.cancelled then
    return { kind = "cancelled", message = "cancelled" }
  end
  local message = tostring(err)
  return { kind = "error", message = message, traceback = debug.traceback(message, 2) }
end

-- A job that never waits would keep all other devices waiting.
local function run_job(options, job, opened, device)
  working[host.current()] = device.name or device.host
  host.on_late(tell_late)
  local seconds = options.compute_limit or COMPUTE_LIMIT
  return host.within(seconds, describe_error, job, opened, device)
end

-- A job's report on what it has changed is kept; the rest of a detail may be anything.
local function told_by(detail)
  if type(detail.lines) == "table" and detail.guarantee then
    return detail
  end
  return { state = detail.state }
end

local function keep_job(result, opened, ok, value, message, kind, detail)
  if not ok then
    set_failure(result, value.message, value.kind, result.phase)
    result.traceback = value.traceback
  elseif value == nil and message ~= nil then
    set_failure(result, message, kind or "job", opened.phase or "job")
    result.root = kind == "jump" and transport.root(opened.client) or nil
    result.detail = type(detail) == "table" and told_by(detail) or nil
  else
    result.ok, result.value, result.phase = true, value, nil
  end
end

-- Key exchanges are the expensive part: through the gate go only so many at a time.
local function open_through(gate, device, options)
  if not gate then
    return session.open(device, options)
  end
  gate:acquire()
  local results = table.pack(pcall(session.open, device, options))
  gate:release()
  if not results[1] then
    error(results[2], 0)
  end
  return table.unpack(results, 2, results.n)
end

-- What was said becomes a file, where it failed; its name is known in any case.
local function end_recording(self, result)
  local recorded = self.recording
  if recorded then
    self.failure = not result.ok and result.message or nil
    self.failure_kind = result.kind
    result.recording = self.failure and self:_end_recording() or recorded.path
  end
end

local OF_A_LOGIN = { "phases", "host_key_verdict", "root", "recording" }

local function with_session(result, device, job, options, gate, on)
  local opened, message, kind, detail = open_through(gate, device, options)
  if not opened then
    for _, name in ipairs(detail and OF_A_LOGIN or {}) do
      result[name] = detail[name]
    end
    return set_failure(result, message, kind, detail and detail.phase)
  end
  local self <close> = opened -- also when this task is cancelled
  result.phase = "job" -- should it be broken off from here on
  self.on_event = on.event
  self.on_stage = function(stage) -- "look", "change": see `session:change`
    result.phase = stage
  end
  if on.open then
    on.open()
  end
  keep_job(result, self, run_job(options, job, self, device))
  end_recording(self, result)
  if options.dwell then
    host.sleep(options.dwell)
  end
  result.phases = self:phases()
  result.warm = self:is_warm() or nil
  result.output = self.answers
end

-- No longer than the device may take as a whole.
local function with_deadline(result, device, job, options, gate, on)
  local seconds = options.device_timeout
  if not seconds then
    return with_session(result, device, job, options, gate, on)
  end
  local _, _, kind = task.timeout(seconds, with_session, result, device, job, options,
    gate, on)
  local is_broken_off = result.kind == "cancelled" and not host.is_cancelled()
  if kind == "timeout" or is_broken_off then
    local words = "%s: not done within %g s"
    set_failure(result, words:format(result.device, seconds), "timeout",
      result.phase or "login")
    result.ok, result.value = false, nil
  end
end

--- Run a job on a device.
-- @tparam table device
-- @tparam function job called with the session and the device; what it returns is the
-- result's `value`; `nil, message, kind` makes the device fail
-- @tparam table options as for `session.open`; `dwell` (seconds the session stays open
-- behind the job), `device_timeout` (seconds for all of it), `compute_limit` (5: of
-- CPU, that the job may take without a wait)
-- @tparam[opt] Semaphore gate lets in so many logins at a time
-- @tparam[opt] table on functions: `open`, called when it is logged in to; `event`,
-- given to the session: see `session:change`
-- @treturn table `device`, `host`, `ok`, `value`, `output` (answers), `kind`,
-- `message`, `phase`, `phases` (seconds), `began` (by `host.now`, which is the same in
-- all threads), `elapsed` (seconds), `warm` (true: its session was borrowed, and needed
-- no login), `host_key_verdict` (why the host key was refused:
-- "changed", "unknown", "revoked"), `recording` (the file with what was said), `root`
-- (the cause that other devices have, too, such as a jump host that is lost)
function device_run.run(device, job, options, gate, on)
  local result = new_result(device)
  local began = host.now()
  local ok, err = pcall(with_deadline, result, device, job, options, gate, on or {})
  if not ok then
    local kind = err == host.cancelled and "cancelled" or "error"
    set_failure(result, err, kind, result.phase or "login")
    result.ok = false
  end
  result.began, result.elapsed = began, host.now() - began
  return result
end

return device_run
