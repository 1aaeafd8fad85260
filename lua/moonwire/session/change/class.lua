--- What a change of a device is while it goes on: how far its lines are known to have
-- come, what the device showed before, and what is said of it at its end.
-- @module moonwire.session.change.class
local digests = require "host.digest"
local ending = require "moonwire.parse.ending"
local failure = require "moonwire.session.failure"
local guarantee = require "moonwire.platform.guarantee"
local platforms = require "moonwire.platform"
local presence = require "moonwire.session.presence"

local Change = { __name = "moonwire.Change" }
Change.__index = Change

--- What a configuration is known by: without what changes by itself.
-- @tparam table platform
-- @string text
-- @treturn string hexadecimal
function Change.digest(platform, text)
  local sum = digests.new "sha256"
  for line in text:gmatch "[^\n]+" do
    if not platforms.is_volatile(platform, line) then
      sum:update(ending.trimmed(line) .. "\n")
    end
  end
  return sum:hex()
end

-- A line that has come so far has come through all that stands before it.
local WAY = { "handed", "echoed", "acknowledged", "seen" }
local STEP = { handed = 1, echoed = 2, acknowledged = 3, seen = 4 }

local function count_lines(self)
  local counts = { total = #self.wanted }
  for step, word in ipairs(WAY) do
    counts[word] = 0
    for _, number in ipairs(self.wanted) do
      local reached = STEP[self.reached[number]] or 0
      counts[word] = counts[word] + (reached >= step and 1 or 0)
    end
  end
  return counts
end

function Change:_tell(event, fields)
  if self.on_event then
    return self.on_event(event, fields or {})
  end
  return true
end

-- What is said of it, however it ends.
function Change:_report(state, more)
  local report = {
    state = state, lines = count_lines(self), applied = self.applied,
    guarantee = guarantee.text(self.session.platform), diff = self.diff,
    before = self.before_digest, after = self.after_digest,
    confirmed = self.is_confirmed, saved = self.is_saved, note = self.note,
    is_partial = self.is_partial,
    texts = self.given.with_texts and { before = self.before, after = self.after },
  }
  for name, value in pairs(more or {}) do
    report[name] = value
  end
  return report
end

function Change:_fail(state, message, kind)
  local named = self.session.device.name or self.session.device.host
  if message:sub(1, #named + 2) ~= named .. ": " then
    message = self.session:_located(message)
  end
  self.session.phase = "change"
  return nil, message, kind, self:_report(state)
end

-- Nothing was sent; what an earlier try has sent is as unknown as it was.
function Change:_refuse(message, kind)
  local is_open = self:_is_in_doubt() and not self.is_settled
  return self:_fail(is_open and "unknown" or "failed_clean", message, kind or "refused")
end

--- It is in effect: save it, where that is wanted, and say so.
-- @local here
-- @bool verified it was seen
function Change:_keep(verified)
  if self.given.save then
    local ok, message, kind = self.session:save_config()
    self.is_saved = ok and true or false
    if not ok and kind ~= "unsupported" then -- that one saves by itself
      message = message .. "; it is in effect, and not saved"
      return self:_fail("changed", message, "save")
    end
    self:_tell "saved"
  end
  return self:_report("changed", { verified = verified })
end

--- The configuration as the device shows it.
-- @local here
function Change.read(session)
  if not platforms.action(session.platform, "show") then
    return nil, "its configuration cannot be read", "unsupported"
  end
  return session:get_config()
end

--- Lines of a difference as they may be shown.
-- @local here
function Change:_scrubbed(lines)
  return failure.scrub(table.concat(lines, "\n"), self.session.platform)
end

-- Everything by which it is known how a change went, from the answers of its sending.
function Change:_take(result)
  result = result or {}
  self.reached = result.reached or self.reached
  self.applied = result.applied or self.applied
  self.sent = result.sent or result.applied or self.sent
end

-- Lines that stand where they should, by the device's own word.
function Change:_see(after)
  local missing = {}
  for _, line in ipairs(presence.missing(after, self.lines)) do
    missing[line] = true
  end
  local count = 0
  for _, number in ipairs(self.wanted) do
    if missing[self.lines[number]] then
      count = count + 1
    elseif self.reached[number] == "acknowledged" then
      self.reached[number] = "seen"
    end
  end
  return count
end

--- Compare what the device shows now with what it showed before.
-- @local here
-- @treturn boolean|nil whether it is another; nil: nobody can tell
function Change:_compare(session)
  local after = self.before and Change.read(session)
  if not after then
    return nil
  end
  local platform = session.platform
  self.after = after
  self.after_digest = Change.digest(platform, after)
  local changes = presence.difference(self.before, after, function(line)
    return platforms.is_volatile(platform, line)
  end)
  self.missing = self:_see(after)
  if self.after_digest ~= self.before_digest then
    self.diff = self:_scrubbed(changes)
    return true
  end
  return false
end

return Change
