--- A device that an earlier try had in its hands, and nobody has seen what came of
-- it. It is read before anything else: what is there tells whether the try has come
-- through, or has left nothing, or whether a person has to look. Nothing is sent a
-- second time on a guess.
-- @module moonwire.session.change.doubt
local Change = require "moonwire.session.change.class"
local guarantee = require "moonwire.platform.guarantee"

--- Whether an earlier try was lost while it had this device in its hands.
-- @local here
function Change:_is_in_doubt()
  return self.given.is_in_doubt or self.session.device.is_in_doubt or false
end

-- What the device showed before the lost try began; nil: nobody has written it down.
local function digest_before(self)
  return self.session.device.in_doubt_before or self.given.expect
end

local function is_as_before(self)
  local before = digest_before(self)
  return before ~= nil and before == self.before_digest
end

--- All of it stands there: for longer, or by a try that was lost.
-- @local here
function Change:_leave_alone()
  self:_compare(self.session)
  if self:_is_in_doubt() and not self.given.plan and not is_as_before(self) then
    return self:_keep(true)
  end
  return self:_report("unchanged", {
    verified = true, is_plan = self.given.plan, changes = 0,
  })
end

-- Why nobody but a person can tell what the lost try has left.
local function complaint(self, missing, traces)
  if is_as_before(self) then
    return nil
  elseif not missing then
    return "it cannot be asked what came of the first try"
  elseif traces > 0 then
    local words = "some of the lines are there, and %d are not: somebody has to look"
    return words:format(#missing)
  elseif digest_before(self) then
    return "it is neither as it was before the first try nor as it should be: "
      .. "somebody has to look"
  end
end

-- Where all lines take effect or none, the device itself says whether they have.
local function is_in_effect(self)
  if is_as_before(self) or not guarantee.of(self.session.platform).is_atomic then
    return false
  end
  local changes, message = self:_compare_candidate()
  self.reached, self.applied, self.diff = {}, 0, nil
  if message then
    return nil, message
  end
  return changes ~= nil and #changes == 0
end

--- Tell what a lost try has left. Where it has left nothing the change begins anew, or
-- that is said: of a device that is only to be looked at.
-- @local here
-- @tparam ?table missing lines that are not there; nil: it cannot be read
-- @tparam ?int traces
-- @return as from `session:change`
function Change:_settle(missing, traces)
  local is_there, message = is_in_effect(self)
  if is_there then
    return self:_leave_alone()
  end
  message = message or complaint(self, missing, traces)
  if message then
    return self:_fail("unknown", message, "unknown")
  end
  self.is_settled = true
  if self.session.device.is_only_looked_at then
    return self:_refuse("the first try has left nothing, and nothing was sent again",
      "not_sent")
  end
  return self:_start(missing)
end

return Change
