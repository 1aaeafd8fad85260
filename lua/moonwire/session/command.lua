--- Commands in, answers out.
-- @module moonwire.session
local Session = require "moonwire.session.class"
local check = require "moonwire.session.check"
local platforms = require "moonwire.platform"
local task = require "host.task"

local TYPED_AHEAD = 1024 -- bytes that a device's line buffer takes at once

--- Keep an answer, and see whether it is a rejection.
-- @local here
function Session:_keep(command, text, started)
  local output, before = self.dialogue:output_of(text, command)
  local answer = {
    command = command,
    output = output,
    messages = before ~= "" and before or nil,
    prompt = self.dialogue.prompt,
    elapsed = task.now() - started,
  }
  local line, class = self:_rejection_in(output)
  if line then
    answer.rejected, answer.class = line, class
  end
  self.answers[#self.answers + 1] = answer
  return answer
end

--- The end of a command that did not end well: where, and what came of it until then.
-- @local here
function Session:_failed(command, message, kind)
  self.phase = "command"
  local doing = ("command %q"):format(command)
  local explained = self.dialogue:explain(doing, message)
  local partial = self.shell:text()
  if partial ~= "" then
    self.answers[#self.answers + 1] =
      { command = command, output = partial, is_partial = true }
  end
  if kind == "question" then
    self.dialogue:resync()
  end
  return nil, self:_located(explained), kind
end

--- The same behind an exchange, which has explained it and left the question.
-- @local here
function Session:_broken(command, message, kind, partial)
  if partial ~= "" then
    self.answers[#self.answers + 1] =
      { command = command, output = partial, is_partial = true }
  end
  local words = ("command %q: %s"):format(command, message)
  return self:_fail("command", words, kind)
end

--- The words for an answer that is a rejection.
-- @local here
function Session:_refusal(answer)
  self.phase = "command"
  local words = "command %q was rejected: %s"
  local message = words:format(answer.command, answer.rejected)
  return nil, self:_located(message), "rejected"
end

local function may_go_ahead(self, command)
  local dialogue = self.dialogue
  if self.is_careful or dialogue.is_asked or not dialogue.has_marks then
    return false
  elseif not platforms.is_read_only(self.platform, command) then
    return false
  end
  return not self.ready_mark or platforms.is_harmless(self.platform, command)
end

-- How many of the commands from 'first' on go out together: those that only read, as
-- many as the device's buffer takes; anything else goes alone.
local function window_of(self, commands, first)
  local bytes, last = 0, first - 1
  for i = first, #commands do
    if not may_go_ahead(self, commands[i]) then
      break
    end
    bytes = bytes + #commands[i] + 32
    if bytes > TYPED_AHEAD and i > first then
      break
    end
    last = i
  end
  return last
end

function Session:_type_ahead(commands, first, last)
  local marks, lines = {}, {}
  for i = first, last do
    marks[i] = self.dialogue:new_mark()
    lines[#lines + 1] = commands[i]
    lines[#lines + 1] = marks[i]
  end
  lines[#lines + 1] = ""
  return self.shell:write(table.concat(lines, self.dialogue.newline)) and marks
end

function Session:_read_window(commands, first, last, timeout, answers)
  local marks = self:_type_ahead(commands, first, last)
  if not marks then
    return self:_failed(commands[first], "the connection is gone", "dropped")
  end
  -- what is sent ahead of the first prompt is answered behind the preparation
  local ok, message, kind = self:_begin "command"
  if not ok then
    return nil, self:_located(message), kind
  end
  if self.is_careful then -- and was typed into a pager perhaps: it only reads, so again
    self.dialogue:resync()
    return self:_read_one_by_one(commands, first, last, timeout, answers)
  end
  for i = first, last do
    local started = task.now()
    local text
    text, message, kind = self.dialogue:await_mark(marks[i], started + timeout)
    if not text then
      return self:_failed(commands[i], message, kind)
    end
    answers[i] = self:_keep(commands[i], text, started)
  end
  return true
end

-- One command that may ask: wait for its prompt first, and only then for the mark.
function Session:_read_alone(command, timeout)
  local ok, message, kind = self:_begin "command"
  if not ok then
    return nil, self:_located(message), kind
  end
  local started = task.now()
  local deadline = started + timeout
  ok, message, kind = self.dialogue:send(command)
  if ok then
    ok, message, kind = self.dialogue:await_rest(deadline, command)
  end
  if ok then
    ok, message, kind = self.dialogue:prove(deadline)
  end
  if not ok then
    return self:_failed(command, message, kind)
  end
  return self:_keep(command, ok, started)
end

function Session:_read_one_by_one(commands, first, last, timeout, answers)
  for i = first, last do
    local answer, message, kind = self:_read_alone(commands[i], timeout)
    if not answer then
      return nil, message, kind
    end
    answers[i] = answer
  end
  return true
end

-- Send all, in windows and alone; then look for the first that was rejected.
local function send_all(self, commands, timeout)
  local answers, first = {}, 1
  while first <= #commands do
    local last = window_of(self, commands, first)
    local ok, message, kind
    if last >= first then
      ok, message, kind = self:_read_window(commands, first, last, timeout, answers)
    else
      last = first
      ok, message, kind = self:_read_one_by_one(commands, first, last, timeout, answers)
    end
    if not ok then
      return nil, message, kind, answers
    end
    first = last + 1
  end
  for _, answer in ipairs(answers) do
    if answer.rejected then
      local _, message, kind = self:_refusal(answer)
      return nil, message, kind, answers
    end
  end
  return answers
end

--- Run commands, and wait for all their answers. Commands that only read are sent
-- together, so that they cost one round trip; others go alone.
-- @tparam {string,...} commands
-- @tparam[opt] table options `timeout` (seconds for each command)
-- @treturn[1] table a list of answers: `command`, `output`, `prompt`, `elapsed`
-- (seconds), `messages` (what the device said on its own account before)
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: timeout, dropped, limit, question, rejected, closed, channel
-- @treturn[2] table the answers until then
function Session:send_commands(commands, options)
  local timeout = options and options.timeout or self.timeout
  for _, command in ipairs(commands) do
    check.command(command, 2)
  end
  local ok, message, kind = true, nil, nil
  if not self.ready_mark then -- otherwise what only reads may be typed before
    ok, message, kind = self:_begin "command"
  end
  if not ok then
    return self:_fail("command", message, kind)
  end
  return send_all(self, commands, timeout)
end

return Session
