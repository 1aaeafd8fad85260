--- Lines into one device of a fleet, and an honest word on what came of it.
-- It looks before it writes where the device can be looked at: what is there already is
-- not sent again, and "changed" is said when the change was seen.
-- @module moonwire.fleet.push
local Change = require "moonwire.session.change.class"
local failure = require "moonwire.session.failure"
local guard = require "moonwire.session.change.guard"
local lock = require "moonwire.session.lock"
local plans = require "moonwire.session.plan"
local platforms = require "moonwire.platform"
local presence = require "moonwire.session.presence"
local sessions = require "moonwire.session"

local push = {}

local function has(session, name)
  return platforms.action(session.platform, name) ~= nil
end

local function has_candidate(session)
  local config = session.platform.config
  return config ~= nil and config.candidate ~= nil and config.candidate ~= false
end

local function fail(state, message, kind, detail)
  detail = detail or {}
  detail.state = state
  return nil, message, kind, detail
end

-- The running configuration; nil where the device cannot be asked for it.
local function read(session)
  if not has(session, "show") then
    return nil
  end
  return session:get_config()
end

local function scrubbed(session, text)
  return text and failure.scrub(text, session.platform)
end

-- What cannot be done, or should not, is said before anything is.
local function complaint(session, plan)
  local platform = session.platform
  if not platform.config or not platform.config.enter then
    return ("%s has no configuration mode"):format(platform.name), "unsupported"
  end
  local units, message = plans.units(platform, plan.lines)
  local kind = "invalid"
  if units then
    message, kind = guard.lines(platform, plan.lines, units, plan.allow)
  end
  if message then
    return message, kind
  elseif plan.confirm and not plan.dry_run
    and not has(session, has_candidate(session) and "confirmed" or "revert") then
    return platform.name .. " does not take changes back by itself", "unsupported"
  end
end

-- Nil also where nobody knows what would change.
local function too_many(changes, before, plan)
  return changes and guard.size(changes, before, plan)
end

local function size_complaint(changes, before, plan)
  local message = too_many(changes, before, plan)
  return message and message .. "; large = true lets it"
end

-- A new session must be possible, or nobody could ever repair what was changed.
local function confirm(session, device, plan)
  local probe <close>, message = sessions.open(device, {
    timeout = session.timeout, via = session.options.via, fresh = true,
  })
  local ok = probe
  if probe then
    ok, message = probe:find_prompt()
  end
  if ok then
    ok, message = session:confirm()
  end
  if not ok then
    local words = "%s; not confirmed, so the device takes it back within %g s"
    return nil, words:format(message, plan.confirm)
  end
  return true
end

local function save(session, plan, value)
  if not plan.save then
    return value
  end
  local ok, message, kind = session:save_config()
  value.saved = ok and true or false
  if not ok and kind ~= "unsupported" then -- that one saves by itself
    return fail("changed", message .. "; it is in effect, and not saved", "save")
  end
  return value
end

-- Behind the lines: keep them, and save them.
local function settle(session, device, plan, value)
  if plan.confirm then
    local ok, message = confirm(session, device, plan)
    if not ok then
      return fail("unknown", message, "confirm")
    end
  end
  return save(session, plan, value)
end

-- What a dry run says of what would come.
local function noted(note, too_much)
  return note .. (too_much and "; refused without --large: " .. too_much or "")
end

local LEFT_NOTHING = { -- not sent, or refused by us and discarded
  refused = true, unsupported = true, candidate = true, invalid = true, auth = true,
  locked = true,
}

-- What a failure of the lines leaves behind.
local function state_behind(kind, detail)
  local is_sent = detail ~= nil and (detail.sent or 0) > 0
  if kind == "refused" or not is_sent then
    return (LEFT_NOTHING[kind] or detail == nil) and "failed_clean" or "unknown"
  elseif kind == "rejected" then
    return "rejected"
  end
  return "unknown"
end

local function send(session, plan, options)
  local result, message, kind, detail = session:send_config_set(plan.lines, options)
  if result then
    return result
  end
  return fail(state_behind(kind, detail), message, kind)
end

-- How large the configuration is, where that counts; reading it takes a while.
local function read_for_size(session, plan)
  return not plan.large and read(session) or nil
end

local function send_to_candidate(session, device, plan)
  local before = read_for_size(session, plan)
  local result, message, kind, detail = send(session, plan, {
    transaction = {
      dry_run = plan.dry_run,
      judge = function(_, changes)
        local too_much = size_complaint(changes, before, plan)
        return not too_much, too_much
      end,
      commit = { confirm = plan.confirm, comment = plan.comment },
    },
  })
  if not result then
    return nil, message, kind, detail
  end
  local outcome = result.transaction
  local value = {
    diff = scrubbed(session, outcome.diff), applied = result.applied, verified = true,
  }
  if plan.dry_run or outcome.is_unchanged then
    value.state = "unchanged"
    value.note = plan.dry_run
      and noted("dry run: discarded", too_many(outcome.changes, before, plan)) or nil
    return value
  end
  value.state = "changed"
  return settle(session, device, plan, value)
end

-- Compare what the device shows with what it showed before.
local function judge(session, plan, before, value)
  local after = before and read(session)
  if not after then
    value.state, value.verified = "changed", false
    return value
  end
  local digest = Change.digest
  local is_same = digest(session.platform, before) == digest(session.platform, after)
  local missing = presence.missing(after, plan.lines)
  value.state = is_same and "unchanged" or "changed"
  value.verified = is_same or #missing == 0
  return value
end

local function send_lines(session, device, plan, before)
  local result, message, kind, detail = send(session, plan, { revert = plan.confirm })
  if not result then
    return nil, message, kind, detail
  end
  local value = judge(session, plan, before, { applied = result.applied })
  return settle(session, device, plan, value)
end

-- A run was lost while it had this device in its hands.
local function look_again(plan, missing, traces)
  if not missing then
    return fail("unknown", "the device cannot be asked what came of the first try",
      "unknown")
  elseif traces > 0 then
    local words = "some of the lines are there, and %d are not: somebody has to look"
    return fail("unknown", words:format(#missing), "unknown")
  end
  return plan
end

local function located(device, message)
  return ("%s: %s"):format(device.name or device.host, message)
end

-- All lines are there: by an earlier try, or for longer.
local function leave_alone(session, plan)
  local value = { state = "unchanged", applied = 0, verified = true }
  if not plan.is_in_doubt or plan.dry_run then
    return value
  end
  value.state = "changed"
  return save(session, plan, value)
end

local function preview(session, plan, missing, before)
  local lines = missing or plan.lines
  return {
    state = "unchanged", applied = 0, verified = missing ~= nil,
    diff = scrubbed(session, table.concat(presence.plus(lines), "\n")),
    note = noted("dry run: not sent", too_many(lines, before, plan)),
  }
end

-- Why a device is left as it is although lines are missing there: too many would
-- change, or somebody has to look first.
local function objection(plan, missing, traces, before)
  local too_much = size_complaint(missing or plan.lines, before, plan)
  if too_much then
    return fail("failed_clean", too_much, "refused")
  elseif plan.is_in_doubt then
    return look_again(plan, missing, traces)
  end
  return true
end

local function plain_push(session, device, plan)
  if plan.confirm and not plan.dry_run and not has(session, "revert") then
    local words = "%s does not take changes back by itself where it has no candidate"
    local message = words:format(session.platform.name)
    return fail("failed_clean", located(device, message), "unsupported")
  end
  local before = read(session)
  local missing, traces
  if before then
    missing, traces = presence.missing(before, plan.lines)
  end
  if missing and #missing == 0 then
    return leave_alone(session, plan)
  elseif plan.dry_run then
    return preview(session, plan, missing, before)
  end
  local ok, message, kind, detail = objection(plan, missing, traces, before)
  if not ok then
    return nil, located(device, message), kind, detail
  end
  return send_lines(session, device, plan, before)
end

local function apply(session, device, plan)
  local enabled, message, kind = session:enable()
  if not enabled and kind ~= "mode" then
    return fail("failed_clean", message, kind)
  end
  message, kind = complaint(session, plan)
  if message then
    return fail("failed_clean", located(device, message), kind)
  end
  local own = setmetatable({ is_in_doubt = device.is_in_doubt }, { __index = plan })
  if not has_candidate(session) then
    return plain_push(session, device, own)
  end
  local value, detail
  value, message, kind, detail = send_to_candidate(session, device, own)
  if kind == "unsupported" then -- nothing was sent: some have one in some modes only
    return plain_push(session, device, own)
  end
  return value, message, kind, detail
end

--- Push a plan to a device.
-- @tparam Session session
-- @tparam table device `is_in_doubt`: an earlier run had it in its hands and was lost,
-- so that it is looked at first, and nothing is sent where a part of it is there
-- @tparam table plan `lines`; optional: `dry_run` (show what would change, and change
-- nothing), `save`, `confirm` (seconds: the device takes all of it back unless a new
-- session is possible behind it), `comment` (of the commit), `allow` (true by the names
-- of `moonwire.platform.deny`), `max_lines` (200 that change), `max_share` (0.2 of the
-- configuration), `large` (true: no such limits)
-- @treturn[1] table `state` (see `moonwire.fleet.state`), `applied` (lines), `diff`
-- (with no secrets in it), `verified` (the change was seen), `saved`, `note`
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: denied (a line destroys too much), refused (a limit),
-- invalid (there is no line), unsupported, and those of `session:send_config_set`
-- @treturn[2] table detail: `state`
function push.apply(session, device, plan)
  if plan.dry_run then
    return apply(session, device, plan)
  end
  local held <close>, message, kind = lock.take(device, plan.who)
  if not held then
    return fail("failed_clean", located(device, message), kind)
  end
  return apply(session, device, plan)
end

return push
