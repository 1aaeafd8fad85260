--- Any command as a line to a device: a serial port, a console server, a container. Its
-- words are never read by a shell.
-- @module moonwire.transport.command
local client = require "moonwire.transport.client"
local line = require "host.line"
local login = require "moonwire.transport.login"
local terminal = require "moonwire.transport.terminal"

local command = {}

local function put_in(word, values)
  local complaint
  local text = word:gsub("%%(.)", function(token)
    local value = values[token]
    if value and value:find "^%-" then
      complaint = ("%q would be an option of the command"):format(value)
    end
    return value
  end)
  if complaint then
    return nil, complaint
  end
  return text
end

--- The words of a device's command, with `%h` (host), `%p` (port), `%r` (user) and `%%`
-- put in.
-- @tparam table device `command`
-- @treturn[1] {string,...}
-- @return[2] nil
-- @treturn[2] string message
function command.words(device)
  if type(device.command) ~= "table" or not device.command[1] then
    return nil, 'transport = "command" wants command = { "program", "argument", … }'
  end
  local values = {
    ["%"] = "%",
    h = device.host,
    p = tostring(device.port or 22),
    r = device.username or "",
  }
  local words = {}
  for i, word in ipairs(device.command) do
    local text, message = put_in(tostring(word), values)
    if not text then
      return nil, message
    end
    words[i] = text
  end
  return words
end

--- Run the command and log in on its terminal, if that asks for it.
-- @tparam table device `command` (list of words), `pty` (true: it wants a terminal),
-- `username`, `password`
-- @tparam table options as for `session.open`
-- @treturn[1] Client
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: invalid, local, auth, timeout, dropped
-- @treturn[2] table detail: `phase`, `phases`
function command.connect(device, options)
  local place = device.name or device.host
  local lap, phases = client.stopwatch()
  local words, message = command.words(device)
  if not words then
    return terminal.fail(place, "start", phases, message, "invalid")
  end
  local wanted = terminal.options(device, options)
  wanted.command, wanted.pty = words, device.pty
  wanted.environment = terminal.environment(wanted.term)
  local shell, kind
  shell, message, kind = line.spawn(wanted)
  if not shell then
    message = ("%s: %s"):format(words[1], message)
    return terminal.fail(place, "connect", phases, message, kind)
  end
  lap "connect"
  local opened = client.new(shell, { by = words[1], phases = phases })
  local guard <close> = opened:guard()
  local _, login_timeout = terminal.timeouts(device, options)
  local ok
  ok, message, kind = login.run(shell, device, {
    timeout = login_timeout,
    newline = terminal.newline(device),
    platform = terminal.platform_of(device),
    may_wake = true,
  })
  guard.is_in = ok
  if not ok then
    return terminal.fail(place, "auth", phases, message, kind)
  end
  lap "auth"
  return opened
end

return command
