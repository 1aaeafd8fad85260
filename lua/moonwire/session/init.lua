--- A logged-in session with one device: commands in, answers out.
-- A session lives inside one task. Its method names are those that Netmiko's users have
-- in their fingers.
-- @module moonwire.session
local Session = require "moonwire.session.class"
local platforms = require "moonwire.platform"
local recording = require "moonwire.session.recording"
local jump = require "moonwire.transport.jump"
local resolve = require "moonwire.transport.resolve"
local transport = require "moonwire.transport"
local via = require "moonwire.transport.via"

-- each brings verbs to the class
require "moonwire.session.login"
require "moonwire.session.settle"
require "moonwire.session.recover"
require "moonwire.session.borrow"
require "moonwire.session.command"
require "moonwire.session.output"
require "moonwire.session.question"
require "moonwire.session.stream"
require "moonwire.session.modes"
require "moonwire.session.action"
require "moonwire.session.keep"
require "moonwire.session.config"
require "moonwire.session.change"
require "moonwire.session.file"
require "moonwire.session.help"

local session = { Session = Session }

-- stands in until the device is known
local UNKNOWN = {
  name = "autodetect",
  is_unknown = true,
  link = { newline = "\n", term = "vt100", width = 511, height = 1000 },
}

local function platform_of(device)
  if device.device_type == "autodetect" then
    return UNKNOWN
  end
  return platforms.get(device.device_type or "cisco_ios")
end

-- the device as it is logged in to: some platforms want options behind the name
local function login_of(platform, device)
  local name = platforms.login_name(platform, device.username)
  if name == device.username then
    return device
  end
  return setmetatable({ username = name }, { __index = device })
end

-- One that was borrowed is a terminal and no more, and has asked no ssh_config.
local function connect_beside_loan(self)
  local client
  local device, message, kind = resolve.device(self.device)
  if device then
    client, message, kind =
      transport.connect(login_of(self.platform, device), self.options)
  end
  if not client then
    local words = "a borrowed session is a terminal only, and this needs a login"
    return nil, ("%s: %s"):format(words, message), kind
  end
  return client
end

--- One more connection to the same device, for what needs its own.
-- @local here
function Session:_connect_again()
  if self.client.is_loan then
    return connect_beside_loan(self)
  end
  return transport.connect(login_of(self.platform, self.device), self.options)
end

local function located(device, message)
  return ("%s: %s"):format(device.name or device.host, message)
end

local function log_in(device, platform, options)
  local client, message, kind, detail =
    transport.connect(login_of(platform, device), options)
  if not client then
    return nil, message, kind, detail
  end
  local self = Session.new(device, platform, client, options)
  local ok, phase
  ok, message, kind, phase = self:_log_in(options)
  if ok then
    return self
  end
  local phases = client:phases()
  local root = kind == "jump" and jump.root(client) or nil
  self.failure, self.failure_kind = message, kind
  self:disconnect()
  return nil, message, kind, { phase = phase, phases = phases, root = root }
end

-- What is said is noted on a tape, from the first byte on; it may not even get so far.
local function log_in_recorded(device, platform, options, recorded)
  local broken_off <close> = recorded -- luacheck: ignore 211
  options = setmetatable(
    { tape = recorded.tape, recording = recorded }, { __index = options })
  local self, message, kind, detail = log_in(device, platform, options)
  if not self and detail then
    detail.recording = recorded:finish(message, kind)
  end
  return self, message, kind, detail
end

local function open_here(device, options)
  local resolved, message, kind = resolve.device(device)
  if not resolved then
    return nil, located(device, message), kind, { phase = "start" }
  end
  device = resolved
  local platform
  platform, message, kind = platform_of(device)
  if not platform then
    return nil, located(device, message), kind, { phase = "start" }
  end
  local recorded, self, detail
  recorded, message, kind = recording.open(device, platform, options)
  if recorded then
    self, message, kind, detail = log_in_recorded(device, platform, options, recorded)
  elseif kind then
    detail = { phase = "start" }
  else
    self, message, kind, detail = log_in(device, platform, options)
  end
  if not self then
    return nil, located(device, message), kind, detail
  end
  return self
end

-- Why none is lent although the device itself has not even been tried.
local UNTRIED = { busy = true, dropped = true, ["local"] = true, timeout = true }

local function is_for_here(kind, detail, options)
  return kind == "unknown" or options.may_log_in and not detail and UNTRIED[kind]
end

--- Log in to a device and prepare its terminal.
-- @tparam table device `host`, `username`, `device_type` (a platform's name, or
-- "autodetect"); optional: `port`, `password` (secret or string), `secret` (for
-- enable), `key_file`, `host_key`, `known_hosts`, `ssh_config_file`, …
-- @tparam[opt] table options `host_key_policy` ("strict": the default; "accept-new":
-- trust and keep the key of a device that has none on record yet), `lazy` (return once
-- the shell is asked for; the first verb waits for it), `timeout` (30 seconds for a
-- command), `timeouts` (seconds by phase), `limit` (64 MiB: how much text one answer
-- may have), `reconnect` (true: a device that has hung up between two commands is
-- logged in to once more for what only reads), `keepalive` (seconds of silence until
-- the device is asked by SSH for a sign of life; the device's, when left out), `record`
-- (a folder: all that is said goes into a file there, without the secrets), `recorder`
-- (a folder where a session that fails leaves what was said last; false: nowhere),
-- `via` (the socket of a `moonwire serve --warm` that keeps it logged in;
-- $MOONWIRE_VIA, when left out; false: none; `via` of a device that is false counts
-- more), `may_log_in` (true: where none can be lent at once, log in from here), `fresh`
-- (true: not one that has waited there, but a login)
-- @treturn[1] Session
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: resolve, refused, unreachable, timeout, dropped, protocol,
-- algorithm, hostkey, auth, jump, channel, local, question, unknown (not detected),
-- busy (it is lent to others)
-- @treturn[2] table detail: `phase`, `phases`, `recording` (a file, where one was
-- left); of kind jump also `root`
function session.open(device, options)
  options = options or {}
  local path = device.via ~= false and via.path(options)
  if path then
    local self, message, kind, detail = Session.borrow(path, device, options)
    if self then
      return self
    elseif not is_for_here(kind, detail, options) then
      return nil, located(device, message), kind, detail or { phase = "start" }
    end
  end
  return open_here(device, options)
end

return session
