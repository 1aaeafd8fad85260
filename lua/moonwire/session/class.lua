--- What a session is: its state, its end, and the words of its failures. The verbs come
-- to it in the other files of this folder.
-- @module moonwire.session
local log = require "moonwire.log"
local platforms = require "moonwire.platform"
local transport = require "moonwire.transport"

local Session = { __name = "moonwire.Session" }
Session.__index = Session

local COMMAND_TIMEOUT = 30 -- seconds for one command, as long as its device works
local LEAVE = 5 -- seconds for a command before the logout
local REJECTION = 6 -- lines: a rejection is short, a long listing may quote one

--- A session over a connection, before its shell is open.
-- @local here
function Session.new(device, platform, client, options)
  return setmetatable({
    device = device,
    platform = platform,
    client = client,
    options = options,
    recording = options.recording,
    timeout = options.timeout or device.timeout or COMMAND_TIMEOUT,
    answers = {},
  }, Session)
end

--- A message with the name of the device before it.
-- @local here
function Session:_located(message)
  return ("%s: %s"):format(self.device.name or self.device.host, message)
end

local function is_short(output)
  local at = 0
  for _ = 1, REJECTION do
    at = output:find("\n", at + 1, true)
    if not at then
      return true
    end
  end
  return false
end

--- The line by which the device rejects something, and its class.
-- @local here
function Session:_rejection_in(output)
  if not is_short(output) or not platforms.may_reject(self.platform, output) then
    return nil
  end
  for line in output:gmatch "[^\n]+" do
    for _, rule in ipairs(self.platform.errors or {}) do
      if line:find(rule[1]) then
        return line, rule.class
      end
    end
  end
end

--- The end of a verb that did not end well: the phase is kept, the device is named.
-- @local here
function Session:_fail(phase, message, kind)
  self.phase, self.failure, self.failure_kind = phase, message, kind
  return nil, self:_located(message), kind
end

--- What was recorded becomes a file, if it failed or all was to be recorded.
-- @local here
-- @treturn string|nil its path
function Session:_end_recording()
  local recorded = self.recording
  local path, message = nil, nil
  if recorded then
    path, message = recorded:finish(self.failure, self.failure_kind)
  end
  if message then
    log.once(self:_located(message))
  end
  return path
end

--- A verb begins that a recording of the session shall tell of.
-- @local here
function Session:_note(verb, lines)
  if self.recording then
    self.recording:note(verb, lines)
  end
end

--- Which mode the device is in: "exec", "priv", "config", …
-- @treturn string|nil
function Session:mode()
  return self.dialogue.mode
end

--- The platform of the device, also when it was detected.
-- @treturn string its name, such as "cisco_ios"
function Session:device_type()
  return self.platform.name
end

--- What was asked to find out the platform; each command has cost a round trip.
-- @treturn {string,...} commands; empty where it was known, or told by its SSH server
function Session:detection()
  return self.asked or {}
end

--- What the device refused of the preparation of its terminal: then its pager may be on
-- or its lines are cut, and it is talked to with more care.
-- @treturn {string,...} its own words; empty when it took all of it
function Session:refusals()
  return table.move(self.refused or {}, 1, #(self.refused or {}), 1, {})
end

--- How long each phase of the login took.
-- @treturn table seconds by phase
function Session:phases()
  return self.kept_phases or self.client:phases()
end

-- What the platform puts back before it is left. It may wait, which a cancelled task
-- cannot: then the connection is closed as it is.
local function leave(self)
  local hooks, paging = self.platform.hooks, self.platform.paging
  if not self.has_arrived then
    return
  elseif hooks and hooks.leave then
    self.cli.timeout = LEAVE
    pcall(hooks.leave, self.cli)
  elseif paging and paging.restore then
    self.timeout = LEAVE
    pcall(self._act, self, "paging_on")
  end
end

--- Log out. Harmless when it was called before. A host key that was accepted as new is
-- written to its known_hosts file now.
-- @treturn[1] boolean true
-- @return[2] nil: the key could not be written
-- @treturn[2] string message
-- @treturn[2] string kind: local, hostkey
function Session:disconnect()
  if not self.is_closed then
    self.is_closed = true
    if self.client.is_loan then
      self:_give_back()
    else
      leave(self)
    end
  end
  if self.shell then
    self.shell:close()
  end
  transport.disconnect(self.client)
  self:_end_recording()
  return transport.save_new_keys()
end
Session.close = Session.disconnect

function Session:__close(err)
  self.is_broken_off = err ~= nil
  if err and not self.failure then
    self.failure, self.failure_kind = tostring(err), "error"
  end
  self:disconnect()
end

return Session
