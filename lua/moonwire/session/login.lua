--- From a connection to a device that waits for its first command.
-- @module moonwire.session
local Session = require "moonwire.session.class"
local cli = require "moonwire.session.cli"
local detect = require "moonwire.session.detect"
local dialogue = require "moonwire.session.dialogue"
local exchange = require "moonwire.session.exchange"
local platforms = require "moonwire.platform"
local task = require "host.task"

local SHELL_TIMEOUT = 15 -- seconds
local REST = 0.5 -- seconds without a byte

local function open_shell(self, options)
  local link = self.platform.link
  local shell, message, kind = self.client:shell {
    term = link.term,
    width = link.width,
    height = link.height,
    timeout = options.timeouts and options.timeouts.shell or SHELL_TIMEOUT,
    lazy = options.lazy and self.platform.type_ahead or false,
    limit = options.limit,
    tape = options.tape,
  }
  self.shell = shell
  return shell, message, kind
end

local function find_platform(self)
  local server = self.client:info().server or ""
  local deadline = task.now() + self.timeout
  local found, message, kind = detect.run(self.shell, server, deadline)
  self.asked = found and kind
  if not found then
    return nil, "autodetection: " .. message, kind
  end
  self.platform, self.is_at_prompt = found, message
  if self.recording then
    self.recording:know(found)
  end
  return true
end

--- A dialogue over the shell, once the platform is known.
-- @local here
function Session:_open_dialogue()
  self.dialogue = dialogue.new(self.shell, self.platform)
  self.dialogue.phase = "prompt"
  self.dialogue.device = self.device
  self.cli = cli.new(self)
end

-- The preparation cannot ask anything, so it is typed before the first prompt is there:
-- on many servers that saves a round trip.
local function type_preparation(self)
  self.ready_mark = self.dialogue:new_mark()
  local lines = table.move(self.platform.prep, 1, #self.platform.prep, 1, {})
  lines[#lines + 1] = self.ready_mark
  return self.dialogue:send(table.unpack(lines))
end

local function has_hook(self, name)
  local hooks = self.platform.hooks
  return hooks ~= nil and hooks[name] ~= nil
end

-- Wait until it rests for the first time. A prompt or a question is left for later.
local function get_past_menu(self)
  local before
  repeat
    before = self.shell:length()
    local event, message, kind = self.shell:read(nil, REST)
    if not event and kind ~= "timeout" then
      return nil, message, kind
    elseif event then
      self.dialogue.unread = { event, message }
      return true
    end
  until self.shell:length() == before
  return self.cli:hook "open"
end

local function await_first_prompt(self, deadline)
  if has_hook(self, "open") then
    local ok, message, kind = get_past_menu(self)
    if not ok then
      return nil, message, kind
    end
  end
  local reply = exchange.by_rule(self.device, "login")
  local event, line, rule
  repeat
    event, line, rule = self.dialogue:await_rest(deadline, nil, self.platform.login)
    if event == "question" then
      local ok, message, kind = exchange.answer(self.dialogue, reply, rule, line)
      if not ok then
        return nil, message, kind
      end
    end
  until event ~= "question"
  return event, line, rule
end

local function take_steps(self)
  local ok, message, kind = self.dialogue:prove(task.now() + self.timeout)
  if kind == "unechoed" then
    self.dialogue:do_without_echo()
    ok, message, kind = self.dialogue:prove(task.now() + self.timeout)
  end
  if ok then
    ok, message, kind = self.cli:hook "arrive"
  end
  if ok then
    local steps = self.platform.preparation
    self.steps = table.move(steps, 1, #steps, 1, {})
    ok, message, kind = self:_settle()
  end
  return ok, message, kind
end

local function is_simple(self)
  local platform = self.platform
  if has_hook(self, "open") or has_hook(self, "arrive") then
    return false
  end
  for _, step in ipairs(platform.preparation) do
    if step.mode or #step.ask > 0 then
      return false
    end
  end
  return true
end

-- Keep what the device refused, whatever the length of the banner before it.
local function note_refusals(self, text)
  local refused
  if not platforms.may_reject(self.platform, text) then
    return false
  end
  for line in text:gmatch "[^\n]+" do
    if self:_rejection_in(line) then
      refused = refused or {}
      refused[#refused + 1] = line
    end
  end
  self.refused = refused
  return refused ~= nil
end

-- A device that does not echo is prepared step by step.
local function start_without_echo(self)
  self.dialogue:do_without_echo()
  local ok, message, kind = take_steps(self)
  return ok and "" or nil, message, kind
end

local function await_preparation(self)
  local deadline = task.now() + self.timeout
  local reply = exchange.by_rule(self.device, "login")
  local text, message, kind
  repeat
    local mark = self.ready_mark
    self.ready_mark = nil
    text, message, kind = self.dialogue:await_mark(mark, deadline)
    if kind == "login" then -- the question has swallowed what was typed ahead
      local ok, why, what = exchange.answer(self.dialogue, reply, message, "")
      if not ok then
        return nil, why, what
      end
      type_preparation(self)
    end
  until kind ~= "login"
  if kind == "unechoed" then
    text, message, kind = start_without_echo(self)
  end
  if not text then
    self.phase = "prompt"
    return nil, self.dialogue:explain("login", message), kind
  end
  -- where paging stays on, a pager would take what is typed ahead for its keys
  self.is_careful = note_refusals(self, text)
  return true
end

--- Wait until the device has taken the preparation and shown its prompt. The first verb
-- does it by itself.
-- @treturn[1] boolean true
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: closed, timeout, dropped, limit, question, channel
function Session:ready()
  if self.is_closed then
    return nil, "the session is closed", "closed"
  elseif self.ready_mark then
    return await_preparation(self)
  elseif self.is_in_config then
    return self:_mend()
  elseif self.dialogue.is_torn then
    return self:_recover()
  end
  return true
end

--- A verb begins: the phase is told in messages, and the login has ended.
-- @local here
function Session:_begin(phase)
  local ok, message, kind = self:ready()
  if self.dialogue then
    self.dialogue.phase, self.dialogue.pages = phase, nil
  end
  return ok, message, kind
end

--- The preparation once more, where it is typed in one go.
-- @local here
function Session:_prepare_again()
  if not (self.dialogue.has_marks and is_simple(self)) then
    return true
  end
  local ok, message, kind = type_preparation(self)
  if ok then
    ok, message, kind = await_preparation(self)
  end
  return ok, message, kind
end

local function prepare(self, options)
  local ok, message, kind = true, nil, nil
  local can_type = self.dialogue.has_marks and is_simple(self)
  if not self.is_at_prompt and not (can_type and self.platform.type_ahead) then
    ok, message, kind = await_first_prompt(self, task.now() + self.timeout)
  end
  if ok and can_type then
    ok, message, kind = type_preparation(self)
  elseif ok then
    ok, message, kind = take_steps(self)
  end
  if ok and not options.lazy then
    ok, message, kind = self:ready()
  end
  return ok, message, kind
end

--- Open the shell, find out what it is of if that is not known, prepare the terminal.
-- @local here
function Session:_log_in(options)
  local ok, message, kind = open_shell(self, options)
  if not ok then
    return nil, message, kind, "shell"
  end
  local is_unknown = self.platform.is_unknown
  if is_unknown then
    ok, message, kind = find_platform(self)
  end
  if ok then
    self:_open_dialogue()
    ok, message, kind = prepare(self, options)
  end
  self.has_arrived = ok
  if not ok then
    return nil, message, kind, is_unknown and not self.dialogue and "detect" or "prompt"
  end
  return self
end

return Session
