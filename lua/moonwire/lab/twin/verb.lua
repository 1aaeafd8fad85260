--- The verbs of a platform's configuration, as its twin obeys them.
-- @module moonwire.lab.twin.verb
local dialect = require "moonwire.lab.twin.dialect"
local platforms = require "moonwire.platform"
local question = require "moonwire.lab.twin.question"
local state = require "moonwire.lab.twin.state"
local wording = require "moonwire.lab.twin.wording"

local verb = {}

local SECONDS = { minutes = 60, seconds = 1 }

-- "commit confirmed %d" as a pattern
local function pattern_of(command, has_comment)
  local pattern = command:gsub("[%^$()%.%[%]*+%-?]", "%%%0")
    :gsub("%%%d*d", "(%%d+)"):gsub("%%s", "(.+)")
  return "^" .. pattern .. (has_comment and "%s?.*$" or "$")
end

local function show(session, lines)
  local shown = dialect.shown(session.platform, lines)
  return session:print(table.concat(shown, "\r\n") .. "\r\n")
end

local function say_done(session, action)
  local text = action.done and wording.of(action.done)
  session:think()
  if text then
    session:write(text .. "\r\n")
  end
end

local function reject(session)
  session:think()
  session:write(wording.rejection(session.platform, "rejected") .. "\r\n")
end

local perform = {
  check = say_done,
}

function perform.startup(session)
  return show(session, state.of(session.device).startup)
end

function perform.show(session)
  local now = state.of(session.device)
  local is_inside = session.mode == session.enter
  return show(session, is_inside and now:candidate(session) or now.running)
end

-- A candidate with a name: into it, and with its end out of configuration mode.
function perform.session(session, _, name)
  session.outside = session.mode
  session.mode, session.section, session.is_candidate = session.enter, nil, true
  state.of(session.device):begin(session, name)
end

local function leave_session(session)
  if session.own_name then
    state.of(session.device):leave(session, true)
    session.is_candidate, session.mode = false, session.outside
  end
end

function perform.diff(session)
  local changes = state.of(session.device):diff(session)
  return session:print(table.concat(changes, "\r\n") .. (changes[1] and "\r\n" or ""))
end

function perform.commit(session, action)
  state.of(session.device):commit(nil, session)
  say_done(session, action)
  leave_session(session)
end

local function seconds_in(action, number)
  return (tonumber(number) or 10) * (SECONDS[action.unit] or 60)
end

function perform.confirm(session, action, name)
  local now = state.of(session.device)
  if name and now.pending ~= name then
    return reject(session)
  end
  now:guard(nil)
  say_done(session, action)
end

function perform.confirmed(session, action, number)
  state.of(session.device):commit(seconds_in(action, number), session)
  say_done(session, action)
  leave_session(session)
end

-- Some of these commands lead to configuration mode themselves.
function perform.revert(session, action, number)
  if action.needs and not state.of(session.device):has(action.needs) then
    return reject(session)
  end
  state.of(session.device):guard(seconds_in(action, number))
  if action.run[1]:find "^configure" then
    session.mode = session.enter
  end
  say_done(session, action)
end

function perform.snapshot(session, action, name)
  state.of(session.device):snapshot(name)
  say_done(session, action)
end

function perform.rollback(session, action, which)
  local is_candidate = session.is_candidate and session.mode == session.enter
  if state.of(session.device):rollback(session, which or "1", is_candidate) then
    return say_done(session, action)
  end
  reject(session)
end

function perform.discard(session, action)
  state.of(session.device):discard(session)
  say_done(session, action)
  leave_session(session)
end

function perform.save(session, action)
  if session.device:fault "save_failure" then
    return reject(session)
  end
  state.of(session.device):save()
  say_done(session, action)
end

-- a longer one first: "commit confirmed" and "commit check" begin as "commit" does
local ORDER = {
  "confirmed", "check", "discard", "rollback", "snapshot", "revert", "startup", "diff",
  "save", "show", "confirm", "session", "commit",
}

-- only in a candidate with a name, where the platform has such
local OF_SESSION = { diff = true, commit = true, confirmed = true, discard = true }

local HAS_COMMENT = { commit = true, confirmed = true }

-- where a commit is confirmed by another one, that is all it is
local function is_commit(platform, name, action)
  local commit = platforms.action(platform, "commit")
  return name == "confirm" and commit and commit.run[1] == action.run[1]
end

local function match(platform, name, line)
  local action = platforms.action(platform, name)
  if not action or is_commit(platform, name, action) then
    return nil
  end
  local last = #action.run
  local has_comment = HAS_COMMENT[name] and platform.config.comment ~= nil
  for i, command in ipairs(action.run) do
    local found, _, number = line:find(pattern_of(command, has_comment))
    if found then
      return action, number, i == last
    end
  end
end

-- What nobody answers by himself before a commit is asked only when somebody else has
-- committed meanwhile.
local function consents(session, name, action)
  for _, rule in ipairs(action.ask) do
    local is_about_others = name == "commit" and not (rule.say or rule.secret)
    if not is_about_others then
      if not question.ask(session, rule) then
        return false
      end
    elseif state.of(session.device):is_foreign(session) then
      local _, answer = question.ask(session, rule)
      if not answer or not answer:find "^[yY]" then
        return false
      end
    end
  end
  return true
end

-- A verb of several commands has its effect with the last.
local function run(session, name, action, number, is_last)
  local is_elsewhere = OF_SESSION[name] and not session.own_name
  if is_elsewhere and platforms.action(session.platform, "session") then
    reject(session)
  elseif is_last and consents(session, name, action) then
    perform[name](session, action, number)
  end
end

--- Run a line that is one of the platform's verbs.
-- @param session a twin's
-- @tparam table platform
-- @string line
-- @treturn boolean false when it is none
function verb.run(session, platform, line)
  for _, name in ipairs(platform.config and ORDER or {}) do
    local action, number, is_last = match(platform, name, line)
    if action and (not action.mode or action.mode == session.mode) then
      run(session, name, action, number, is_last)
      return true
    end
  end
  return false
end

return verb
