--- Commands that ask: only what the caller has announced is answered.
-- @module moonwire.session
local Session = require "moonwire.session.class"
local check = require "moonwire.session.check"
local exchange = require "moonwire.session.exchange"
local failure = require "moonwire.session.failure"
local secrets = require "host.secret"
local task = require "host.task"

local function is_dangerous(self, line)
  for _, rule in ipairs(self.platform.questions or {}) do
    if line:find(rule[1]) then
      return rule.danger
    end
  end
  return false
end

-- Each question is answered once, in the order that they were announced in; one that is
-- not asked is passed over.
local function answerer(self, questions, how, options)
  return function(rule, line)
    if is_dangerous(self, line) and not options.confirm then
      local message = 'it asks "%s"; the answer does harm, and needs confirm = true'
      return nil, message:format(failure.tail(line)), "danger"
    end
    local rest, is_behind = {}, false
    for _, question in ipairs(questions) do
      rest[#rest + 1] = is_behind and question or nil
      is_behind = is_behind or question == rule
    end
    how.rules, how.answered = rest, how.answered + 1
    return rule[2], rule.key
  end
end

local function converse(self, command, questions, options)
  local started = task.now()
  local how = {
    deadline = started + (options.timeout or self.timeout),
    rules = questions,
    answered = 0,
  }
  how.reply = answerer(self, questions, how, options)
  local text, message, kind, partial = exchange.run(self.dialogue, command, how)
  if not text then
    return self:_broken(command, message, kind, partial)
  end
  local answer = self:_keep(command, text, started)
  if answer.rejected then
    return self:_refusal(answer)
  end
  return answer.output, how.answered
end

local function check_questions(questions, level)
  if type(questions) ~= "table" then
    error("questions must be a list of { pattern, answer }", level + 1)
  end
  for _, question in ipairs(questions) do
    if type(question) ~= "table" then
      error("a question must be a table { pattern, answer }", level + 1)
    end
    check.pattern(question[1], "a question", level + 1)
    if type(question[2]) ~= "string" and not secrets.is_secret(question[2]) then
      error("an answer must be a string or a secret", level + 1)
    end
  end
end

--- Run a command that asks questions. Only those that are announced are answered, each
-- once and in this order; one that the device does not ask is passed over. Any other
-- question ends it, unanswered, by the break key. One that the platform knows to be
-- dangerous is refused, too, unless `confirm` is true. Where the answer ends the
-- session, as with a reload, the kind is "dropped".
-- @string command
-- @tparam {table,...} questions each `{ pattern, answer }`: a Lua pattern for the line
-- that asks, and a string or a secret that is sent with a line end; with `key = true`
-- without one
-- @tparam[opt] table options `confirm` (false: whether dangerous questions may be
-- answered), `timeout` (seconds for all of it)
-- @treturn[1] string the output, with questions and without the prompt
-- @treturn[1] int how many questions were answered
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: question (one that was not announced), danger, rejected,
-- timeout, dropped, limit, closed, channel
function Session:send_interactive(command, questions, options)
  check.command(command, 2)
  check_questions(questions, 2)
  options = check.options(options, 2)
  self:_note("send_interactive", { command })
  local ok, message, kind = self:_begin "command"
  if not ok then
    return self:_fail("command", message, kind)
  end
  return converse(self, command, questions, options)
end

--- Run a command that asks, written as a list of what is sent and what is awaited
-- behind it: `{ { "copy a b", "filename" }, { "", "confirm" }, { "" } }`. The same as
-- `session:send_interactive`, in the words of other tools.
-- @tparam {table,...} steps each `{ line, pattern }`; the last one has no pattern, or
-- one that is not used: the prompt is awaited
-- @tparam[opt] table options as for `session:send_interactive`
-- @return as from `session:send_interactive`
function Session:send_multiline(steps, options)
  if type(steps) ~= "table" or type(steps[1]) ~= "table" then
    error("steps must be a list of { line, pattern }", 2)
  end
  check.command(steps[1][1], 2)
  local questions = {}
  for i = 2, #steps do
    questions[i - 1] = { steps[i - 1][2], steps[i][1] }
  end
  check_questions(questions, 2)
  return self:send_interactive(steps[1][1], questions, options)
end

return Session
