--- What goes wrong on the terminal of a device that has faults: with what is typed, and
-- with what is shown. A device without faults never comes here.
-- @module moonwire.lab.mishap
local task = require "moonwire.task"

local mishap = {}

local INTERRUPT = "\3"
local DOTS = 5
local WRAP = 80 -- columns
local AHEAD = 256 -- bytes typed ahead that a lossy device keeps
local LONG = 4 << 20 -- bytes
local PIECE = 65536

local LOG = "*Mar  1 00:01:02.123: %%SYS-5-CONFIG_I: "
  .. "Configured from console by %s on vty1 (10.2.0.9)\r\n"

local function write_log(session)
  session:write(LOG:format(session.device:setting "username"))
  return true
end

-- Before the output. False: there will be none.
local before = {}

function before.hang(session)
  session:wait_for_end()
  return false
end

function before.slow(session, seconds)
  for _ = 1, DOTS do
    session:sleep(seconds / DOTS)
    session:write "."
  end
  session:write "\r\n"
  return true
end

before.syslog_around = write_log

-- In the middle of an output. False: it ends there.
local amid = {}

function amid.drop(session)
  session.tty:reset()
  return false
end

function amid.restart(session)
  session.is_over = true
  session.device:reload()
  return false
end

function amid.lookalike(session, seconds)
  session:write(session.prompt)
  session:sleep(seconds)
  session:write "\r\n"
  return true
end

function amid.rename(session)
  session.device:change():set(nil, "hostname Renamed-" .. session.device.index)
  return true
end

amid.syslog = write_log

local function write_much(session, piece, bytes)
  for _ = 1, bytes // #piece do
    session:write(piece)
  end
  return true
end

function amid.bulk(session, bytes)
  local line = ("bulk "):rep(10) .. "\r\n"
  return write_much(session, line:rep(PIECE // #line), bytes)
end

function amid.long_line(session)
  write_much(session, ("x"):rep(PIECE), LONG)
  session:write "\r\n"
  return true
end

-- Latin-1, a beginning of a character, what no character begins with, and one that is
-- torn between two packets
function amid.bytes(session)
  session:write "caf\xe9 \xe2\x82 \xff\xfe 5 \xe2\x82"
  task.sleep(0.01)
  session:write "\xac\0\r\n"
  return true
end

-- Behind the output.
local behind = {}

behind.syslog_around = write_log

function behind.syslog_prompt(session)
  session.is_torn = true -- the prompt to come
  return true
end

local ORDER = {
  [before] = { "hang", "slow", "syslog_around" },
  [amid] = {
    "syslog", "lookalike", "rename", "bytes", "long_line", "bulk", "restart", "drop",
  },
  [behind] = { "syslog_around", "syslog_prompt" },
}

local function happen(session, stage)
  for _, name in ipairs(ORDER[stage]) do
    local value = session.device:fault(name)
    if value and not stage[name](session, value) then
      return false
    end
  end
  return true
end

local PROGRESS = "\27]0;a title\7\27[?25lReading  10%\rReading 100%\r\27[K\27[?25h"

local function paint(text)
  return PROGRESS .. text:gsub("(%w+)([^\n]*\n)", "\27[1;32m%1\27[0m\7\27[6n\0\27(B%2")
end

local function has_interrupt(session)
  while session.tty:pending() > 0 do
    local key = session:read_key()
    if not key or key == INTERRUPT then
      return true
    end
  end
  return false
end

local function show_for_ever(session, text, show)
  repeat
    local is_there = session.tty:write "" -- the client may just go away
    local goes_on = is_there and show(session, text) and not has_interrupt(session)
    task.sleep(0.005)
  until not goes_on
  return false
end

--- Show an output with what faults do to it.
-- @tparam Vty session
-- @string text lines that end in CR LF
-- @tparam function show writes a part of it; gives false when the user stopped it
-- @treturn boolean false when it was stopped on the way
function mishap.print(session, text, show)
  local device = session.device
  if not happen(session, before) then
    return false
  elseif device:fault "endless" or device:fault "pager_endless" then
    return show_for_ever(session, text, show)
  end
  local middle = text:find("\n", #text // 2, true) or #text
  local dress = device:fault "ansi" and paint or function(part)
    return part
  end
  return show(session, dress(text:sub(1, middle)))
    and happen(session, amid)
    and show(session, dress(text:sub(middle + 1)))
    and happen(session, behind)
end

-- How a line is echoed, behind a prompt, with its end.
local echoes = {}

function echoes.echo_off()
  return ""
end

function echoes.echo_twice(line)
  return line .. line .. "\r\n"
end

-- the blank behind the last column makes the terminal begin a new row
function echoes.echo_wrap(line, prompt)
  local shown, at = prompt .. line, WRAP
  while at < #shown do
    shown = shown:sub(1, at) .. " \r" .. shown:sub(at + 1)
    at = at + WRAP + 2
  end
  return shown:sub(#prompt + 1) .. "\r\n"
end

local function echo_of(device)
  for name, echo in pairs(echoes) do
    if device:fault(name) then
      return echo
    end
  end
end

-- A log message comes between the prompt and what is typed.
local function tear(session, how)
  if session.is_torn and how.prompt then
    session.is_torn = nil
    session:write(how.prompt)
    write_log(session)
    how.prompt = nil
  end
end

-- what is typed ahead of a line of configuration may get lost
local function lose(session)
  local is_full = session.mode and session.tty:pending() > AHEAD
  if is_full and session.device:fault "lossy" then
    session.tty:flush_input()
  end
end

local ENDINGS = { ["\r"] = "enter", ["\n"] = "enter", [INTERRUPT] = "interrupt" }

-- A line of which the terminal echoes nothing, not even its end.
local function read_unseen(session, how, echo)
  session:write(how.prompt or "")
  local keys = {}
  while true do
    local key, message, kind = session.tty:read_key(how.timeout)
    local ending = ENDINGS[key]
    if not key then
      return nil, message, kind
    elseif ending then
      local line = table.concat(keys)
      session:write(echo(line, how.prompt or ""))
      return line, ending
    end
    keys[#keys + 1] = key
  end
end

--- Read a line with what faults do to it.
-- @tparam Vty session
-- @tparam table how as for `tty:read_line`
-- @treturn string|nil nil when the client has gone, or was thrown off
-- @treturn string how it ended
function mishap.read_line(session, how)
  local own = {}
  for name, value in pairs(how) do
    own[name] = value
  end
  local device = session.device
  local echo = how.echo ~= false and echo_of(device)
  tear(session, own)
  local seconds = device:fault "idle"
  local _ <close> = seconds and device.clock:alarm(seconds, function()
    session:drop()
  end) or nil
  local line, ending
  if echo then
    line, ending = read_unseen(session, own, echo)
  else
    line, ending = session.tty:read_line(own)
  end
  lose(session)
  return line, ending
end

--- Greet with what looks like prompts and questions.
-- @tparam Vty session
-- @string prompt that of the device
function mishap.greet(session, prompt)
  local seconds = session.device:fault "greeting"
  if not seconds then
    return
  end
  session:write "\r\n##### a#\r\nother> #\r\nSW-EDGE_9#\r\nAgree? [yes/no]:\r\n"
  for _, text in ipairs { "Your password:", prompt, "login as: " } do
    session:write(text)
    session:sleep(seconds)
    session:write "\r\n"
  end
end

return mishap
