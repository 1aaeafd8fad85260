--- Output as it comes, for what is too long to hold or to wait for.
-- @module moonwire.session
local Session = require "moonwire.session.class"
local check = require "moonwire.session.check"
local echo = require "moonwire.session.echo"
local files = require "moonwire.transfer.file"
local header = require "moonwire.session.header"
local platforms = require "moonwire.platform"
local task = require "host.task"

local Reader = { __name = "moonwire.Reader" }
Reader.__index = Reader

local HEAD = 65536 -- bytes in which the echo must be
local PRIVATE = 384 -- 0600: what devices say may hold secrets
local SHORT = 2000 -- bytes: only a short output can be a rejection

local function without_headers(self, text)
  if not self.dialogue.has_headers then
    return text
  end
  local lines = {}
  for line in text:gmatch "([^\n]*\n)" do
    if not header.is_header(self.dialogue.platform, line:sub(1, -2)) then
      lines[#lines + 1] = line
    end
  end
  return table.concat(lines)
end

-- A shell that was busy shows what its terminal has echoed once more.
local function without_second_echo(self, text)
  return text:sub(1 + echo.skip_again(text, 0, self.command, "", function(piece)
    return self.dialogue:is_prompt(piece)
  end))
end

-- What stands behind the echo, or nil. A terminal may echo what is typed before the
-- shell reads it, and the shell once more: the echo behind a prompt counts. Where there
-- is none by the end, anything like it will do.
local function behind_echo(self, is_over)
  local dialogue = self.dialogue
  local pieces = echo.split(self.head, { self.command }, function(piece)
    return dialogue:is_prompt(piece)
  end)
  if pieces[1] then
    return pieces[1].answer
  elseif is_over or #self.head >= HEAD then
    return (dialogue:_strip(self.head, self.command))
  end
end

-- Whole lines, without what is ours in them. A line of which a mark was cut out goes on
-- in the next one.
function Reader:_whole_lines(text, is_over)
  text = echo.without_mark(self.begun .. text, self.mark)
  if is_over and text ~= "" and text:sub(-1) ~= "\n" then
    text = text .. "\n"
  end
  local past = #text + 1
  if text:sub(-1) ~= "\n" then -- next to always it is whole: looking for it is slow
    past = text:match "^.*\n()" or 1
  end
  self.begun = text:sub(past)
  return without_headers(self, text:sub(1, past - 1))
end

-- Lines behind the echo go to the caller; those before are the device's own affair.
function Reader:take(text, is_over)
  if self.is_stopped then
    return
  elseif not self.has_echoed then
    self.head = self.head .. text
    text = behind_echo(self, is_over)
    if not text then
      return
    end
    self.has_echoed, self.head = true, nil
  end
  if #self.short <= SHORT then
    self.short = self.short .. text
  end
  text = self:_whole_lines(text, is_over)
  if text ~= "" and not self.has_begun then
    text, self.has_begun = without_second_echo(self, text), true
  end
  if text ~= "" and self.give(text) == false then
    self.is_stopped = true
  end
end

function Reader:_on_tail(tail)
  local dialogue = self.dialogue
  local rest, prompt = dialogue:split_prompt(tail)
  if self.awaited or not dialogue:is_prompt(prompt) then
    return dialogue:_on_tail(tail, self, self.awaited)
  elseif not self.has_echoed or not dialogue:_is_quiet(nil) then
    return true
  elseif not dialogue.has_marks then
    self:take(rest == "" and "" or rest .. "\n")
    self.is_at_prompt = true
    return true
  end
  self.awaited = self.mark
  return dialogue:send(self.mark)
end

-- Take what an event brings. Whether it is over, and the line that may be a question.
function Reader:_on_event(event, a, b)
  if event == "tail" then
    return false, a
  end
  local rest, prompt = "", b
  if event == "mark" then
    rest, prompt = self.dialogue:split_prompt(b)
  end
  self:take(rest == "" and a or a .. rest .. "\n", event == "mark")
  self.above = a ~= "" and header.last_line(a) or self.above
  if event == "mark" then
    return self.dialogue:learn(prompt, self.above), nil
  end
  return false, b
end

function Reader:run()
  repeat
    local deadline = task.now() + self.timeout
    local event, a, b = self.dialogue:_next_event(self.awaited, deadline, true)
    if not event then
      return nil, a, b
    end
    local is_over, tail = self:_on_event(event, a, b)
    if tail then
      local ok, message, kind = self:_on_tail(tail)
      if not ok then
        return nil, message, kind
      end
    end
  until is_over or self.is_at_prompt or self.is_stopped
  return not self.is_stopped or nil
end

-- What may ask goes without its mark; that follows when the prompt is there.
local function start(self, reader, command)
  local dialogue = self.dialogue
  dialogue.stale[reader.mark] = dialogue.has_marks or nil -- 'give' may raise
  local is_sure = dialogue.has_marks and not self.is_careful
    and platforms.is_read_only(self.platform, command)
  if not is_sure then
    return dialogue:send(command)
  end
  reader.awaited = reader.mark
  return dialogue:send(command, reader.mark)
end

local function stream(self, reader, command)
  local ok, message, kind = start(self, reader, command)
  if ok then
    ok, message, kind = reader:run()
  end
  if ok and reader.is_at_prompt then
    ok, message, kind = self.dialogue:prove(task.now() + reader.timeout)
  end
  if ok then
    self.dialogue.stale[reader.mark] = nil
    return true
  elseif not message then -- the caller has had enough
    if self.dialogue:resync() then
      return true
    end
    return nil, "the device does not stop", "timeout"
  end
  return nil, message, kind
end

-- Whole lines come; 'give' is called with each. False: it has had enough.
local function line_by_line(give, counter)
  return function(text)
    for line in text:gmatch "([^\n]*)\n" do
      counter.lines = counter.lines + 1
      if give(line) == false then
        return false
      end
    end
    return true
  end
end

-- Run a command with a reader. Its answer is kept without the output.
local function run(self, command, options, give)
  local ok, message, kind = self:_may_send(command, options)
  if not ok then
    return nil, message, kind
  end
  ok, message, kind = self:_begin "command"
  if ok and next(self.dialogue.stale) then -- what is left of another command
    ok, message, kind = self.dialogue:prove(task.now() + self.timeout)
  end
  if not ok then
    return self:_fail("command", message, kind)
  end
  local reader = setmetatable({
    dialogue = self.dialogue, command = command, give = give,
    timeout = options.timeout or self.timeout, mark = self.dialogue:new_mark(),
    head = "", begun = "", short = "", pages = 0,
  }, Reader)
  local started = task.now()
  ok, message, kind = stream(self, reader, command)
  if not ok then
    return self:_failed(command, message, kind)
  end
  local answer = {
    command = command, output = "", prompt = self.dialogue.prompt,
    elapsed = task.now() - started,
  }
  self.answers[#self.answers + 1] = answer
  local line = self:_rejection_in(reader.short)
  if line then
    return self:_refusal { command = command, rejected = line }
  end
  return answer
end

--- Run a command, and be called with each line of its output as it comes. Nothing is
-- kept: an output of any length needs no more memory than a few lines. Its end is
-- proved as with `session:send_command`.
-- @string command
-- @tparam function give called with a line, without its end; what it does may wait.
-- When it returns false, the command is broken off by the break key.
-- @tparam[opt] table options `timeout` (seconds without a line; 30, or the session's),
-- `confirm` (as for `session:send_commands`)
-- @treturn[1] int how many lines there were
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: timeout, dropped, limit (of a single line), question,
-- rejected (its lines were given, too), closed, channel
function Session:stream(command, give, options)
  check.command(command, 2)
  if type(give) ~= "function" then
    error("stream needs a function that takes a line", 2)
  end
  options = check.options(options, 2)
  local counter = { lines = 0 }
  local answer, message, kind = run(self, command, options, line_by_line(give, counter))
  if not answer then
    return nil, message, kind
  end
  answer.lines = counter.lines
  return counter.lines
end

--- Run a command and write its output to a file as it comes. An output of any length
-- needs no more memory than a few lines. The file is there when all of the output is
-- in it, and only its owner may read it; what a broken command left behind lies beside
-- it, under the same name with ".partial".
-- @string command
-- @string path
-- @tparam[opt] table options as for `session:stream`
-- @treturn[1] int how many bytes there were
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: as for `session:stream`; no_file (no such folder),
-- permission, space, local (the file cannot be written)
function Session:stream_to(command, path, options)
  check.command(command, 2)
  if type(path) ~= "string" then
    error("stream_to needs the path of a file", 2)
  end
  options = check.options(options, 2)
  local created, message, kind = files.create(path, true)
  if not created then
    return self:_fail("command", ("cannot write %s: %s"):format(path, message), kind)
  end
  local file <close> = created
  file:set_aside(path .. ".partial")
  local answer, trouble
  answer, message, kind = run(self, command, options, function(text)
    local ok, why, what = file:write(text)
    trouble = not ok and { why, what } or nil
    return ok ~= nil
  end)
  if answer and not trouble then
    local ok, why, what = file:keep(PRIVATE)
    trouble = not ok and { why, what } or nil
  elseif not trouble then
    file:flush()
  end
  if trouble then
    local words = ("cannot write %s: %s"):format(path, trouble[1])
    return self:_fail("command", words, trouble[2])
  elseif not answer then
    return nil, message, kind
  end
  answer.bytes, answer.path = file.size, path
  return file.size
end

--- Run a command on a channel of its own, without the shell: its end is exact, and some
-- devices tell a status. It is in no mode but that of a fresh login.
-- @string command
-- @tparam[opt] table options `timeout` (seconds; 30, or the session's)
-- @treturn[1] string the output
-- @treturn[1] int|nil its exit status, where the device tells one
-- @treturn[1] string what it said as an error
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: unsupported (the platform has no such channel), channel (it
-- was refused), timeout, dropped, limit, rejected, closed
function Session:exec(command, options)
  check.command(command, 2)
  options = check.options(options, 2)
  local ssh = self.platform.ssh
  local result, message, kind
  if self.is_closed then
    message, kind = "the session is closed", "closed"
  elseif ssh and ssh.exec == false then
    message, kind = self.platform.name .. " runs no commands by exec", "unsupported"
  else
    local timeout = options.timeout or self.timeout
    result, message, kind = self.client:exec(command, { timeout = timeout })
  end
  if not result then
    return self:_fail("exec", ("command %q: %s"):format(command, message), kind)
  end
  local output = result.stdout:gsub("\r+\n", "\n"):gsub("^\n", ""):gsub("\n$", "")
  local line = self:_rejection_in(output)
  if line then
    return self:_refusal { command = command, rejected = line }
  end
  return output, result.status, (result.stderr:gsub("\r+\n", "\n"))
end

return Session
