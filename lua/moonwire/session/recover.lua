--- Back to a session that can be used: behind a command that was broken off, and when
-- the device has hung up because nobody typed.
-- @module moonwire.session
local Session = require "moonwire.session.class"
local check = require "moonwire.session.check"
local platforms = require "moonwire.platform"
local task = require "host.task"

local BREAK = 1 -- seconds for the device to obey a break key

-- A flood that was broken off may fill the limit some more times. What is sent right
-- behind a break key may be thrown away with the rest.
local function prove(self, deadline)
  local text, message, kind
  self.dialogue:await_rest(math.min(deadline, task.now() + BREAK))
  repeat
    text, message, kind = self.dialogue:prove(deadline)
    if kind == "limit" then
      self.shell:discard()
    end
  until kind ~= "limit" or task.now() >= deadline
  return text, message, kind
end

local function says_something(self, text)
  for line in text:gmatch "[^\n]+" do
    if line ~= "^C" and not self.dialogue:is_prompt(line) then
      return true
    end
  end
  return false
end

--- Come back from a command that was broken off. What the device has still said to it
-- is kept as an answer that is marked stale: it belongs to no other command.
-- @local here
function Session:_recover()
  local text, message, kind = prove(self, task.now() + self.timeout)
  local dialogue = self.dialogue
  text, dialogue.dropped = text and (dialogue.dropped or "") .. text, nil
  if not text then
    message = "the device does not come back to its prompt: " .. message
    return nil, message, kind
  elseif says_something(self, text) then
    self.answers[#self.answers + 1] =
      { command = self.broken or "", output = text, is_stale = true }
  end
  return true
end

local function is_for_config(platform, mode)
  for _, name in ipairs(platforms.config_modes(platform)) do
    if name == mode then
      return true
    end
  end
  return false
end

local function connect_again(self)
  self.shell:close()
  self.client:close()
  if self.client.is_loan then
    return self:_borrow_again()
  end
  local client, message, kind = self:_connect_again()
  if not client then
    return nil, message, kind
  end
  self.client, self.steps, self.has_answered = client, nil, nil
  return self:_log_in { timeouts = self.options.timeouts, limit = self.options.limit }
end

--- Whether a device has hung up before it took a command: between two commands it has
-- waited too long. A configuration that was begun is lost with the session, so in its
-- modes nobody may go on as if nothing had happened.
-- @local here
function Session:_has_hung_up(command, kind)
  if kind ~= "dropped" or not self.has_answered or self.options.reconnect == false then
    return false
  end
  local _, _, is_taken = self.dialogue:_strip(self.shell:text(), command)
  return not is_taken and not is_for_config(self.platform, self.dialogue.mode)
end

--- Log in once more, and go to the mode that the session was in.
-- @local here
function Session:_reconnect()
  local mode = self.dialogue.mode
  local ok, message, kind = connect_again(self)
  if ok and mode ~= self.dialogue.mode then
    ok, message, kind = self:_walk(mode)
  end
  if not ok then
    return nil, "the device had hung up; and then: " .. message, kind
  end
  self.reconnects = (self.reconnects or 0) + 1
  return true
end

local RESTART = 600 -- seconds
local RETRY = 2
local AWAY = { refused = true, unreachable = true, timeout = true, dropped = true }

-- It goes on talking for a while.
local function await_end(self, deadline)
  local event, message, kind
  repeat
    event, message, kind = self.shell:read(nil, math.max(0, deadline - task.now()))
  until not event
  if kind == "timeout" then
    return nil, "it has not hung up, and so not started again", "timeout"
  end
  return kind == "dropped", message, kind
end

--- Wait until a device that was told to start again has done so, and log in to it once
-- more: behind a `session:send_interactive("reload", …)` that ended with the kind
-- "dropped". Where a login is refused it is not tried twice.
-- @tparam[opt] table options `timeout` (600 seconds), `retry` (2 seconds between tries)
-- @treturn[1] int how many tries it took
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: timeout (it does not hang up, or does not come back), auth,
-- hostkey, or another one of `session.open`
function Session:await_restart(options)
  options = check.options(options, 2)
  local deadline = task.now() + (options.timeout or RESTART)
  local ok, message, kind = await_end(self, deadline)
  local tries = 0
  while ok do
    tries = tries + 1
    ok, message, kind = connect_again(self)
    if ok then
      return tries
    end
    ok = AWAY[kind] and task.now() < deadline
    task.sleep(ok and (options.retry or RETRY) or 0)
  end
  return self:_fail("restart", message, kind)
end

return Session
