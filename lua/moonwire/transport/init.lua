--- The ways to a device's command line, behind one door. All give connections with the
-- same methods, so that a session does not know which one it has.
-- @module moonwire.transport
local command = require "moonwire.transport.command"
local jump = require "moonwire.transport.jump"
local log = require "moonwire.log"
local openssh = require "moonwire.transport.openssh"
local set = require "moonwire.set"
local ssh = require "moonwire.transport.ssh"
local telnet = require "moonwire.transport.telnet"

local transport = {}

-- Somebody has asked for an algorithm that the device offers and only OpenSSH has.
local function is_asked_for(detail)
  for kind, offered in pairs(detail.lacking or {}) do
    local asked = set.of(detail.asked and detail.asked[kind] or {})
    for _, name in ipairs(offered) do
      if asked[name] then
        return name
      end
    end
  end
end

-- What libssh lacks, where that is what a login failed at; the device, as ssh is told
-- of it.
local function why_openssh(device, kind, detail)
  if detail.needs_certificate then
    local asked = { wants_certificate = true }
    return "libssh cannot check host certificates",
      setmetatable(asked, { __index = device })
  end
  local wanted = kind == "algorithm" and detail.needs_openssh and is_asked_for(detail)
  return wanted and "libssh has no " .. wanted, device
end

local function by_ssh(device, options)
  local client, message, kind, detail = ssh.connect(device, options)
  if client then
    return client
  end
  local why, asked = why_openssh(device, kind, detail)
  if not why then
    return nil, message, kind, detail
  end
  local text = "%s: %s: reached by the system's ssh instead"
  log.once(text:format(device.name or device.host, why))
  return openssh.connect(asked, options)
end

local connect = {
  ssh = by_ssh,
  openssh = openssh.connect,
  telnet = telnet.connect,
  command = command.connect,
}

--- Connect to a device and log in.
-- @tparam table device `transport`: "ssh" (our own: the default; the system's, where
-- an algorithm was asked for that only that one has, or an authority is known for its
-- host key), "openssh", "telnet", "command";
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
