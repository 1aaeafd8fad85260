--- Waiting for a device: for the mark behind its prompt, for a prompt, for a question.
-- The functions are methods of a dialogue. Which of several strategies is right is not
-- known here, nor what the device is told.
-- @module moonwire.session.wait
local echo = require "moonwire.session.echo"
local ending = require "moonwire.parse.ending"
local failure = require "moonwire.session.failure"
local header = require "moonwire.session.header"
local platforms = require "moonwire.platform"
local log = require "moonwire.platform.log"
local task = require "host.task"

local wait = {}

local NEWLINE = 10
local NEAR = 4096 -- bytes at the end of a text
local MOST_PAGES = 100000
local QUIET = 0.03 -- seconds without a byte before a line is believed to be the last
local GREETING = 1 -- the same where a banner may pause that looks like a question
local TAKEN_OVER = 1 -- seconds in which a shell shows its next prompt, or none comes
local TORN = 1 -- seconds without a byte behind a message that stands at the prompt
local UNECHOED = 1 -- seconds without a byte behind prompts with nothing between them
local SILENT = 3 -- the same behind a single one
local MOST_MESSAGES = 8 -- lines of the log that may stand there
local MOST_PROMPTS = 32 -- in one line
local MOST_TORN = 3 -- marks in a row that come back without their prompt

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

local function find_last(text, plain)
  local first, last, from = nil, nil, 1
  repeat
    local a, b = text:find(plain, from, true)
    if a then
      first, last, from = a, b, b + 1
    end
  until not a
  return first, last
end

-- The mark has come back, but not behind the prompt that is known: a message has torn
-- the two apart, or the device has got another name.
local function is_torn_off(self, tail, mark)
  return self:mode_of(tail) ~= nil
    and self:_is_quiet(mark)
    and self.shell:text():find(mark .. "\n", 1, true) ~= nil
end

-- The device rests: with another mark it is known where it does, and that what stands
-- before the last echo of the first one is the answer. Of what stands behind it, more
-- marks that were sent along are gone.
local function retrieve(self, mark, deadline)
  self.torn = (self.torn or 0) + 1
  if self.torn > MOST_TORN then
    self.torn = nil
    return nil, "what is typed does not come back behind the prompt", "echo"
  end
  self:forget_host()
  local again = self:new_mark()
  local text, message, kind = self:send(again)
  if text then
    text, message, kind = self:await_mark(again, deadline)
  end
  if not text then
    return nil, message, kind
  end
  self.torn = nil
  local first, last = find_last(text, mark .. "\n")
  if not first then
    return text
  end
  self.is_overtaken = text:find("\n", last + 1, true) ~= nil
  local line = ending.line(text:sub(1, first - 1))
  return text:sub(1, first - #line - 1)
end

-- How often a prompt stands in the last line, with nothing else; some count.
local function count_prompts(self, tail)
  local masked = tail:gsub("%d+", "0")
  for times = MOST_PROMPTS, 1, -1 do
    local prompt = #masked % times == 0 and masked:sub(1, #masked // times) or ""
    if prompt ~= "" and prompt:rep(times) == masked and self:mode_of(prompt) then
      return times
    end
  end
  return 0
end

-- Whether a device at rest does not echo: for what it was sent it has shown its prompt
-- anew, and nothing of that; or it shows none, for long.
local function is_unechoed(self, silence)
  local text = self.shell:text(NEAR)
  local tail, line = ending.lines(text)
  local times = count_prompts(self, tail)
  if times == 1 then
    local is_below = self.has_marks and line == tail
      or self.has_headers and line and line:sub(1, #tail) == tail
    return is_below or silence >= SILENT
  end
  return times > 1
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
    if is_unechoed(self, silence) then
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
    elseif event == "tail" and is_torn_off(self, a, mark) then
      local text
      text, message, kind = retrieve(self, mark, deadline)
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

-- Messages of the log stand behind the prompt, and below it: the device rests, but
-- shows no prompt that is the end of its text.
local function is_torn_by_log(self)
  local text, prompt = self.shell:text(NEAR), self.prompt
  local stop = text:byte(-1) == NEWLINE and #text - 1 or 0
  for _ = 1, prompt and MOST_MESSAGES or 0 do
    local line = ending.line(text:sub(1, stop))
    if line:sub(1, #prompt) == prompt then
      return log.is_at_prompt(self.platform, line:sub(#prompt + 1))
    elseif not log.is_at_prompt(self.platform, line) then
      return false
    end
    stop = stop - #line - 1
  end
  return false
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
    elseif is_torn_by_log(self) and has_echoed(self, command) then
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
