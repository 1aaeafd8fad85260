--- The terminal that a device is to be given, for transports that open it while they
-- connect.
-- @module moonwire.transport.terminal
local client = require "moonwire.transport.client"
local login = require "moonwire.transport.login"
local platforms = require "moonwire.platform"
local uv = require "luv"

local terminal = {}

local USUAL = { term = "vt100", width = 511, height = 1000, newline = "\n" }
local SHELL, LOGIN, CONNECT = 15, 30, 10 -- seconds

--- The platform of a device, where it is known.
-- @treturn Platform|nil
function terminal.platform_of(device)
  local name = device.device_type or "cisco_ios"
  return name ~= "autodetect" and platforms.get(name) or nil
end

--- Options for a shell.
-- @tparam table device
-- @tparam table options of `session.open`
-- @treturn table
function terminal.options(device, options)
  local platform = terminal.platform_of(device)
  local link = platform and platform.link or USUAL
  local timeouts = options.timeouts or {}
  return {
    term = link.term,
    width = link.width,
    height = link.height,
    limit = options.limit,
    timeout = timeouts.shell or SHELL,
    tape = options.tape,
  }
end

--- What a press of Enter is to a device.
-- @treturn string
function terminal.newline(device)
  local platform = terminal.platform_of(device)
  return (platform and platform.link or USUAL).newline
end

--- Seconds for the phases of a login.
-- @treturn number for the connection
-- @treturn number for the login
function terminal.timeouts(device, options)
  local timeouts = options.timeouts or {}
  return timeouts.connect or device.connect_timeout or CONNECT, timeouts.auth or LOGIN
end

--- The environment of a command.
-- @string term
-- @treturn {string,...} "NAME=value"
function terminal.environment(term)
  local list = {}
  for name, value in pairs(uv.os_environ()) do
    if name ~= "TERM" and name ~= "LC_ALL" and name ~= "SSH_ASKPASS_REQUIRE" then
      list[#list + 1] = name .. "=" .. value
    end
  end
  list[#list + 1] = "TERM=" .. term
  list[#list + 1] = "LC_ALL=C" -- its words are read here
  list[#list + 1] = "SSH_ASKPASS_REQUIRE=never"
  return list
end

--- Log in on a shell that was just opened.
-- @tparam shell shell which is closed when that fails
-- @tparam table device `username`, `password`
-- @tparam table options of `session.open`
-- @tparam table facts as for `client.new`; `may_wake` as for `login.run`; `explain`:
-- called before the shell is closed with the message and the kind of what went wrong;
-- gives those that are told
-- @treturn[1] Client
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind
function terminal.log_in(shell, device, options, facts)
  local opened = client.new(shell, facts)
  local guard <close> = opened:guard()
  local _, timeout = terminal.timeouts(device, options)
  local ok, message, kind = login.run(shell, device, {
    timeout = timeout,
    newline = terminal.newline(device),
    platform = terminal.platform_of(device),
    may_wake = facts.may_wake,
  })
  guard.is_in = ok
  if not ok then
    return nil, facts.explain(message, kind)
  end
  return opened
end

--- A failure, with where it is and the phase it is in.
-- @treturn nil
-- @treturn string message
-- @treturn string kind
-- @treturn table detail
function terminal.fail(place, phase, phases, message, kind)
  message = ("%s: %s"):format(place, message)
  return nil, message, kind, { phase = phase, phases = phases }
end

return terminal
