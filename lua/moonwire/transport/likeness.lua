--- Which device a table means, in one string: where it is, on which way, who logs in
-- and how it is talked to. Two tables that differ in any of that are never taken for
-- one another. No secret is in it.
-- @module moonwire.transport.likeness
local ssh_config = require "moonwire.ssh_config"

local likeness = {}

local PORTS = { telnet = 23 }
local SSH = 22
local HOP = { "host", "port", "username", "proxy_command", "jump" }

local function text_of(value)
  if type(value) ~= "table" then
    return value ~= nil and ("%s:%s"):format(type(value), tostring(value)) or ""
  end
  local parts = {}
  for i, one in ipairs(value) do
    parts[i] = text_of(one)
  end
  for _, name in ipairs(value.host and HOP or {}) do
    parts[#parts + 1] = name .. "=" .. text_of(value[name])
  end
  return "{" .. table.concat(parts, "\1") .. "}"
end

--- The string.
-- @tparam table device as in an inventory, before ssh_config was asked
-- @bool[opt] any_type leave the platform out: it is to be found out
-- @treturn string
function likeness.of(device, any_type)
  local transport = device.transport or "ssh"
  return table.concat({
    device.host,
    ("%d"):format(device.port or PORTS[transport] or SSH),
    text_of(device.username),
    any_type and "" or device.device_type or "cisco_ios",
    transport,
    text_of(device.jump),
    text_of(device.proxy_command),
    text_of(device.command),
    text_of(device.ssh_config_file or ssh_config.default() or "none"),
  }, "\0")
end

return likeness
