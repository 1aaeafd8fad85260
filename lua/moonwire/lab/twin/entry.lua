--- Lines of configuration, as a twin takes them: those that the platform's dialect
-- knows and those that begin with a well-known word, each in its section.
-- @module moonwire.lab.twin.entry
local dialect = require "moonwire.lab.twin.dialect"
local state = require "moonwire.lab.twin.state"

local entry = {}

-- first words of lines that any configuration takes
local WORDS = {
  "ntp", "set", "no", "delete", "undo", "hostname", "interface", "vlan", "ip",
  "description", "logging", "router", "shutdown", "switchport", "sysname", "mtu",
  "speed", "network", "neighbor", "name", "snmp-server", "archive", "/configure",
}

local function takes_line(platform, line)
  local first = line:match "%S+"
  if dialect.name_in(platform, line) then
    return true
  end
  for _, word in ipairs(WORDS) do
    if first == word then
      return true
    end
  end
  for _, secret in ipairs(platform.secrets or {}) do
    if secret:match "%S+" == first then
      return true
    end
  end
  return false
end

-- first words of lines that end a section by standing in it
local GLOBAL = { hostname = true, sysname = true, ntp = true, logging = true }

local function is_of_section(line)
  return not GLOBAL[line:gsub("^no ", ""):gsub("^undo ", ""):match "%S+"]
end

--- Take a line of configuration.
-- @tparam Vty session
-- @string line
-- @treturn boolean false when it is none
function entry.take(session, line)
  if session.mode ~= session.enter or not takes_line(session.platform, line) then
    return false
  end
  local self = dialect.of(session.platform)
  if dialect.opens(self, line) then
    session.section = line
  elseif session.section and not is_of_section(line) then
    session.section = nil
  end
  local now = state.of(session.device)
  local section = line ~= session.section and session.section or nil
  now:add(session, line, section)
  return true
end

return entry
