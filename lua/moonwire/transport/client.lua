--- A connection that is one shell and nothing more, with the methods of one over SSH:
-- for telnet, for commands, for the system's ssh.
-- @module moonwire.transport.client
local host = require "host.task"

local Client = { __name = "moonwire.Client" }
Client.__index = Client

local client = { Client = Client }

--- A connection whose shell is open and logged in.
-- @tparam shell shell
-- @tparam table facts `by` ("telnet", …), `phases` (seconds by phase), `server`,
-- `host_key`
-- @treturn Client
function client.new(shell, facts)
  return setmetatable({ inner = shell, facts = facts }, Client)
end

--- The phases of a login as they go by.
-- @treturn function called with a phase's name when that one has ended
-- @treturn table seconds by phase
function client.stopwatch()
  local phases, since = {}, host.now()
  return function(phase)
    local now = host.now()
    phases[phase], since = now - since, now
  end, phases
end

local Guard = {
  __close = function(self)
    if not self.is_in then
      self.client:close()
    end
  end,
}

--- Close it at the end of this block, also when the task is cancelled, unless its login
-- has come to a good end.
-- @treturn table to be closed; set its `is_in`
function Client:guard()
  return setmetatable({ client = self }, Guard)
end

--- The shell: its terminal is as it was asked for when the connection was made.
-- @treturn[1] shell
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: channel, closed
function Client:shell()
  if not self.inner then
    return nil, "the connection is closed", "closed"
  elseif self.is_taken then
    return nil, ("%s is one shell and no more"):format(self.facts.by), "channel"
  end
  self.is_taken = true
  return self.inner
end

local function refuse(what)
  return function(self)
    local message = "%s has no channel for %s: there is only the shell"
    return nil, message:format(self.facts.by, what), "channel"
  end
end

--- There is none.
-- @function Client:exec
-- @return nil
-- @treturn string message
-- @treturn string kind: channel
Client.exec = refuse "a command"

--- There is none.
-- @function Client:pipe
-- @return nil
-- @treturn string message
-- @treturn string kind: channel
Client.pipe = refuse "a program"

--- What is known of the other side.
-- @treturn table `server` and `host_key`, where there is such a thing
function Client:info()
  return { server = self.facts.server or "", host_key = self.facts.host_key }
end

--- How long each phase of the login took.
-- @treturn table seconds by phase
function Client:phases()
  return self.facts.phases
end

--- Whether it was not closed by us.
function Client:is_open()
  return self.inner ~= nil
end

--- How many connections go through this one.
-- @treturn int
function Client:load() -- luacheck: ignore 212
  return 0
end

--- Close it. Harmless when it was closed before.
function Client:close()
  local shell = self.inner
  self.inner = nil
  if shell then
    shell:close()
  end
end
Client.__close = Client.close
Client.__gc = Client.close

return client
