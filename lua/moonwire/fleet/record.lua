--- What the log is told about a run. It sees results only, as they come in to the main
-- thread, so it is the same in every mode; nothing is done for a command, and nothing
-- for a device where nobody listens.
-- @module moonwire.fleet.record
local log = require "moonwire.log"

local record = {}

-- What went wrong, by the kind of failure: what an operator looks for.
local EVENTS = {
  hostkey = "host_key_refused", hostkey_alarm = "host_key_alarm",
  auth = "login_refused", auth_suspended = "credential_suspended",
  rejected = "rejected", dropped = "dropped", limit = "limit_reached",
  timeout = "timed_out", cancelled = "cancelled",
}

local function new_id()
  return ("%08x"):format(math.random(0, 0xffffffff))
end

--- A run begins.
-- @tparam table run gets a `log_id`, by which its lines are found
-- @int count devices
function record.begin(run, count)
  if log.wants "error" then
    run.log_id = run.id or new_id()
    log.event("info", "run_began", {
      run = run.log_id, mode = run.mode, devices = count,
    })
  end
end

local function phases_into(fields, phases)
  for phase, seconds in pairs(phases or {}) do
    fields["phase_" .. phase] = seconds
  end
end

--- A device is done.
-- @tparam table run
-- @tparam table result
function record.result(run, result)
  local level = result.ok and "info" or "warning"
  if not run.log_id or not log.wants(level) then
    return
  end
  local fields = {
    run = run.log_id, device = result.device, host = result.host,
    seconds = result.elapsed, kind = result.kind, phase = result.phase,
    message = result.message, host_key = result.host_key_verdict,
  }
  if log.wants "debug" then
    phases_into(fields, result.phases)
  end
  log.event(level, result.ok and "done" or EVENTS[result.kind] or "failed", fields)
end

--- A device will be tried again.
-- @tparam table run
-- @tparam table result of the last try
-- @int try the number of the next one
-- @number pause seconds until then
function record.retry(run, result, try, pause)
  if run.log_id then
    log.event("info", "retry", {
      run = run.log_id, device = result.device, try = try, pause = pause,
      kind = result.kind, message = result.message,
    })
  end
end

--- Something happened to the run itself: it ramps up or down, a wave is over, it stops.
-- @tparam table run
-- @string text
function record.note(run, text)
  if run.log_id then
    log.event("info", "note", { run = run.log_id, message = text })
  end
end

--- A run is over.
-- @tparam table run
function record.finish(run)
  if run.log_id then
    log.event(run.ok and "info" or "warning", "run_ended", {
      run = run.log_id, ok = run.count.ok, failed = run.count.failed,
      seconds = run.seconds, peak_sessions = run.peak_sessions,
    })
  end
end

return record
