--- One command, and what its output is made into.
-- @module moonwire.session
local Session = require "moonwire.session.class"
local check = require "moonwire.session.check"
local ending = require "moonwire.parse.ending"
local exchange = require "moonwire.session.exchange"
local platforms = require "moonwire.platform"
local task = require "host.task"
local uv = require "luv"

local QUIET = 0.3 -- seconds

local function textfsm()
  local is_there, found = pcall(require, "moonwire.parse.textfsm")
  if not is_there then
    return nil, "this program has no TextFSM: " .. found:match "^[^\n]*", "unsupported"
  end
  return found
end

local function read_file(path)
  local file, message = io.open(path, "rb")
  local text
  if file then
    text, message = file:read "a"
    file:close()
  end
  return text, message, "local"
end

local function is_folder(path)
  local stat = uv.fs_stat(path)
  return stat ~= nil and stat.type == "directory"
end

-- true: the template of the command; a path: of a template, or of a folder of them
local function find_template(self, command, given)
  local engine, message, kind = textfsm()
  if not engine then
    return nil, message, kind
  elseif given == true or is_folder(given) then
    local parse = self.platform.parse
    local name = parse and parse.ntc or self.platform.name
    return engine.find(name, command, given ~= true and given or nil)
  end
  local text
  text, message, kind = read_file(given)
  if not text then
    return nil, message, kind
  end
  return engine.compile(text, given)
end

local function rows_of(self, command, output, given)
  local template, message, kind = find_template(self, command, given)
  local rows
  if template then
    rows, message, kind = template:parse(output)
  end
  if not rows then
    return self:_fail("parse", message, kind)
  end
  return rows
end

-- what the device said, with echo and prompt
local function send_unstripped(self, command, timeout)
  local text, message, kind, partial = exchange.run(self.dialogue, command, {
    deadline = task.now() + timeout,
    rules = {},
    is_sure = not self.is_careful and platforms.is_read_only(self.platform, command),
    reply = exchange.by_rule(self.device, command),
  })
  if not text then
    return self:_broken(command, message, kind, partial)
  end
  local answer = self:_keep(command, text, task.now())
  if answer.rejected then
    return self:_refusal(answer)
  end
  return text .. self.dialogue.prompt
end

-- Until a line that the caller knows. The device may stay at a question then.
local function send_expecting(self, command, timeout, expect)
  local dialogue, started = self.dialogue, task.now()
  local ok, message, kind = dialogue:send(command)
  if ok then
    ok, message, kind = dialogue:await_rest(started + timeout, command, { { expect } })
  end
  if ok == "question" then
    local text = self.shell:text()
    self.shell:discard()
    local answer = self:_keep(command, text, started)
    dialogue.is_asked = true
    return answer.output
  elseif ok then
    ok, message, kind = self.dialogue:prove(started + timeout)
  end
  if not ok then
    return self:_failed(command, message, kind)
  end
  local answer = self:_keep(command, ok, started)
  if answer.rejected then
    return self:_refusal(answer)
  elseif answer.output:find(expect) then
    return answer.output
  end
  message = "command %q has ended, and nothing in its output is like %q"
  return self:_fail("command", message:format(command, expect), "expect")
end

local function check_options(options, level)
  options = check.options(options, level + 1)
  if options.expect ~= nil then
    check.pattern(options.expect, "expect", level + 1)
  end
  local how = options.textfsm
  if how and how ~= true and type(how) ~= "string" then
    error("textfsm must be true or a path", level + 1)
  end
  return options
end

local function send_specially(self, command, options)
  local ok, message, kind = self:_may_send(command, options)
  if not ok then
    return nil, message, kind
  end
  ok, message, kind = self:_begin "command"
  if not ok then
    return self:_fail("command", message, kind)
  end
  local timeout = options.timeout or self.timeout
  if options.expect then
    return send_expecting(self, command, timeout, options.expect)
  end
  return send_unstripped(self, command, timeout)
end

--- Run one command.
-- @string command
-- @tparam[opt] table options `timeout` (seconds; 30, or the session's), `idle` and
-- `confirm` (as for `session:send_commands`), `expect` (a Lua
-- pattern: the answer is over at an unfinished line like this, such as a question that
-- the next command answers; or at the prompt, when it is in the output), `strip` (true;
-- false leaves echo and prompt in the output), `textfsm` (true: make a table of it by
-- the template for this command; or the path of a template, or of a folder of them)
-- @treturn[1] string its output, without echo and prompt
-- @treturn[2] {table,...} rows by the template's names, with `textfsm`
-- @return[3] nil
-- @treturn[3] string message
-- @treturn[3] string kind: timeout, dropped, limit, question, rejected, danger, expect,
-- closed, channel; missing (there is no template), parse, unsupported, invalid, local
-- @treturn[3] table|nil of a rejected one: `class` as for `session:send_commands`, and
-- `output`
function Session:send_command(command, options)
  check.command(command, 2)
  options = check_options(options, 2)
  local output, message, kind, detail
  if options.expect or options.strip == false then
    self:_note("send_commands", { command })
    output, message, kind, detail = send_specially(self, command, options)
  else
    local answers, partial
    answers, message, kind, partial = self:send_commands({ command }, options)
    output = answers and answers[1].output
    detail = partial and partial[1]
  end
  if not output then
    return nil, message, kind, detail
  elseif options.textfsm then
    return rows_of(self, command, output, options.textfsm)
  end
  return output
end

-- Sleep until nothing has come for a while.
local function await_quiet(self, quiet, deadline)
  local before
  repeat
    before = self.shell:length()
    local event, message, kind = self.shell:read(nil, quiet)
    if not event and kind ~= "timeout" then
      return nil, message, kind
    elseif task.now() > deadline then
      return nil, "it goes on and on", "timeout"
    end
  until not event and self.shell:length() == before
  return true
end

-- A prompt at the end is taken by a mark, since the next one shall stand behind it.
local function read_until_quiet(self, command, options)
  local deadline = task.now() + (options.timeout or self.timeout)
  local ok, message, kind = self.dialogue:send(command)
  if ok then
    ok, message, kind = await_quiet(self, options.quiet or QUIET, deadline)
  end
  if not ok then
    return nil, message, kind
  end
  local text = self.shell:text()
  if platforms.mode_of(self.platform, ending.line(text)) then
    return self.dialogue:prove(deadline)
  end
  self.shell:discard()
  self.dialogue.is_asked = true
  return text
end

--- Run a command whose end cannot be told: its output is over when nothing more comes
-- for a while. What comes later is lost to the next command, so this is for devices and
-- questions that nothing else knows; nothing is proved.
-- @string command
-- @tparam[opt] table options `quiet` (0.3 seconds), `timeout` (seconds), `confirm` (as
-- for `session:send_commands`)
-- @treturn[1] string its output, without echo, and without the prompt when it ends in
-- one
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: timeout, dropped, limit, closed, channel
function Session:send_command_timing(command, options)
  check.command(command, 2)
  options = check.options(options, 2)
  local ok, message, kind = self:_may_send(command, options)
  if not ok then
    return nil, message, kind
  end
  ok, message, kind = self:_begin "command"
  if not ok then
    return self:_fail("command", message, kind)
  end
  local started = task.now()
  local text
  text, message, kind = read_until_quiet(self, command, options)
  if not text then
    return self:_failed(command, message, kind)
  end
  return self:_keep(command, text, started).output
end

return Session
