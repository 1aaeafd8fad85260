--- How a twin goes from one mode to another: what it asks on the way, what becomes of
-- changes that wait for a commit, and who keeps others out.
-- @module moonwire.lab.twin.edge
local platforms = require "moonwire.platform"
local question = require "moonwire.lab.twin.question"
local state = require "moonwire.lab.twin.state"
local wording = require "moonwire.lab.twin.wording"

local edge = {}

-- a secret is always asked for; anything else only when changes would be lost
local function asked_on(session, found)
  local rules, now = {}, state.of(session.device)
  for _, rule in ipairs(platforms.questions_of(found)) do
    if rule.secret or session.is_candidate and now:is_changed(session) then
      rules[#rules + 1] = rule
    end
  end
  return rules
end

-- What is done with the changes that the question was about. False: nothing, and the
-- session stays where it is.
local function settle(session, rule, answer)
  local now, is_yes = state.of(session.device), answer:lower():find "^%s*y" ~= nil
  local text = wording.question(rule)
  if text:find "commit them" then
    if answer:lower():find "^%s*c" or answer == "" then
      return false
    elseif is_yes then
      now:commit(nil, session)
    else
      now:discard(session)
    end
  elseif text:find "[Dd]iscard" and is_yes then
    now:discard(session)
  else
    return is_yes -- they stay as they are
  end
  return true
end

-- nil: broken off; false: a wrong answer
local function pass_questions(session, found)
  for _, rule in ipairs(asked_on(session, found)) do
    local is_right, answer = question.ask(session, rule)
    if not is_right then
      return answer and false or nil
    elseif not rule.secret and not settle(session, rule, answer) then
      return nil
    end
  end
  return true
end

local LOCKED_BY = "%s by:\r\n  %s terminal vty%d\r\n"

local function number_of(session)
  for i, other in ipairs(session.device:sessions()) do
    if other == session then
      return i - 1
    end
  end
  return 0
end

local function refuse(session, holder)
  local words = wording.rejection(session.platform, "locked")
  session:think()
  session:write(LOCKED_BY:format(words, holder.user, number_of(holder)))
end

local function is_exclusive(line)
  return line:find "%f[%w]exclusive$" ~= nil or line:find "%f[%w]lock$" ~= nil
end

-- whether the session may be in configuration mode
local function may_enter(session, line)
  if session.device:fault "locked" then
    session:think()
    session:write(wording.rejection(session.platform, "locked") .. "\r\n")
    return false
  end
  local now = state.of(session.device)
  local holder = session.is_candidate and now:holder_for(session, is_exclusive(line))
  if holder then
    refuse(session, holder)
    return false
  elseif is_exclusive(line) then
    now.holder = session
  end
  return true
end

local function arrive(session, found)
  local now = state.of(session.device)
  if found[1] == session.enter and now.holder == session then
    now.holder = nil
  end
  if found.run:find "discard" or found.run:find "abort" then
    now:discard(session)
  end
  session.mode, session.section = found[2], nil
  if found[1] == session.enter then
    now:leave(session)
    session.is_candidate = session.has_candidate
  elseif found[2] == session.enter then
    now:begin(session)
  end
  now:open(session)
end

--- Take an edge.
-- @param session
-- @tparam table found the platform's edge
-- @string line what was typed
-- @treturn boolean false when a wrong answer is to be rejected
function edge.take(session, found, line)
  if found[2] == session.enter and not may_enter(session, line) then
    return true
  end
  local is_passed = pass_questions(session, found)
  if is_passed then
    arrive(session, found)
  end
  return is_passed ~= false
end

-- "configure exclusive" and "configure private" are ways of "configure"
local function plain(line)
  return (line:gsub(" exclusive$", ""):gsub(" private$", ""))
end

--- The edge that a line stands for.
-- @param session
-- @string line
-- @treturn table|nil
function edge.find(session, line)
  local similar
  for _, found in ipairs(session.platform.edges or {}) do
    if found[1] == session.mode and found.run == line then
      return found
    elseif found[1] == session.mode and plain(found.run) == plain(line) then
      similar = found
    end
  end
  return similar
end

-- a mode that a login may lead to
local function is_start(platform, mode)
  for _, start in ipairs(platform.start or {}) do
    if start == mode then
      return true
    end
  end
  return false
end

--- The way out of configuration mode that is no end of the session.
-- @param session
-- @treturn table|nil
function edge.way_out(session)
  if is_start(session.platform, session.mode) then
    return nil
  end
  for _, found in ipairs(session.platform.edges or {}) do
    if session.mode == session.enter and found[1] == session.mode then
      return found
    end
  end
end

return edge
