--- What is looked at before anything is sent: the change itself, and the device.
-- Nothing in here changes anything.
-- @module moonwire.session.change.look
local Change = require "moonwire.session.change.class"
local guard = require "moonwire.session.change.guard"
local guarantee = require "moonwire.platform.guarantee"
local platforms = require "moonwire.platform"
local presence = require "moonwire.session.presence"

function Change:_size_complaint(changes)
  return guard.size(changes, self.before, self.given)
end

-- What can be known without asking the device.
function Change:_check_given()
  local platform, given = self.session.platform, self.given
  local known = guarantee.of(platform)
  local complaint, kind = guard.lines(platform, self.lines, self.units, given.allow)
  if not known.can_change then
    return platform.name .. " has no configuration mode", "unsupported"
  elseif complaint then
    return complaint, kind
  elseif not given.confirm_within then
    return nil
  elseif not known.timer then
    return platform.name .. " takes nothing back by itself", "unsupported"
  end
  local seconds, message =
    self.session:_confirmation_time(known.timer, given.confirm_within)
  self.armed_for, self.timer = seconds, known.timer
  return message, "unsupported"
end

local function has_line(text, pattern)
  for line in text:gmatch "[^\n]+" do
    if line:find(pattern) then
      return true
    end
  end
  return false
end

-- What the timer needs, or nobody could rely on it.
function Change:_timer_complaint()
  local platform = self.session.platform
  local action = self.timer == "revert" and platforms.action(platform, "revert")
  if self.timer and not self.before then
    return "nobody could see whether it has taken back what it should"
  elseif action and action.needs and not has_line(self.before, action.needs) then
    local words = "its timer needs '%s' in its configuration, which is not there"
    return words:format((action.needs:gsub("%p", "")))
  end
end

--- Look at what is there.
-- @local here
-- @treturn string|nil what is wrong with it
-- @treturn string kind
function Change:_look()
  local session, expected = self.session, self.given.expect
  local text, message, kind = Change.read(session)
  if not text and kind ~= "unsupported" then
    return message, kind
  end
  self.before = text
  self.before_digest = text and Change.digest(session.platform, text)
  self.has_drifted = expected and expected ~= self.before_digest
  if self.has_drifted and not self:_is_in_doubt() then
    return "its configuration is not what it was when the plan was made", "drifted"
  end
  return self:_timer_complaint(), "unsupported"
end

--- What of the lines is not there, by the device's own text.
-- @local here
-- @treturn ?{string,...} nil: nobody knows
-- @treturn ?int traces; see `moonwire.session.presence`
-- @treturn ?{string,...} lines of which the text cannot tell; none of a device in
-- doubt, to which nothing is sent on a guess
function Change:_missing()
  if not self.before then
    return nil
  end
  local missing, traces, hidden = presence.missing(self.before, self.lines)
  return missing, traces, self:_is_in_doubt() and {} or hidden
end

return Change
