--- Lines that begin with a colon: they are for the prompt itself.
-- @module moonwire.repl.colon
local difference = require "moonwire.repl.difference"
local essence = require "moonwire.repl.essence"
local doc = require "moonwire.repl.doc"
local text_table = require "moonwire.report.table"

local colon = {}

local HELP = [[
connect "NAME"                  log in; the device is a global of that name
NAME:send_command "show clock"  any verb of a session; waits just work
all = fleet "site == 'lon'"     several devices: a filter, or names such as "sw[1-4]"
all:send_command "show clock"   the same on all of them; equal answers are shown once
task.spawn(function() … end)    goes on in the background

:on NAMES      each line is a command for these devices, until :off or Ctrl-D
:devices       the inventory
:diff          what is different: since the last time, or between devices
:doc VERB      what is written about it
:record FILE   keep all that is said in a file; without a name: no more
:timing        say how long each line takes, or no more
:help  :quit

Tab completes names, and inside of a command the words that the device itself offers.
Ctrl-C gives up a command, and not the program. A line that may hold a password is not
kept in the history.
]]

local actions = {}

function actions.help(desk)
  desk.console:write(HELP)
  return true
end

function actions.quit(desk)
  desk.has_quit = true
  return true
end

function actions.timing(desk)
  desk.has_timing = not desk.has_timing
  desk.say(desk.has_timing and "each line is timed" or "lines are not timed any more")
  return true
end

function actions.doc(desk, name)
  if name == "" then
    return nil, ":doc wants the name of a verb, such as send_command"
  end
  local text, message = doc.of(name)
  if not text then
    return nil, message
  end
  desk.console:write(text .. "\n")
  return true
end

function actions.record(desk, path)
  if path == "" then
    local ended = desk.console:stop_recording()
    if not ended then
      return nil, ":record wants the name of a file"
    end
    desk.say("recorded: " .. ended)
    return true
  end
  local ok, message = desk.console:record(path)
  if not ok then
    return nil, message
  end
  desk.say("recording to " .. path)
  return true
end

function actions.devices(desk)
  local rows = {}
  for i, device in ipairs(desk.inventory) do
    local remote = desk.remotes[device.name]
    rows[i] = {
      device.name, device.device_type or "cisco_ios", device.host, device.port or 22,
      table.concat(device.groups or {}, " "), remote and remote:prompt() or "",
    }
  end
  local columns = {}
  for i, title in ipairs { "device", "type", "host", "port", "groups", "prompt" } do
    columns[i] = { title = title }
  end
  desk.console:write_raw(text_table.format(columns, rows))
  return true
end

function actions.on(desk, filter)
  if filter == "" then
    return nil, ":on wants names, a filter, or *"
  end
  local group, message, kind = desk:group(filter)
  if not group then
    return nil, message, kind
  end
  local answers = group:connect()
  for i in ipairs(group) do
    if not answers[i] then
      desk.console:write(tostring(answers) .. "\n")
      return nil, "not every device can be reached"
    end
  end
  desk.target = group
  desk.say("each line is a command now; :off or Ctrl-D goes back to Lua")
  return true
end

function actions.off(desk)
  desk.target = nil
  return true
end

function actions.diff(desk)
  local subject = desk.subject
  local text
  if not subject then
    return nil, "no device was asked anything yet"
  elseif subject.differences then
    text = subject:differences()
  elseif subject.last then
    local pair = subject.earlier[subject.last.command]
    if not (pair and pair[1]) then
      return nil, ("%q was asked only once"):format(subject.last.command)
    end
    local old, new = pair[1].output, pair[2].output
    text = difference(essence(old, subject), essence(new, subject))
  end
  if not text or text == "" then
    desk.say "no difference"
  else
    desk.console:write(text .. "\n")
  end
  return true
end

--- The names of all of them.
-- @treturn {string,...}
function colon.names()
  local names = {}
  for name in pairs(actions) do
    names[#names + 1] = name
  end
  table.sort(names)
  return names
end

--- Whether a line is for the prompt itself.
-- @string line
-- @treturn boolean
function colon.is(line)
  return line:find "^%s*:%s*%a" ~= nil and not line:find "^%s*::"
end

--- Do what a line says.
-- @tparam Desk desk
-- @string line
-- @treturn[1] boolean true
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string|nil kind
function colon.run(desk, line)
  local name, argument = line:match "^%s*:%s*(%a+)%s*(.-)%s*$"
  local action = actions[name]
  if not action then
    return nil, ("there is no :%s; :help says what there is"):format(name), "invalid"
  end
  return action(desk, argument)
end

return colon
