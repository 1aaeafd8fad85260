--- Lines into a device, and what they changed, by `session:change` as everywhere: with
-- its guards and its lock. What counts is the device's own configuration before and
-- behind them. In check mode nothing is configured: a device with a candidate
-- configuration is asked what would change; of others it is foretold from the text.
-- @module moonwire.ansible.change
local indented = require "moonwire.ansible.indented"
local platforms = require "moonwire.platform"
local transaction = require "moonwire.session.transaction"

local change = {}

local function skipper(platform)
  return function(line)
    return platforms.is_volatile(platform, line)
  end
end

local function can_foretell(platform)
  local config = platform.config or {}
  return platform.family == "ios-like" and not config.candidate
end

-- Secrets are hidden; one that differs must still be seen to differ.
local function hidden(platform, text, other)
  local stands = {}
  for line in other:gmatch "[^\n]+" do
    stands[line] = true
  end
  return (text:gsub("[^\n]+", function(line)
    local shown = platforms.scrub(platform, line)
    if shown ~= line and not stands[line] then
      shown = shown .. " (another)"
    end
    return shown
  end))
end

local function outcome(platform, before, after, applied)
  return {
    changed = before ~= after,
    before = hidden(platform, before, before),
    after = hidden(platform, after, before),
    applied = applied,
  }
end

-- What it was and what it is, where both could be read.
local function compared(session, report, after)
  local platform, before = session.platform, report.texts.before
  if not before or not after then -- it went away, and took with it what it kept
    local is_changed = report.state == "changed" or report.applied > 0
    return { changed = is_changed, applied = report.applied }
  end
  local skips = skipper(platform)
  return outcome(platform, indented.normal(before, skips),
    indented.normal(after, skips), report.applied)
end

local UNKNOWABLE = "check mode: nobody can tell beforehand what would change: "

-- Where there is a candidate configuration, the device itself has said it.
local function of_candidate(platform, report)
  local lines = transaction.changes_in(platform, report.diff or "")
  return {
    changed = #lines > 0, applied = 0, diff = table.concat(lines, "\n") .. "\n",
  }
end

local function foretell(session, plan, report)
  local platform, text = session.platform, report.texts.before
  if report.complaint then
    return nil, report.complaint, "refused"
  elseif report.changes == (report.hidden or 0) then
    return compared(session, report, text)
  elseif report.by == "candidate" then
    return of_candidate(platform, report)
  elseif not text or not can_foretell(platform) then
    return nil, UNKNOWABLE .. platform.name .. " compares nothing", "unsupported"
  end
  local told = indented.foretell(text, plan.lines, skipper(platform))
  return outcome(platform, told.before, told.after, 0)
end

-- A change that failed behind its first line: what it has left.
local function failed(session, message, kind, report)
  local result = compared(session, report, session:get_config())
  result.failure = { message = message, kind = kind }
  return result
end

--- Configure, or say what would come of it.
-- @tparam Session session
-- @tparam table plan `lines`, and at will `is_check`, and as for `session:change`
-- `save`, `allow`, `large`, `timeout` (seconds)
-- @treturn[1] table `changed`, `applied` (lines), `before` and `after` (the
-- configuration, secrets hidden; where it could be read) or `diff` (in the device's own
-- words), `failure` (`message` and `kind` of a change that failed)
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind as from `session:change`; nothing was configured
function change.run(session, plan)
  local report, message, kind, detail = session:change {
    lines = plan.lines, plan = plan.is_check, save = plan.save, allow = plan.allow,
    large = plan.large, timeout = plan.timeout, with_texts = true,
  }
  if report and plan.is_check then
    return foretell(session, plan, report)
  elseif report then
    return compared(session, report, report.texts.after)
  elseif detail.state == "failed_clean" then
    return nil, message, kind
  end
  return failed(session, message, kind, detail)
end

return change
