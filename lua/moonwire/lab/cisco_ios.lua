--- How a simulated Cisco IOS switch behaves in a session: prompts, modes, help, errors.
-- What it shares with the client (comment character, pager) is read from the platform.
-- @module moonwire.lab.cisco_ios
local configure = require "moonwire.lab.cisco_ios.configure"
local exec = require "moonwire.lab.cisco_ios.exec"
local management = require "moonwire.lab.management"
local mishap = require "moonwire.lab.mishap"
local platform = require("moonwire.platform").get "cisco_ios"

local cisco_ios = {}

local HISTORY = 20

--- The prompt of a session.
-- @tparam Vty session
-- @treturn string
function cisco_ios.prompt(session)
  local hostname = session.device:hostname()
  if session.mode then
    return ("%s(%s)#"):format(hostname:sub(1, platform.host.clip), session.mode)
  end
  return hostname .. (session.level > 1 and "#" or ">")
end

local function remember(session, line)
  session.history = session.history or {}
  if #session.history >= HISTORY then
    table.remove(session.history, 1)
  end
  table.insert(session.history, line)
end

local function is_silent(line)
  local first = line:match "^%s*(.?)"
  return first == "" or first == platform.comment
end

local function execute(session, line)
  if is_silent(line) then
    return
  end
  remember(session, line)
  if session.mode then
    return configure.line(session, line, exec.line)
  end
  return exec.line(session, line)
end

local function grammar_of(session)
  return session.mode and configure.grammar(session.mode) or exec.grammar(session.level)
end

-- what is typed so far is shown again on the next line
local function help(session, line)
  session:print(grammar_of(session):help(line) .. "\r\n")
end

local function complete(session, line)
  session:write "\r\n"
  return grammar_of(session):complete(line)
end

local handle = { enter = execute, help = help }

-- in configuration mode ^Z takes the line and leaves, ^C only leaves
function handle.suspend(session, line)
  execute(session, line)
  configure.finish(session)
end

function handle.interrupt(session)
  configure.finish(session)
end

local function greet(session)
  local banner = session.device:banner()
  mishap.greet(session, cisco_ios.prompt(session))
  session:write(banner and "\r\n" .. banner:gsub("\n", "\r\n") .. "\r\n" or "\r\n")
end

-- how lines are read; filled in just before, so that all sessions can share it
local READING = { suspend = true }

local function serve_shell(session)
  greet(session)
  local line, ending
  while not session.is_over do
    if management.is_lost(session.device) then
      return session:fall_silent()
    end
    session.prompt = cisco_ios.prompt(session)
    READING.prompt = session.prompt
    READING.again = ending == "help"
    READING.text = ending == "tab" and complete(session, line) or nil
    line, ending = session:read_line(READING)
    if not line then
      return
    elseif management.is_lost(session.device) then -- by now: nobody typed for a while
      return session:fall_silent()
    elseif handle[ending] then
      handle[ending](session, line)
    end
  end
end

local function serve_command(session)
  session.prompt = cisco_ios.prompt(session)
  session.device:record(session.tty:command())
  session:write "\r\n"
  execute(session, session.tty:command())
end

--- Serve a session until the client or the device ends it.
-- @tparam Vty session
function cisco_ios.serve(session)
  if session.device:fault "silent_shell" then
    return session:wait_for_end()
  elseif session.tty:kind() == "exec" then
    return serve_command(session)
  end
  return serve_shell(session)
end

return cisco_ios
