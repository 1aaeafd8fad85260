--- The lines of a change go out: into a candidate that takes effect as a whole, or one
-- by one; and what is to be done when that does not go well.
-- @module moonwire.session.change.send
local Change = require "moonwire.session.change.class"
local failure = require "moonwire.session.failure"
local guarantee = require "moonwire.platform.guarantee"
local proof = require "moonwire.session.change.proof"
local task = require "host.task"

local SNAPSHOT = "moonwire"

-- A timer must be known of before it runs.
function Change:_tell_armed()
  return not self.timer or self:_tell("armed", { seconds = self.armed_for })
end

-- The last moment before the commit: what would change is known, nothing has yet.
function Change:_judge_diff(diff, changes)
  local session = self.session
  self.diff = diff and failure.scrub(diff, session.platform)
  local complaint = changes and self:_size_complaint(changes)
  if complaint then
    return nil, complaint .. "; large = true lets it"
  end
  local ok, message = self.lock:check()
  if ok then
    ok, message = self:_tell_armed()
  end
  if ok then
    self.is_committing, self.armed_at = true, task.now()
  end
  return ok, message
end

function Change:_send_candidate(is_plan)
  local given = self.given
  return self.session:send_config_set(self.lines, {
    timeout = given.timeout,
    lock_timeout = given.lock_timeout,
    transaction = {
      dry_run = is_plan,
      has_check = true,
      judge = function(diff, changes)
        return self:_judge_diff(diff, changes)
      end,
      commit = {
        confirm = given.confirm_within, comment = given.comment,
        timeout = given.commit_timeout,
      },
    },
  })
end

--- Into the candidate, compared there, and out of it again.
-- @local here
-- @treturn ?{string,...} what would change; nil alone: it has no candidate here
-- @treturn ?string message why that is not known
-- @treturn ?string kind
function Change:_compare_candidate()
  local result, message, kind, detail = self:_send_candidate(true)
  if result then
    local outcome = result.transaction
    self.diff = outcome.diff and failure.scrub(outcome.diff, self.session.platform)
    return outcome.changes
  elseif kind == "unsupported" then
    return nil
  end
  self:_take(detail)
  return nil, message, kind
end

function Change:_send_lines()
  local session, given = self.session, self.given
  local ok, message, kind = self.lock:check()
  if ok then
    ok, message = self:_tell_armed()
  end
  if ok and not self.timer and guarantee.of(session.platform).has_snapshot then
    self.snapshot = ("%s-%06x"):format(SNAPSHOT, math.random(0, 0xffffff))
    ok, message, kind = session:snapshot(self.snapshot)
  end
  if not ok then
    return nil, message, kind or "local", {}
  end
  self.armed_at = task.now()
  return session:send_config_set(self.lines, {
    revert = self.timer and given.confirm_within, timeout = given.timeout,
  })
end

-- A candidate that is in another mode only is none.
function Change:_send()
  self.is_atomic = guarantee.of(self.session.platform).is_atomic
  if not self.is_atomic then
    return self:_send_lines()
  end
  local result, message, kind, detail = self:_send_candidate(false)
  if not result and kind == "unsupported" and not self.given.confirm_within then
    self.is_atomic = false
    return self:_send_lines()
  end
  return result, message, kind, detail
end

local REFUSED = { -- before a byte of configuration
  unsupported = true, candidate = true, invalid = true, auth = true, locked = true,
  mode = true, ["local"] = true,
}

-- Whether nothing of it can have taken effect.
function Change:_is_clean(kind)
  local is_sent = (self.sent or 0) > 0 or next(self.reached) ~= nil
  if self.is_committing then
    return false
  elseif is_sent then
    return kind == "refused" -- by us, and it was discarded
  end
  return REFUSED[kind] or not self.session.is_unconfirmed
end

--- A sending that failed: what it has left behind.
-- @local here
function Change:_after_failure(message, kind)
  if self:_is_clean(kind) then
    return self:_refuse(message, kind)
  elseif self.is_atomic and kind == "rejected" then
    return self:_fail("rejected", message, kind) -- and it was discarded
  elseif self.timer or self.is_atomic or self.snapshot then
    return proof.take_back(self, message, kind)
  end
  self.is_partial = true
  return self:_fail(kind == "rejected" and "rejected" or "unknown", message, kind)
end

return Change
