--- What follows lines in a candidate configuration: to see what they would change, and
-- to commit that or to discard it. The device is in configuration mode all the time, so
-- that nothing is left behind for others.
-- @module moonwire.session.transaction
local platforms = require "moonwire.platform"

local transaction = {}

local PLACE = "^%[edit" -- says where, on Junos and VyOS, and is no change itself

local function is_unchanged(platform, line)
  for _, pattern in ipairs(platform.config.unchanged or {}) do
    if line:find(pattern) then
      return true
    end
  end
  return not line:find "%S" or line:find(PLACE) ~= nil
end

--- The lines of a diff that are changes. Where the platform does not tell what the diff
-- of an unchanged candidate looks like, every line that is not empty is one.
-- @tparam table platform
-- @string diff
-- @treturn {string,...}
function transaction.changes_in(platform, diff)
  local changes = {}
  for line in diff:gmatch "[^\n]+" do
    if not is_unchanged(platform, line) then
      changes[#changes + 1] = line
    end
  end
  return changes
end

--- Whether lines wait for a commit where the device is now, and can be discarded.
-- @tparam Session session
-- @treturn boolean
function transaction.is_possible(session)
  local candidate = session.platform.config.candidate
  if type(candidate) == "string" then
    candidate = session.dialogue.prompt:find(candidate) ~= nil
  end
  return candidate ~= nil and candidate ~= false
    and platforms.action(session.platform, "discard") ~= nil
end

local function compare(session)
  if not platforms.action(session.platform, "diff") then
    return nil
  end
  return session:_act "diff"
end

local STAYS = { rejected = true, locked = true, refused = true } -- in the candidate

local function commit(session, how, outcome)
  local ok, message, kind = true, nil, nil
  if how.has_check and platforms.action(session.platform, "check") then
    ok, message, kind = session:_act "check"
  end
  if ok and how.judge then
    ok, message = how.judge(outcome.diff, outcome.changes)
    kind = "refused"
  end
  if ok then
    ok, message, kind = session:_commit(how.commit or {})
    outcome.is_committed = ok and true
  end
  if not ok and STAYS[kind] then
    session:_act "discard"
  end
  return ok, message, kind
end

--- Look at the candidate, then commit or discard it.
-- @tparam Session session
-- @tparam table how `dry_run` (discard in any case), `commit` (a table as for
-- `session:commit`), `judge` (function of the diff and its changes, just before the
-- commit: true, or nil, message and kind, and then it is discarded), `has_check` (the
-- device itself is to check it first, where it can)
-- @treturn[1] table `diff` (where the platform has one), `changes` (its lines that are
-- such), `is_unchanged` (there was
-- nothing to commit), `is_committed`
-- @return[2] nil; the candidate was discarded
-- @treturn[2] string message
-- @treturn[2] string kind
function transaction.finish(session, how)
  local outcome = {}
  local message, kind
  outcome.diff, message, kind = compare(session)
  if outcome.diff then
    outcome.changes = transaction.changes_in(session.platform, outcome.diff)
    outcome.is_unchanged = #outcome.changes == 0
  elseif message then
    session:_act "discard"
    return nil, message, kind
  end
  local ok
  if how.dry_run or outcome.is_unchanged then
    ok, message, kind = session:_act "discard"
  else
    ok, message, kind = commit(session, how, outcome)
  end
  if not ok then
    return nil, message, kind
  end
  return outcome
end

return transaction
