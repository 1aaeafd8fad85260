--- Telnet as a transport. Nothing of it is secret and nobody is who he says: whoever
-- uses it is told so.
-- @module moonwire.transport.telnet
local client = require "moonwire.transport.client"
local line = require "host.line"
local log = require "moonwire.log"
local login = require "moonwire.transport.login"
local terminal = require "moonwire.transport.terminal"

local telnet = {}

local PORT = 23

local function warn(device)
  local text = "%s: telnet is clear text: everybody on the way reads the password, and"
    .. " can be the device"
  log.once(text:format(device.name or device.host), "telnet")
end

--- Connect and log in.
-- @tparam table device `host`, `port` (23), `username`, `password`
-- @tparam table options as for `session.open`
-- @treturn[1] Client
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: resolve, refused, unreachable, timeout, auth, dropped,
-- protocol, local
-- @treturn[2] table detail: `phase`, `phases`
function telnet.connect(device, options)
  local port = device.port or PORT
  local place = ("%s:%d"):format(device.host, port)
  local lap, phases = client.stopwatch()
  local connect_timeout, login_timeout = terminal.timeouts(device, options)
  warn(device)
  local socket, message, kind = line.dial(device.host, port, connect_timeout)
  if not socket then
    return terminal.fail(place, "connect", phases, message, kind)
  end
  lap "connect"
  local shell
  shell, message, kind = line.telnet(socket, terminal.options(device, options))
  if not shell then
    return terminal.fail(place, "shell", phases, message, kind)
  end
  local opened = client.new(shell, { by = "telnet", phases = phases })
  local guard <close> = opened:guard()
  local ok
  ok, message, kind = login.run(shell, device, {
    timeout = login_timeout,
    newline = terminal.newline(device),
    platform = terminal.platform_of(device),
  })
  guard.is_in = ok
  if not ok then
    return terminal.fail(place, "auth", phases, message, kind)
  end
  lap "auth"
  return opened
end

return telnet
