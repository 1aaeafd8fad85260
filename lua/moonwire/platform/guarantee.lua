--- What a platform promises about a change of its configuration, as its verbs have it:
-- whether the lines take effect together, what undoes them when nobody confirms them,
-- and what a loss of access leaves behind. Said in plans, and by `moonwire platform
-- show`. Nothing in here is about one device.
-- @module moonwire.platform.guarantee
local platforms = require "moonwire.platform"

local guarantee = {}

local function has(platform, name)
  return platforms.action(platform, name) ~= nil
end

--- What undoes an unconfirmed change.
-- @tparam table platform
-- @treturn string|nil "confirmed" (a commit that waits), "revert" (a timer before the
-- first line), or nil
function guarantee.timer(platform)
  local config = platform.config or {}
  if config.candidate and has(platform, "confirmed") then
    return "confirmed"
  end
  return not config.candidate and has(platform, "revert") and "revert" or nil
end

--- What is known.
-- @tparam table platform
-- @treturn table `is_atomic` (all lines or none), `timer` (see `guarantee.timer`),
-- `restarts` (the device restarts when its timer has run out), `has_snapshot` (it can
-- be sent back by us, as long as it can be reached), `can_change` (false: it has no
-- configuration mode)
function guarantee.of(platform)
  local config = platform.config or {}
  local is_atomic = config.candidate ~= nil and config.candidate ~= false
    and has(platform, "discard") and has(platform, "commit")
  local names = platforms.action(platform, "rollback")
  return {
    can_change = config.enter ~= nil,
    is_atomic = is_atomic,
    timer = guarantee.timer(platform),
    restarts = config.expiry == "reboot",
    has_snapshot = has(platform, "snapshot") and names ~= nil,
  }
end

local function timer_words(known, platform)
  local action = known.timer and platforms.action(platform, known.timer)
  if not known.timer then
    return known.has_snapshot
      and "no dead-man timer: goes back to a snapshot while it can be reached"
      or "no dead-man timer: what cuts it off stays"
  elseif known.restarts then
    return "dead-man timer: restarts with what is saved"
  elseif action.needs then
    return "dead-man timer, where its configuration has " .. action.needs:gsub("%p", "")
  end
  return "dead-man timer"
end

--- The same in words.
-- @tparam table platform
-- @treturn string such as "all lines or none; dead-man timer"
function guarantee.text(platform)
  local known = guarantee.of(platform)
  if not known.can_change then
    return "takes no configuration"
  end
  local how = known.is_atomic and "all lines or none" or "line by line"
  return how .. "; " .. timer_words(known, platform)
end

return guarantee
