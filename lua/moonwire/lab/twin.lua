--- Any platform as its table describes it: prompts, modes, questions, pager, errors and
-- configuration. Since the client reads the same table, a twin proves that the table
-- is whole and hangs together, and never that a real device is like it.
-- It knows few commands of its own: those of the table, what only reads, lines of
-- configuration that begin with a well-known word, `reload` and `reboot`.
-- @module moonwire.lab.twin
local arrival = require "moonwire.lab.twin.arrival"
local edge = require "moonwire.lab.twin.edge"
local entry = require "moonwire.lab.twin.entry"
local file = require "moonwire.lab.twin.file"
local habit = require "moonwire.lab.twin.habit"
local help = require "moonwire.lab.twin.help"
local management = require "moonwire.lab.management"
local platforms = require "moonwire.platform"
local prompt = require "moonwire.lab.twin.prompt"
local question = require "moonwire.lab.twin.question"
local reading = require "moonwire.lab.twin.reading"
local state = require "moonwire.lab.twin.state"
local verb = require "moonwire.lab.twin.verb"
local wording = require "moonwire.lab.twin.wording"

local twin = {}

local RESTARTS = { reload = true, reboot = true }

local function is_in(list, line)
  for _, command in ipairs(list or {}) do
    if command == line then
      return true
    end
  end
  return false
end

local function reject(session, class)
  session:think()
  session:write(wording.rejection(session.platform, class) .. "\r\n")
end

-- Each of these does what a line says, and gives true, when it is the one for it.
local does = {}

function does.edge(session, line)
  local found = edge.find(session, line)
  if found and not edge.take(session, found, line) then
    reject(session, "denied")
  end
  return found ~= nil
end

-- Out of a section, and out of configuration mode; elsewhere it is the end.
function does.leaving(session, line)
  local action = platforms.action(session.platform, "logout")
  if session.mode ~= session.enter or not action or not is_in(action.run, line) then
    return false
  elseif session.section then
    session.section = nil
    return true
  end
  local found = edge.way_out(session)
  if found then
    edge.take(session, found, line)
  end
  return found ~= nil
end

function does.logout(session, line)
  local action = platforms.action(session.platform, "logout")
  if not action or not is_in(action.run, line) then
    return false
  elseif not state.of(session.device):is_unsaved()
    or question.all(session, action.ask) then
    session.is_over = true
  end
  return true
end

-- The last command of several has their effect.
local function switch_paging(session, line)
  local off = platforms.action(session.platform, "paging_off")
  local on = platforms.action(session.platform, "paging_on")
  if off and is_in(off.run, line) then
    if session.device:setting "fixed_pager" then
      reject(session, "denied")
    elseif question.all(session, off.ask) and line == off.run[#off.run] then
      session.height = 0
    end
    return true
  elseif on and is_in(on.run, line) then
    session.height = nil -- as it was
    return true
  end
  return false
end

function does.preparation(session, line)
  if switch_paging(session, line) then
    return true
  end
  for _, step in ipairs(session.platform.preparation) do
    if step.run == line and (not step.mode or step.mode == session.mode) then
      question.all(session, step.ask)
      return true
    end
  end
end

function does.file(session, line)
  return file.run(session, session.platform, line)
end

function does.verb(session, line)
  return verb.run(session, session.platform, line)
end

does.reading = reading.run
does.line = entry.take

local function dangerous(platform)
  local other
  for _, rule in ipairs(platform.questions or {}) do
    if rule.danger then
      return rule
    end
    other = other or not rule.secret and rule or nil
  end
  return other
end

function does.restart(session, line)
  local rule = RESTARTS[line] and dangerous(session.platform)
  if not rule then
    return false
  elseif question.ask(session, rule) then
    session.device:reload()
    session.is_over = true
  end
  return true
end

local ORDER = {
  "edge", "leaving", "logout", "preparation", "file", "verb", "restart", "reading",
  "line",
}

local function is_silent(session, line)
  local comment = session.platform.comment
  return line == "" or comment ~= nil and line:sub(1, #comment) == comment
end

local function execute(session, line)
  line = line:match "^%s*(.-)%s*$"
  session.count = session.count + 1
  if is_silent(session, line) then
    return
  end
  for _, name in ipairs(ORDER) do
    if does[name](session, line) then
      return
    end
  end
  reject(session, "syntax")
end

local function show_prompt(session, is_painted)
  local name = state.of(session.device):hostname()
  local line, before =
    prompt.of(session.platform, session.mode, name, session.count, session.section,
      session.own_name)
  if before and not is_painted then
    session:write(before:gsub("\n", "\r\n") .. "\r\n")
  end
  session:write(habit.lead(session.platform, line, name))
  session.prompt = line
end

local function serve_shell(session)
  if not arrival.greet(session) then
    return
  end
  while not session.is_over do
    local line, ending = help.read_line(session, show_prompt)
    if not line then
      return
    elseif management.is_lost(session.device) then
      return session:fall_silent()
    elseif ending == "enter" then
      session:write(habit.of(session.platform).enter or "")
      execute(session, line)
    end
    if management.is_lost(session.device) then
      return session:fall_silent()
    end
  end
end

local function serve_command(session)
  local command = session.tty:command()
  session.device:record(command)
  if session.platform.ssh and session.platform.ssh.exec == false then
    return reject(session, "denied")
  end
  execute(session, command)
end

--- Serve a session until the client or the device ends it.
-- @tparam Vty session
function twin.serve(session)
  arrival.prepare(session)
  if session.device:fault "silent_shell" then
    return session:wait_for_end()
  elseif session.tty:kind() == "exec" then
    return serve_command(session)
  end
  return serve_shell(session)
end

return twin
