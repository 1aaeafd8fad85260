--- Telnet as a transport. Nothing of it is secret and nobody is who he says: whoever
-- uses it is told so.
-- @module moonwire.transport.telnet
local client = require "moonwire.transport.client"
local line = require "host.line"
local log = require "moonwire.log"
local ssh = require "moonwire.transport.ssh"
local terminal = require "moonwire.transport.terminal"

local telnet = {}

local PORT = 23

local function warn(device)
  local text = "%s: telnet is clear text: everybody on the way reads the password, and"
    .. " can be the device"
  log.once(text:format(device.name or device.host), "telnet")
end

-- The proxy command of ssh_config carries whatever is put into it. Its end is the end
-- of the way, where the device has not said a word.
local function by_command(text, wanted)
  wanted.command = { "/bin/sh", "-c", "exec " .. text }
  wanted.environment = terminal.environment(wanted.term)
  wanted.telnet = true
  return line.spawn(wanted)
end

local function dial(device, way, timeout)
  if way.client then
    return way.client:through(device.host, device.port)
  end
  return line.dial(device.host, device.port, timeout)
end

-- A shell on the way, and the phase in which that ends.
local function open_shell(device, options, way, timeout)
  local wanted = terminal.options(device, options)
  if way.command then
    local shell, message, kind = by_command(way.command, wanted)
    return shell, "jump", message, kind
  end
  local phase = way.client and "jump" or "connect"
  local socket, message, kind = dial(device, way, timeout)
  local shell
  if socket then
    shell, message, kind = line.telnet(socket, wanted)
  end
  return shell, phase, message, kind
end

local function log_in(device, options, way)
  local place = ("%s:%d"):format(device.host, device.port)
  local lap, phases = client.stopwatch()
  local timeout = terminal.timeouts(device, options)
  local shell, phase, message, kind = open_shell(device, options, way, timeout)
  if not shell then
    local _, text, _, detail = terminal.fail(place, phase, phases, message, kind)
    detail.root = kind == "jump" and message or nil
    return nil, text, kind, detail
  end
  lap(phase)
  phase = "auth"
  local opened
  opened, message, kind = terminal.log_in(shell, device, options, {
    by = "telnet",
    phases = phases,
    explain = function(said, why)
      if way.command and why == "dropped" and shell:text() == "" then
        phase, why = "jump", "jump"
      end
      return said, why
    end,
  })
  if not opened then
    return terminal.fail(place, phase, phases, message, kind)
  end
  lap "auth"
  return opened
end

--- Connect and log in.
-- @tparam table device `host`, `port` (23), `username`, `password`; `jump` and
-- `proxy_command`, as over SSH: the clear text begins behind the last jump host
-- @tparam table options as for `session.open`
-- @treturn[1] Client
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: resolve, refused, unreachable, timeout, auth, dropped,
-- protocol, local; jump, invalid
-- @treturn[2] table detail: `phase`, `phases`; of kind jump also `root`
function telnet.connect(device, options)
  warn(device)
  if not device.port then
    device = setmetatable({ port = PORT }, { __index = device })
  end
  return ssh.go(device, options, function(way)
    return log_in(device, options, way)
  end)
end

return telnet
