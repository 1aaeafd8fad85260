--- Waiting for a device: for the mark behind its prompt, for a prompt, for a question.
-- The functions are methods of a dialogue. Which of several strategies is right is not
-- known here, nor what the device is told.
-- @module moonwire.session.wait
local echo = require "moonwire.session.echo"
local ending = require "moonwire.parse.ending"
local failure = require "moonwire.session.failure"
local header = require "moonwire.session.header"
local platforms = require "moonwire.platform"
local task = require "host.task"
local torn = require "moonwire.session.torn"
local unechoed = require "moonwire.session.unechoed"

local wait = {}

local NEAR = 4096 -- bytes at the end of a text
local MOST_PAGES = 100000
local QUIET = 0.03 -- seconds without a byte before a line is believed to be the last
local GREETING = 1 -- the same where a banner may pause that looks like a question
local TAKEN_OVER = 1 -- seconds in which a shell shows its next prompt, or none comes
local TORN = 1 -- seconds without a byte behind a message that stands at the prompt
local UNECHOED = 1 -- seconds without a byte behind prompts with nothing between them

local function find_rule(rules, line)
  for _, rule in ipairs(rules or {}) do
    if line:find(rule[1]) then
      return rule
    end
  end
end

local function is_pager(self, tail)
  local pager = self.platform.pager
  return pager and tail:find(pager.pattern)
end

local function turn_page(self, answer)
  answer.pages = answer.pages + 1
  self.pages = answer.pages
  if answer.pages > MOST_PAGES then
    return nil, "the pager does not end", "limit"
  end
  return self.shell:write(self.platform.pager.key)
end

-- A line that only looks like a question is followed by more; a question is not. What
-- has come while this task had yet to learn that nothing did was not quiet either: the
-- next read finds it.
function wait._is_quiet(self, mark)
  local before = self.shell:length()
  local event, a, b = self.shell:read(mark, self.prompt and QUIET or GREETING)
  if event == nil and b == "timeout" then
    return self.shell:length() == before
  end
  self.unread = { event, a, b }
  return false
end

-- As long as the device says something, however little of it matters.
local function read_while_busy(self, mark, deadline, is_streaming)
  local before
  repeat
    before = self.shell:length()
    local left = math.max(0, deadline - task.now())
    local event, a, b = self.shell:read(mark, math.min(self.idle, left), is_streaming)
    if event or b ~= "timeout" then
      return event, a, b
    end
  until self.shell:length() == before or task.now() >= deadline
  return nil, ("nothing came for %g s"):format(self.idle), "timeout"
end

function wait._next_event(self, mark, deadline, is_streaming)
  local unread = self.unread
  if unread then
    self.unread = nil
    return table.unpack(unread, 1, 3)
  elseif self.idle then
    return read_while_busy(self, mark, deadline, is_streaming)
  end
  return self.shell:read(mark, math.max(0, deadline - task.now()), is_streaming)
end

local function refuse(tail)
  local message = 'the device asks "%s", which was not announced; it was not answered'
  return nil, message:format(failure.tail(tail)), "question"
end

function wait._on_tail(self, tail, answer, mark)
  if is_pager(self, tail) then
    return turn_page(self, answer)
  end
  local login = not self.prompt and find_rule(self.platform.login, tail)
  if login then
    return nil, login, "login"
  end
  local rule = find_rule(self.platform.questions, tail)
  if rule and not self:mode_of(tail) and self:_is_quiet(mark) then
    return refuse(tail)
  end
  return true
end

-- Text that holds an older mark: the rest of an answer that was given up on. It belongs
-- to no command that is waited for.
local function drop_stale(self, text)
  for mark in pairs(self.stale) do
    local _, last = text:find(mark .. "\n", 1, true)
    if last then
      self.dropped = text:sub(1, last)
      text = text:sub(last + 1)
      self.stale[mark] = nil
    end
  end
  return text
end

--- The next event, as long as nothing was echoed: it may be that nothing ever will.
-- @tparam Dialogue self
-- @string[opt] mark
-- @number deadline
-- @return as from `shell:read`; kind "unechoed": the device does not echo
function wait._next_unproved(self, mark, deadline)
  local silence = 0
  while not (self.has_echoed or self.has_no_echo) do
    local soon = math.min(deadline, task.now() + UNECHOED)
    local event, a, b = self:_next_event(mark, soon)
    if event or b ~= "timeout" or task.now() >= deadline then
      return event, a, b
    end
    silence = silence + UNECHOED
    if unechoed.is_proved(self, silence) then
      return nil, "the device does not echo what it is sent", "unechoed"
    end
  end
  return self:_next_event(mark, deadline)
end

local function on_other(self, event, a, b, answer, mark)
  if event == "tail" then
    return self:_on_tail(a, answer, mark)
  end
  return nil, a, b
end

--- Wait until the device shows its prompt with the mark.
-- @tparam Dialogue self
-- @string mark as it was sent
-- @number deadline a point in time, of `task.now`
-- @treturn[1] string what came before, prompt and echo of the command first
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: timeout, dropped, limit, question, channel, closed
function wait.await_mark(self, mark, deadline)
  local answer = { pages = 0, text = "" }
  while true do
    local event, a, b = self:_next_unproved(mark, deadline)
    local ok, message, kind = true, nil, nil
    if event == "mark" then
      self:rest(a)
      self.has_echoed = true
      local rest, prompt = self:split_prompt(b)
      if self:learn(prompt, self.has_headers and header.last_line(a) or "") then
        self.is_behind_mark = self.platform.unended
        return drop_stale(self, echo.without_mark(answer.text .. a .. rest, mark))
      end
      answer.text = answer.text .. a .. b .. mark .. "\n"
    elseif event == "tail" and torn.is_off(self, a, mark) then
      local text
      text, message, kind = torn.retrieve(self, mark, deadline)
      return text and drop_stale(self, answer.text .. text), message, kind
    else
      ok, message, kind = on_other(self, event, a, b, answer, mark)
    end
    if not ok then
      self.stale[mark] = true
      return nil, message, kind
    end
  end
end

--- Wait for the prompt behind the last mark. Before it is shown, keys that have a
-- meaning for the device may have another for the terminal in front of it, which then
-- takes back what it has not handed over yet.
-- @tparam Dialogue self
function wait._await_prompt(self)
  if self.unread or self:mode_of(ending.line(self.shell:text(NEAR))) then
    return
  end
  local event, a, b = self.shell:read(nil, TAKEN_OVER)
  if not event and b ~= "timeout" then
    self.unread = { event, a, b }
  end
end

--- The same where a terminal echoes what is typed. Before its shell has taken it over
-- that happens at once, in the midst of whatever is written then, and in pieces when
-- the terminal has no room.
-- @tparam Dialogue self
function wait._await_terminal(self)
  if self.is_behind_mark then
    self.is_behind_mark = nil
    self:_await_prompt()
  end
end

-- A prompt of another host: perhaps the command has renamed this one. Which is true is
-- known when the mark comes back behind it.
local function doubt(self, tail)
  local _, prompt = self:split_prompt(tail)
  if self.host and platforms.host_of(self.platform, prompt) ~= self.host then
    self:forget_host()
  end
end

-- A prompt ends a command only behind its echo: the one before it may come late.
local function has_echoed(self, command)
  if not command or self.is_asked then
    return true
  end
  return select(3, self:_strip(self.shell:text(), command))
end

-- An unfinished line, or a prompt that is torn from what comes next. Only a mark proves
-- that it was one: without marks nothing may be typed at it.
local function next_rest(self, deadline, command)
  if self.idle or not self.has_marks then
    return self:_next_event(nil, deadline)
  end
  while true do
    local soon = math.min(deadline, task.now() + TORN)
    local event, tail, kind = self:_next_event(nil, soon)
    if event or kind ~= "timeout" or task.now() >= deadline then
      return event, tail, kind
    elseif torn.is_by_log(self) and has_echoed(self, command) then
      return "torn", self.prompt
    end
  end
end

--- Wait until the device is at a prompt or asks something.
-- @tparam Dialogue self
-- @number deadline
-- @string[opt] command whose echo must have come before the prompt
-- @tparam[opt] table rules questions that the caller is ready to answer
-- @treturn[1] string "prompt" or "question"
-- @treturn[1] string the line
-- @treturn[1] table the question's rule
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind
function wait.await_rest(self, deadline, command, rules)
  local answer = { pages = 0 }
  while true do
    local event, tail, kind = next_rest(self, deadline, command)
    if event == "torn" then
      return "prompt", tail
    elseif event ~= "tail" then
      return nil, tail, kind
    end
    local rule = find_rule(rules, tail)
    if rule then
      return "question", tail, rule
    end
    local ok, message, why = true, nil, nil
    if not self:mode_of(tail) then
      ok, message, why = self:_on_tail(tail, answer, nil)
    elseif self:_is_quiet(nil) and has_echoed(self, command) then -- all of the text
      doubt(self, tail)
      return "prompt", tail
    end
    if not ok then
      return nil, message, why
    end
  end
end

return wait
