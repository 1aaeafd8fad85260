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
  return key == rule.key
end

--- Ask one question.
-- @tparam Vty session
-- @tparam table rule of the platform
-- @treturn boolean whether it goes on: a secret was right, a key was the one awaited,
-- any other answer was not broken off
function question.ask(session, rule)
  local text = on_terminal(wording.question(rule))
  if rule.key then
    return ask_for_key(session, rule, text)
  end
  local is_secret = rule.secret ~= nil and rule.secret ~= "username"
  local answer = session:ask(text, is_secret)
  if answer and rule.secret then
    return answer == expected(session, rule.secret)
  end
  return answer ~= nil
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
