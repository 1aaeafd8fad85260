--- Questions of a twin, and whether an answer is the right one.
-- @module moonwire.lab.twin.question
local wording = require "moonwire.lab.twin.wording"

local question = {}

local function expected(session, secret)
  if secret == "username" then
    return session.user
  elseif secret == "enable" then
    return session.device:enable_password()
  end
  return (session.device:account(session.user))
end

-- "a\nb" is two lines, of which the last one waits
local function on_terminal(text)
  return (text:gsub("\n", "\r\n"))
end

local function ask_for_key(session, rule, text)
  session:write(text)
  session.device:asks(session, text)
  local key = session:read_key()
  session.device:asks(session, nil, key == nil)
  session:write "\r\n"
  return key == rule.key, key
end

local SECRET_TRIES = 3

-- A wrong password is asked for again. Its last answer, or nil.
local function ask_for_secret(session, rule, text)
  local right, answer = expected(session, rule.secret), nil
  for _ = 1, rule.secret == "username" and 1 or SECRET_TRIES do
    answer = session:ask(text, rule.secret ~= "username")
    if not answer or answer == right then
      return answer == right, answer
    end
  end
  return false, answer
end

--- Ask one question.
-- @tparam Vty session
-- @tparam table rule of the platform
-- @treturn boolean whether it goes on: a secret was right at last, a key was the one
-- awaited, any other answer was not broken off
-- @treturn string|nil the answer; nil when it was broken off
function question.ask(session, rule)
  local text = on_terminal(wording.question(rule))
  if rule.key then
    return ask_for_key(session, rule, text)
  elseif rule.secret then
    return ask_for_secret(session, rule, text)
  end
  local answer = session:ask(text)
  return answer ~= nil, answer
end

--- Ask several, until one is not answered well.
-- @tparam Vty session
-- @tparam {table,...} rules
-- @treturn boolean
function question.all(session, rules)
  for _, rule in ipairs(rules) do
    if not question.ask(session, rule) then
      return false
    end
  end
  return true
end

return question
