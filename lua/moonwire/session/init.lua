--- A logged-in session with one device: commands in, answers out.
-- A session lives inside one task. Its method names are those that Netmiko's users have
-- in their fingers.
-- @module moonwire.session
local dialogue = require "moonwire.session.dialogue"
local platforms = require "moonwire.platform"
local privilege = require "moonwire.session.privilege"
local task = require "host.task"
local transport = require "moonwire.transport.ssh"

local session = {}

local Session = { __name = "moonwire.Session" }
Session.__index = Session

local COMMAND_TIMEOUT = 30 -- seconds for one command, as long as its device works
local TYPED_AHEAD = 1024 -- bytes that a device's line buffer takes at once

-- The line by which the device rejects something, and its class.
local function rejection_in(self, output)
  if #output > 2000 then
    return nil -- a rejection is short; a long listing may quote one
  end
  for line in output:gmatch "[^\n]+" do
    for _, rule in ipairs(self.platform.errors or {}) do
      if line:find(rule[1]) then
        return line, rule.class
      end
    end
  end
end

local function open_shell(self, options)
  local link = self.platform.link
  local shell, message, kind = self.client:shell {
    term = link.term,
    width = link.width,
    height = link.height,
    timeout = options.timeouts and options.timeouts.shell or 15,
    lazy = options.lazy and self.platform.type_ahead or false,
  }
  if not shell then
    return nil, message, kind
  end
  self.shell = shell
  self.dialogue = dialogue.new(shell, self.platform)
  return true
end

-- The preparation cannot ask anything, so it is typed before the first prompt is there:
-- on many servers that saves a round trip.
local function type_preparation(self)
  self.ready_mark = self.dialogue:new_mark()
  local lines = table.move(self.platform.prep, 1, #self.platform.prep, 1, {})
  lines[#lines + 1] = self.ready_mark
  lines[#lines + 1] = ""
  return self.shell:write(table.concat(lines, self.dialogue.newline))
end

local function answer_login_questions(self, deadline)
  local event, line, rule
  repeat
    event, line, rule = self.dialogue:await_rest(deadline, nil, self.platform.login)
    if event == "question" then
      self.dialogue:send(rule.say)
    end
  until event ~= "question"
  if not event then
    return nil, line, rule
  end
  return true
end

local function wait_for_first_prompt(self, deadline)
  local ok, message, kind = answer_login_questions(self, deadline)
  if not ok then
    return nil, message, kind
  end
  return type_preparation(self)
end

--- Wait until the device has taken the preparation and shown its prompt. The first verb
-- does it by itself.
-- @treturn[1] boolean true
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind
function Session:ready()
  if not self.ready_mark then
    return true
  end
  local deadline = task.now() + self.timeout
  local text, message, kind
  repeat
    local mark = self.ready_mark
    self.ready_mark = nil
    text, message, kind = self.dialogue:await_mark(mark, deadline)
    if kind == "login" then -- the question has swallowed what was typed ahead
      self.dialogue:send(message.say)
      type_preparation(self)
    end
  until kind ~= "login"
  if not text then
    self.phase = "prompt"
    return nil, self.dialogue:explain("login", message), kind
  end
  -- where paging stays on, a pager would take what is typed ahead for its keys
  self.is_careful = rejection_in(self, text) ~= nil
  return true
end

local function start(self, options)
  local ok, message, kind = open_shell(self, options)
  if not ok then
    return nil, message, kind, "shell"
  end
  if self.platform.type_ahead then
    ok, message, kind = type_preparation(self)
  else
    ok, message, kind = wait_for_first_prompt(self, task.now() + self.timeout)
  end
  if ok and not options.lazy then
    ok, message, kind = self:ready()
  end
  if not ok then
    return nil, message, kind, "prompt"
  end
  return self
end

local function located(device, message)
  return ("%s: %s"):format(device.name or device.host, message)
end

--- Log in to a device and prepare its terminal.
-- @tparam table device `host`, `username`, `device_type`; optional: `port`, `password`
-- (secret or string), `secret` (for enable), `key_file`, `host_key`, `known_hosts`, …
-- @tparam[opt] table options `host_key_policy` ("strict": the default; "accept-new":
-- trust and keep the key of a device that has none on record yet), `lazy` (return once
-- the shell is asked for; the first verb waits for it), `timeout` (30 seconds for a
-- command), `timeouts` (seconds by phase)
-- @treturn[1] Session
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: resolve, refused, unreachable, timeout, dropped, protocol,
-- algorithm, hostkey, auth, channel, local, question
-- @treturn[2] table detail: `phase`, `phases`
function session.open(device, options)
  options = options or {}
  local platform, message, kind = platforms.get(device.device_type or "cisco_ios")
  if not platform then
    return nil, located(device, message), kind, { phase = "start" }
  end
  local client, detail
  client, message, kind, detail = transport.connect(device, options)
  if not client then
    return nil, located(device, message), kind, detail
  end
  local self = setmetatable({
    device = device,
    platform = platform,
    client = client,
    timeout = options.timeout or device.timeout or COMMAND_TIMEOUT,
    answers = {},
  }, Session)
  local ok, phase
  ok, message, kind, phase = start(self, options)
  if not ok then
    local phases = client:phases()
    self:disconnect()
    return nil, located(device, message), kind, { phase = phase, phases = phases }
  end
  return self
end

function Session:_keep(command, text, started)
  local output, before = self.dialogue:output_of(text, command)
  local answer = {
    command = command,
    output = output,
    messages = before ~= "" and before or nil,
    prompt = self.dialogue.prompt,
    elapsed = task.now() - started,
  }
  local line, class = rejection_in(self, output)
  if line then
    answer.rejected, answer.class = line, class
  end
  self.answers[#self.answers + 1] = answer
  return answer
end

-- The end of a command that did not end well: where, and what came of it until then.
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
  return nil, located(self.device, explained), kind
end

local function refusal(self, answer)
  self.phase = "command"
  local words = "command %q was rejected: %s"
  local message = words:format(answer.command, answer.rejected)
  return nil, located(self.device, message), "rejected"
end

local function may_go_ahead(self, command)
  if self.is_careful or not platforms.is_read_only(self.platform, command) then
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
  local ok, message, kind = self:ready()
  if not ok then
    return nil, located(self.device, message), kind
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
  local ok, message, kind = self:ready()
  if not ok then
    return nil, located(self.device, message), kind
  end
  local started = task.now()
  local deadline = started + timeout
  ok, message, kind = self.dialogue:send(command)
  if ok then
    ok, message, kind = self.dialogue:await_rest(deadline, command)
  end
  local mark = self.dialogue:new_mark()
  if ok then
    ok, message, kind = self.dialogue:send(mark)
  end
  if ok then
    ok, message, kind = self.dialogue:await_mark(mark, deadline)
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

local function check_command(command, level)
  if type(command) ~= "string" or command:find "[\r\n]" then
    error("a command must be a string of one line", level + 1)
  end
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
    check_command(command, 2)
  end
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
      local _, message, kind = refusal(self, answer)
      return nil, message, kind, answers
    end
  end
  return answers
end

--- Run one command.
-- @string command
-- @tparam[opt] table options `timeout` (seconds)
-- @treturn[1] string its output, without echo and prompt
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: timeout, dropped, limit, question, rejected, closed, channel
function Session:send_command(command, options)
  check_command(command, 2)
  local answers, message, kind = self:send_commands({ command }, options)
  if not answers then
    return nil, message, kind
  end
  return answers[1].output
end

--- The prompt that the device shows now.
-- @treturn[1] string
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind
function Session:find_prompt()
  local ok, message, kind = self:ready()
  if not ok then
    return nil, message, kind
  end
  local mark = self.dialogue:new_mark()
  ok, message, kind = self.dialogue:send(mark)
  if ok then
    ok, message, kind = self.dialogue:await_mark(mark, task.now() + self.timeout)
  end
  if not ok then
    return self:_failed("(prompt)", message, kind)
  end
  return self.dialogue.prompt
end

--- Go to privileged mode, with the device's `secret` when it asks for a password.
-- @treturn[1] boolean true; also when it was there already
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: auth, timeout, dropped
function Session:enable()
  local ok, message, kind = self:ready()
  if ok then
    local timeout = self.timeout
    ok, message, kind = privilege.enter(self.dialogue, "priv", self.device, timeout)
  end
  if not ok then
    self.phase = "enable"
    return nil, located(self.device, message), kind
  end
  return true
end

--- Which mode the device is in: "exec", "priv", "config", …
-- @treturn string|nil
function Session:mode()
  return self.dialogue.mode
end

--- How long each phase of the login took.
-- @treturn table seconds by phase
function Session:phases()
  return self.client:phases()
end

--- Log out. Harmless when it was called before. A host key that was accepted as new is
-- written to its known_hosts file now.
-- @treturn[1] boolean true
-- @return[2] nil: the key could not be written
-- @treturn[2] string message
-- @treturn[2] string kind: local, hostkey
function Session:disconnect()
  if self.shell then
    self.shell:close()
  end
  self.client:close()
  return transport.save_new_keys()
end
Session.close = Session.disconnect
Session.__close = Session.disconnect

session.Session = Session

return session
