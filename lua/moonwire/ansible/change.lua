--- Lines into a device, and what they changed: what counts is the device's own
-- configuration before and behind them. Lines that all stand there are not sent. In
-- check mode nothing is configured: a device with a candidate configuration is asked
-- what would change; of others it is foretold from the text.
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

local function outcome(platform, before, after)
  return {
    changed = before ~= after,
    before = hidden(platform, before, before),
    after = hidden(platform, after, before),
  }
end

local function foretell(session, text, lines)
  local platform = session.platform
  if not can_foretell(platform) then
    return nil
  end
  return indented.foretell(text, lines, skipper(platform))
end

local function has_commit(platform)
  return platforms.action(platform, "commit") ~= nil
end

local function options_of(session, plan)
  return {
    save = plan.save,
    commit = has_commit(session.platform) or nil,
    timeout = plan.timeout,
  }
end

-- What a push did, also one that failed in the middle.
local function push(session, plan, before)
  local platform = session.platform
  local pushed, message, kind, detail =
    session:send_config_set(plan.lines, options_of(session, plan))
  local text = session:get_config()
  local skips = skipper(platform)
  local result
  if text then
    result = outcome(
      platform, indented.normal(before, skips), indented.normal(text, skips)
    )
  else -- it went away, and took with it what it kept
    result = { changed = (detail and detail.applied or 0) > 0 }
  end
  result.applied = pushed and pushed.applied or detail and detail.applied or 0
  if not pushed then
    result.failure = { message = message, kind = kind }
  end
  return result
end

-- A login that may not see the configuration is raised to one that may.
local function read_config(session)
  local text, message, kind = session:get_config()
  if kind ~= "rejected" then
    return text, message, kind
  end
  local ok, why, why_kind = session:enable()
  if not ok then
    return nil, message .. "; " .. why, why_kind
  end
  return session:get_config()
end

local UNKNOWABLE = "check mode: nobody can tell beforehand what would change: "

-- Where there is a candidate configuration, the device itself says what would change.
local function compare(session, plan)
  local platform = session.platform
  local compared, message, kind = session:send_config_set(plan.lines, {
    transaction = { dry_run = true }, timeout = plan.timeout,
  })
  if not compared then
    return nil, kind == "unsupported" and UNKNOWABLE .. message or message, kind
  end
  local looked = compared.transaction
  if not looked.diff then
    return nil, UNKNOWABLE .. platform.name .. " compares nothing", "unsupported"
  end
  local lines = transaction.changes_in(platform, looked.diff)
  for i, line in ipairs(lines) do
    lines[i] = platforms.scrub(platform, line)
  end
  local diff = table.concat(lines, "\n") .. "\n"
  return { changed = not looked.is_unchanged, applied = 0, diff = diff }
end

--- Configure, or say what would come of it.
-- @tparam Session session
-- @tparam table plan `lines`, and at will `is_check`, `save`, `timeout` (seconds)
-- @treturn[1] table `changed`, `applied` (lines), `before` and `after` (the
-- configuration, secrets hidden; where it could be read) or `diff` (in the device's own
-- words), `failure` (`message` and `kind` of a push that failed)
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind as from `session:get_config`; nothing was configured
function change.run(session, plan)
  local text, message, kind = read_config(session)
  if not text then
    return nil, message, kind
  end
  local foretold = foretell(session, text, plan.lines)
  if plan.is_check and not foretold then
    return compare(session, plan)
  elseif plan.is_check or foretold and foretold.stood then
    local result = outcome(session.platform, foretold.before, foretold.after)
    result.applied = 0
    return result
  end
  return push(session, plan, text)
end

return change
