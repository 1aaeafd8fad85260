--- Any command as a line to a device: a serial port, a console server, a container. Its
-- words are never read by a shell. Where the device has a jump host, that is where the
-- command runs, as with `ssh bastion telnet terminal-server 2003`.
-- @module moonwire.transport.command
local client = require "moonwire.transport.client"
local ending = require "moonwire.parse.ending"
local line = require "host.line"
local printable = require "moonwire.printable"
local ssh = require "moonwire.transport.ssh"
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

-- SSH sends one string; the shell that reads it at the jump host finds these words.
local function quoted(words)
  local list = {}
  for i, word in ipairs(words) do
    list[i] = "'" .. word:gsub("'", "'\\''") .. "'"
  end
  return table.concat(list, " ")
end

-- A terminal there is like the one that a command here would have: it passes all on.
local function spawn_there(words, device, wanted, way)
  wanted.command = "exec " .. quoted(words)
  wanted.bare = not device.pty
  if device.pty then
    wanted.command = "stty raw -echo && " .. wanted.command
  end
  return way.client:shell(wanted)
end

local function spawn_here(words, device, wanted)
  wanted.command, wanted.pty = words, device.pty
  wanted.environment = terminal.environment(wanted.term)
  return line.spawn(wanted)
end

-- What a command has said at its end, where there is no standard error of its own.
local function last_words(shell)
  local text = ending.trimmed(shell:text())
  return text ~= "" and printable(ending.line(text)) or nil
end

local NO_ROOM = "the jump host does not let it run (its sshd says so in MaxSessions)"

-- A shell, or why there is none.
local function start(device, options, way, words)
  local spawn = way.client and spawn_there or spawn_here
  local shell, message, kind = spawn(words, device, terminal.options(device, options),
    way)
  if kind == "channel" then
    message = NO_ROOM
  end
  return shell, message and ("%s: %s"):format(words[1], message), kind
end

local function log_in(device, options, way, words)
  local place = device.name or device.host
  local lap, phases = client.stopwatch()
  local phase = way.client and "jump" or "connect"
  local shell, message, kind = start(device, options, way, words)
  if not shell then
    return terminal.fail(place, phase, phases, message, kind)
  end
  lap(phase)
  local opened
  opened, message, kind = terminal.log_in(shell, device, options, {
    by = words[1],
    phases = phases,
    may_wake = true,
    explain = function(said, why)
      local last = why == "dropped" and way.client and last_words(shell)
      if last then
        said = ("%s at the jump host has ended: %s"):format(words[1], last)
      end
      return said, why
    end,
  })
  if not opened then
    return terminal.fail(place, "auth", phases, message, kind)
  end
  lap "auth"
  return opened
end

--- Run the command, here or at the jump host, and log in on its terminal, if that asks
-- for it.
-- @tparam table device `command` (list of words), `pty` (true: it wants a terminal),
-- `username`, `password`, `jump` (where it runs)
-- @tparam table options as for `session.open`
-- @treturn[1] Client
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: invalid, local, auth, timeout, dropped, jump
-- @treturn[2] table detail: `phase`, `phases`; of kind jump also `root`
function command.connect(device, options)
  local words, message = command.words(device)
  if not words then
    return terminal.fail(device.name or device.host, "start", {}, message, "invalid")
  end
  local runs_there = device.jump and device.jump ~= "none"
  if not runs_there then
    return log_in(device, options, {}, words)
  end
  return ssh.go(device, options, function(way)
    return log_in(device, options, way, words)
  end, "session")
end

return command
