--- What is proved about a change over another login than the one that made it: that
-- the device can still be reached and is well; and where it is not, that the device has
-- gone back to what it was. Who has not seen that does not say it.
-- @module moonwire.session.change.proof
local guarantee = require "moonwire.platform.guarantee"
local task = require "host.task"
local uv = require "luv"

local proof = {}

local GRACE, RESTART = 60, 600 -- seconds behind its time until it must be back
local TRIES = 2 -- logins until it counts as out of reach
local FIRST_PAUSE, LONGEST_PAUSE = 0.05, 10 -- seconds between two looks

local function log_in(change)
  local own = change.session.options
  return require("moonwire.session").open(change.session.device, {
    timeout = change.session.timeout, timeouts = own.timeouts, reconnect = false,
    via = own.via, fresh = true, -- one that was kept would prove nothing
  })
end

local function enabled(probe)
  local ok, message, kind = probe:find_prompt()
  if ok then
    probe:enable() -- where there is such a mode
  end
  return ok, message, kind
end

local function ask_user(change, probe)
  local check = change.given.check
  if not check then
    return true
  end
  local ran, ok, message = pcall(check, probe, change.session.device, change:_report())
  if not ran and ok == task.cancelled then
    error(ok, 0)
  elseif not ran then
    return nil, "the check has failed: " .. tostring(ok), "check"
  end
  message = "the check says no" .. (message and ": " .. tostring(message) or "")
  return ok, message, "check"
end

--- Log in anew, and let the user look.
-- @treturn[1] boolean true
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind
function proof.look(change)
  if not change.timer and not change.given.check and not change.snapshot then
    return true
  end
  local message, kind
  for _ = 1, TRIES do
    local probe <close>, why, its_kind = log_in(change)
    local ok = probe
    if probe then
      ok, why, its_kind = enabled(probe)
    end
    if ok then
      ok, message, kind = ask_user(change, probe)
      change:_tell("checked", { ok = ok and true or false })
      return ok, message, kind
    end
    message, kind = "no new session is possible: " .. why, its_kind
  end
  return nil, message, kind
end

-- Whether the device is as it was, in a session of its own. Nil: it cannot be asked.
local function is_as_before(change)
  local probe <close> = log_in(change)
  if not probe or not enabled(probe) then
    return nil
  end
  local is_changed = change:_compare(probe)
  return is_changed ~= nil and not is_changed or nil
end

-- seconds of ours, for so many of the device's
local function ours(change, seconds)
  return seconds / (change.session.device.clock_rate or 1)
end

--- Whether the device's own time for a confirmation is over.
-- @treturn boolean
function proof.is_over(change)
  return change.timer ~= nil
    and task.now() >= change.armed_at + ours(change, change.armed_for)
end

local function sleep_until(at)
  local left = at - task.now()
  if left > 0 then
    task.sleep(left)
  end
end

-- Look again and again, until it is as before or its time is over.
local function await_return(change, last)
  local pause = FIRST_PAUSE
  repeat
    if is_as_before(change) then
      return true
    end
    task.sleep(pause)
    pause = math.min(2 * pause, LONGEST_PAUSE)
  until task.now() >= last
  return false
end

local function let_go(change)
  local session = change.session
  if not session.is_closed then
    local ok, phases = pcall(session.phases, session) -- it may be closed already
    session.kept_phases = ok and phases or {}
    session:disconnect() -- it may hold the device's own lock
  end
  session.is_unconfirmed = nil
end

-- By its own timer, from its own time on.
local function await_timer(change)
  local known = guarantee.of(change.session.platform)
  local grace = change.given.grace or known.restarts and RESTART or GRACE
  local due = change.armed_at + ours(change, change.armed_for)
  let_go(change)
  sleep_until(due)
  return await_return(change, due + grace)
end

local function go_to_snapshot(change)
  local ok, message = change.session:rollback(change.snapshot)
  if not ok then
    local probe <close> = log_in(change)
    if probe and enabled(probe) then
      ok, message = probe:rollback(change.snapshot)
    end
  end
  return ok and is_as_before(change), message
end

local function fall_back(change)
  if change.timer then
    return await_timer(change)
  elseif change.snapshot then
    return go_to_snapshot(change)
  end
  let_go(change)
  return await_return(change, task.now() + (change.given.grace or GRACE))
end

--- A lost try may have left a timer: what is there before its end says nothing.
-- @param change
function proof.await_lost_timer(change)
  local device = change.session.device
  local at = change:_is_in_doubt() and device.in_doubt_until
  if at then
    local seconds, microseconds = uv.gettimeofday()
    local left = ours(change, at + 1 - (seconds + microseconds / 1e6))
    task.sleep(math.max(0, left))
  end
end

--- Let the device go back, see that it has, and say so.
-- @param change
-- @string message what went wrong
-- @string kind
-- @return as `session:change` when it did not go well
function proof.take_back(change, message, kind)
  local is_back, why = fall_back(change)
  change.after_digest = is_back and change.before_digest or change.after_digest
  if is_back then
    change:_tell "rolled_back"
    change.diff = nil
    return change:_fail("rolled_back",
      message .. "; it is as it was before, as a new session has shown", kind)
  elseif not change.timer and change.is_committing and change.missing == 0 then
    change.note = "the answer to the commit was lost, and its lines are there"
    return change:_report("changed", { verified = true })
  end
  local words = "; nobody has seen it as it was before"
  return change:_fail("unknown", message .. words .. (why and ": " .. why or ""), kind)
end

--- The answer to a confirmation is not there: the device is asked when its time is
-- over.
-- @param change
-- @string message
-- @string kind
-- @return as `session:change`
function proof.settle_confirm(change, message, kind)
  local due = change.armed_at + ours(change, change.armed_for)
  let_go(change)
  sleep_until(due + ours(change, 1))
  local last = due + (change.given.grace or GRACE)
  repeat
    local is_back = is_as_before(change)
    if is_back then
      change:_tell "rolled_back"
      message = message .. "; it has taken all of it back"
      return change:_fail("rolled_back", message, kind)
    elseif change.after_digest and change.after_digest ~= change.before_digest then
      change.is_confirmed = true
      change.note = "the answer to the confirmation was lost, and the change stayed"
      return change:_report("changed", { verified = change.missing == 0 })
    end
    task.sleep(FIRST_PAUSE)
  until task.now() >= last
  return change:_fail("unknown", message .. "; and nobody can ask it", kind)
end

return proof
