--- The ways to a device's command line, behind one door. All give connections with the
-- same methods, so that a session does not know which one it has.
-- @module moonwire.transport
local command = require "moonwire.transport.command"
local jump = require "moonwire.transport.jump"
local ssh = require "moonwire.transport.ssh"
local telnet = require "moonwire.transport.telnet"

local transport = {}

local connect = {
  ssh = function(...) return ssh.connect(...) end,
  telnet = telnet.connect,
  command = command.connect,
}

--- Connect to a device and log in.
-- @tparam table device `transport`: "ssh" (our own: the default), "telnet", "command";
-- see the modules of these names
-- @tparam table options as for `session.open`
-- @treturn[1] client to be closed by `transport.disconnect`
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind
-- @treturn[2] table detail
function transport.connect(device, options)
  local way = connect[device.transport or "ssh"]
  if not way then
    local message = "%s: there is no transport %q"
    return nil, message:format(device.host, tostring(device.transport)), "invalid",
      { phase = "start", phases = {} }
  end
  return way(device, options)
end

--- Close a connection. A jump host that nobody needs any more is left, too.
-- @param client
function transport.disconnect(client)
  client:close()
  jump.left(client)
end

--- See `moonwire.transport.ssh`.
-- @function transport.save_new_keys
transport.save_new_keys = ssh.save_new_keys

return transport
