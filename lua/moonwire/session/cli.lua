--- What a session hands to the functions of a platform, for quirks that are code.
-- @module moonwire.session.cli
local ending = require "moonwire.parse.ending"
local exchange = require "moonwire.session.exchange"
local task = require "host.task"

local cli = {}

local Cli = { __name = "moonwire.Cli" }
Cli.__index = Cli

--- A handle for the platform's functions; one for each session.
-- @tparam Session session
-- @treturn Cli `device`, and `kept`: a table of this session
function cli.new(session)
  return setmetatable({ session = session, device = session.device, kept = {} }, Cli)
end

--- The unfinished line that the device shows.
-- @treturn string
function Cli:tail()
  return ending.line(self.session.shell:text())
end

--- Run a command to its proved end.
-- @string command
-- @treturn[1] string its output
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind
function Cli:run(command)
  local session = self.session
  local text, message, kind = exchange.run(session.dialogue, command, {
    deadline = task.now() + (self.timeout or session.timeout),
    rules = {},
    reply = exchange.by_rule(session.device, command),
  })
  if not text then
    return nil, message, kind
  end
  return (session.dialogue:output_of(text, command))
end

--- Send bytes as they are.
-- @string bytes
-- @treturn[1] boolean true
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind
function Cli:press(bytes)
  return self.session.shell:write(bytes)
end

--- Call a function of the platform, where it has one of this name.
-- @string name "open", "arrive" or "leave"
-- @treturn[1] boolean true
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind
function Cli:hook(name)
  local hooks = self.session.platform.hooks
  if not hooks or not hooks[name] then
    return true
  end
  return hooks[name](self)
end

return cli
