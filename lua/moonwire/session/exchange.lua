--- One command with the questions that it asks, until the prompt is back and proved.
-- Only questions that the caller expects are answered. It does not know what is asked
-- or why.
-- @module moonwire.session.exchange
local failure = require "moonwire.session.failure"
local transport = require "moonwire.transport.ssh"

local exchange = {}

-- a secret of the device's table, once: asked for again, it was refused
local function secret_for(device, rule, command, line, asked)
  if rule.secret == "username" then
    return device.username
  elseif asked[rule] then
    return nil, command .. ": the password was refused", "auth"
  end
  asked[rule] = true
  local secret = transport.secret_of(device, rule.secret)
  if not secret then
    local field = rule.secret == "enable" and "secret" or rule.secret
    local message = '%s: it asks "%s", and the device has no \'%s\''
    return nil, message:format(command, failure.tail(line), field), "auth"
  end
  return secret
end

--- A function for `run` that answers as the platform's rules say.
-- @tparam table device for its secrets
-- @string command for the words of a failure
-- @treturn function
function exchange.by_rule(device, command)
  local asked = {}
  return function(rule, line)
    if rule.secret then
      return secret_for(device, rule, command, line, asked)
    elseif rule.once and asked[rule] then
      return nil, ('%s: it asks "%s" again'):format(command, failure.tail(line)), "auth"
    end
    asked[rule] = true
    if rule.key then
      return rule.key, true
    elseif rule.say then
      return rule.say
    end
    return nil, ('%s: it asks "%s"'):format(command, failure.tail(line)), "question"
  end
end

--- Answer a question.
-- @tparam Dialogue dialogue
-- @tparam function reply as for `run`
-- @tparam table rule that the line matches
-- @string line
-- @treturn[1] boolean true
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind
function exchange.answer(dialogue, reply, rule, line)
  local text, message, kind = reply(rule, line)
  if text == nil then
    return nil, message, kind
  elseif message == true then
    return dialogue.shell:write(text)
  end
  return dialogue:send(text)
end

local function converse(dialogue, command, how)
  local event, line, rule
  repeat
    event, line, rule = dialogue:await_rest(how.deadline, command, how.rules)
    if event == "question" then
      local ok, message, kind = exchange.answer(dialogue, how.reply, rule, line)
      if not ok then
        return nil, message, kind
      end
    end
  until event ~= "question"
  return event, line, rule
end

-- the device still waits for an answer
local HANGS = { question = true, auth = true, danger = true }

-- What cannot ask has its mark sent along: that saves a round trip. If it asks anyway,
-- a mark is no answer that confirms anything.
local function run(dialogue, command, how)
  local is_sure = how.is_sure and dialogue.platform.type_ahead and dialogue.has_marks
  local ok, message, kind = dialogue:send(command, table.unpack(how.rest or {}))
  if ok and not is_sure then
    ok, message, kind = converse(dialogue, command, how)
  end
  if ok then
    ok, message, kind = dialogue:prove(how.deadline)
  end
  return ok, message, kind
end

--- Run a command to its end.
-- @tparam Dialogue dialogue
-- @string command
-- @tparam table how `deadline` (of `task.now`), `rules` (questions that may be
-- answered), `reply` (given a rule and the line: what to send, and true when it is a
-- key; or nil, message, kind), `rest` (more lines, sent right behind the command),
-- `is_sure` (it cannot ask)
-- @treturn[1] string its text, echo first
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: timeout, dropped, limit, question, auth, channel, closed, or
-- one of `reply`
-- @treturn[2] string what the device had said until then
function exchange.run(dialogue, command, how)
  local text, message, kind = run(dialogue, command, how)
  if text then
    return text
  end
  if not HANGS[kind] then
    return nil, dialogue:explain(command, message), kind, dialogue:salvage()
  end
  local partial = dialogue.shell:text()
  dialogue:resync()
  return nil, message, kind, partial
end

return exchange
