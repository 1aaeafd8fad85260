--- Commands in, answers out.
-- @module moonwire.session
local Session = require "moonwire.session.class"
local check = require "moonwire.session.check"
local danger = require "moonwire.platform.danger"
local platforms = require "moonwire.platform"
local task = require "host.task"

local TYPED_AHEAD = 1024 -- bytes that a device's line buffer takes at once

--- Keep an answer, and see whether it is a rejection.
-- @local here
function Session:_keep(command, text, started)
  local dialogue = self.dialogue
  local output, messages, has_log = dialogue:output_of(text, command)
  local answer = {
    command = command,
    output = output,
    messages = messages ~= "" and messages or nil,
    has_log = has_log or nil,
    pages = dialogue.pages,
    stale = dialogue.dropped,
    prompt = dialogue.prompt,
    elapsed = task.now() - started,
  }
  dialogue.pages, dialogue.dropped, self.has_answered = nil, nil, true
  local line, class = self:_rejection_in(output)
  if line then
    answer.rejected, answer.class = line, class
  end
  self.answers[#self.answers + 1] = answer
  return answer
end

local ABANDONED = { timeout = true, limit = true }

local function leave_behind(self, command, kind, partial)
  if partial ~= "" then
    self.answers[#self.answers + 1] =
      { command = command, output = partial, is_partial = true }
  end
  if kind == "question" then
    self.dialogue:resync()
  elseif ABANDONED[kind] then
    self.broken = command
    self.dialogue:abandon()
  end
end

--- The end of a command that did not end well: where, and what came of it until then.
-- @local here
function Session:_failed(command, message, kind, place)
  self.phase = "command"
  local doing = ("command %s%q"):format(place or "", command)
  local explained = self.dialogue:explain(doing, message)
  local partial = self.dialogue:salvage()
  self.failure, self.failure_kind = explained, kind
  leave_behind(self, command, kind, partial)
  return nil, self:_located(explained), kind
end

--- The same behind an exchange, which has explained it and left the question.
-- @local here
function Session:_broken(command, message, kind, partial)
  leave_behind(self, command, kind ~= "question" and kind or nil, partial)
  local words = ("command %q: %s"):format(command, message)
  return self:_fail("command", words, kind)
end

--- The words for an answer that is a rejection.
-- @local here
function Session:_refusal(answer)
  self.phase = "command"
  local words = "command %q was rejected: %s"
  local message = words:format(answer.command, answer.rejected)
  return nil, self:_located(message), "rejected",
    { class = answer.class, output = answer.output }
end

-- "2 of 5 ", where there are several
local function place_of(commands, i)
  return #commands > 1 and ("%d of %d "):format(i, #commands) or nil
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
  local ok, message, kind = self.dialogue:send(table.unpack(lines))
  return ok and marks, message, kind
end

-- The first of what was sent ahead has failed: what follows it only reads, too, so that
-- all of it may be sent again when the device had only hung up.
function Session:_failed_ahead(commands, i, message, kind)
  if self:_has_hung_up(commands[i], kind) then
    return nil, message, "again", i
  end
  return self:_failed(commands[i], message, kind, place_of(commands, i))
end

function Session:_read_window(commands, first, last, timeout, answers)
  local marks, message, kind = self:_type_ahead(commands, first, last)
  if not marks then
    return self:_failed_ahead(commands, first, message, kind)
  end
  -- what is sent ahead of the first prompt is answered behind the preparation
  local ok
  ok, message, kind = self:_begin "command"
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
      return self:_failed_ahead(commands, i, message, kind)
    end
    answers[i] = self:_keep(commands[i], text, started)
    if self.dialogue.is_overtaken then -- the next marks are gone, and all only read
      self.dialogue.is_overtaken = nil
      return i + 1 > last or self:_read_each(commands, i + 1, last, timeout, answers)
    end
  end
  return true
end

-- Each with its own mark, and behind the answer of the one before.
function Session:_read_each(commands, first, last, timeout, answers)
  local ok, message, kind, failed
  for i = first, last do
    ok, message, kind, failed = self:_read_window(commands, i, i, timeout, answers)
    if not ok then
      return nil, message, kind, failed
    end
  end
  return true
end

-- One command that may ask: wait for its prompt first, and only then for the mark.
function Session:_read_alone(command, timeout, place)
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
  if ok then
    return self:_keep(command, ok, started)
  elseif platforms.is_read_only(self.platform, command)
    and self:_has_hung_up(command, kind) then
    return nil, message, "again"
  end
  return self:_failed(command, message, kind, place)
end

function Session:_read_one_by_one(commands, first, last, timeout, answers)
  for i = first, last do
    local place = place_of(commands, i)
    local answer, message, kind = self:_read_alone(commands[i], timeout, place)
    if not answer then
      return nil, message, kind, i
    end
    answers[i] = answer
  end
  return true
end

--- Whether a command may be sent at all.
-- @local here
function Session:_may_send(command, options)
  if danger.is_in(command) and not (options and options.confirm) then
    local message = "command %q stops the device or takes its configuration, and was "
      .. "not sent; it needs confirm = true"
    return nil, self:_located(message:format(command)), "danger"
  end
  return true
end

-- Send those that go together, or one that goes alone. The last one, or on failure the
-- first without an answer behind message and kind.
local function send_some(self, commands, first, options, answers)
  local timeout = options and options.timeout or self.timeout
  local last = window_of(self, commands, first)
  local ok, message, kind, failed
  if last >= first then
    ok, message, kind, failed =
      self:_read_window(commands, first, last, timeout, answers)
  else
    last = first
    ok, message, kind = self:_may_send(commands[first], options)
    if ok then
      ok, message, kind, failed =
        self:_read_one_by_one(commands, first, last, timeout, answers)
    end
  end
  return ok and last, message, kind, failed
end

-- Send all, in windows and alone; then look for the first that was rejected.
local function send_all(self, commands, options)
  local answers, first = {}, 1
  while first <= #commands do
    local last, message, kind, failed =
      send_some(self, commands, first, options, answers)
    if kind == "again" then
      last, message, kind = self:_reconnect()
      last = last and failed - 1
      message = message and self:_located(message)
    end
    if not last then
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
-- @tparam[opt] table options `timeout` (seconds for each command), `idle` (seconds in
-- which something must come; as many as `timeout`, when left out), `confirm` (false:
-- whether a command may be sent that stops the device or takes its configuration)
-- @treturn[1] table a list of answers: `command`, `output`, `prompt`, `elapsed`
-- (seconds); where there was something: `messages` (what the device said on its own
-- account, before the output or behind it), `has_log` (such may be in the midst of the
-- output), `pages` (how often it was told to go on), `stale` (what came late of an
-- earlier command, and is no part of the output)
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: timeout, dropped, limit, question, rejected, danger, closed,
-- channel; the answer to a rejected one has a `class`: syntax, incomplete, ambiguous,
-- denied, locked, rejected
-- @treturn[2] table the answers until then
function Session:send_commands(commands, options)
  for _, command in ipairs(commands) do
    check.command(command, 2)
  end
  self:_note("send_commands", commands)
  local ok, message, kind = true, nil, nil
  if not self.ready_mark then -- otherwise what only reads may be typed before
    ok, message, kind = self:_begin "command"
  end
  if not ok then
    return self:_fail("command", message, kind)
  end
  self.dialogue.idle = options and options.idle
  return send_all(self, commands, options)
end

return Session
