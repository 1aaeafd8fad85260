--- Any platform as its table describes it: prompts, modes, questions, pager, errors and
-- configuration. Since the client reads the same table, a twin proves that the table
-- is whole and hangs together, and never that a real device is like it.
-- It knows few commands of its own: those of the table, what only reads, lines of
-- configuration that begin with a word of `CONFIGURATION`, `reload` and `reboot`.
-- @module moonwire.lab.twin
local dialect = require "moonwire.lab.twin.dialect"
local edge = require "moonwire.lab.twin.edge"
local file = require "moonwire.lab.twin.file"
local filter = require "moonwire.lab.filter"
local habit = require "moonwire.lab.twin.habit"
local management = require "moonwire.lab.management"
local output = require "moonwire.lab.twin.output"
local platforms = require "moonwire.platform"
local prompt = require "moonwire.lab.twin.prompt"
local question = require "moonwire.lab.twin.question"
local state = require "moonwire.lab.twin.state"
local verb = require "moonwire.lab.twin.verb"
local wording = require "moonwire.lab.twin.wording"

local twin = {}

local MENU_KEY = "\19" -- Ctrl-S: leaves a menu for the command line
local RESTARTS = { reload = true, reboot = true }

-- first words of lines that any configuration takes
local CONFIGURATION = {
  "ntp", "set", "no", "delete", "undo", "hostname", "interface", "vlan", "ip",
  "description", "logging", "router", "shutdown", "switchport", "sysname", "mtu",
  "speed", "network", "neighbor", "name", "snmp-server", "archive", "/configure",
}

local function takes_line(platform, line)
  local first = line:match "%S+"
  if dialect.name_in(platform, line) then
    return true
  end
  for _, word in ipairs(CONFIGURATION) do
    if first == word then
      return true
    end
  end
  for _, secret in ipairs(platform.secrets or {}) do
    if secret:match "%S+" == first then
      return true
    end
  end
  return false
end

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

-- words behind a bar, as platforms have them, and what IOS calls that
local SIEVES = {
  include = "include", match = "include", grep = "include",
  exclude = "exclude", except = "exclude",
  begin = "begin", find = "begin", section = "section", count = "count",
}

-- "show log | include x" without what stands behind the bar, and a function for that
local function sieved(line)
  local command, word, expression = line:match "^(.-)%s*|%s*(%l+)%s+(.+)$"
  local sieve = word and SIEVES[word]
    and filter.compile(SIEVES[word], expression:match '^"(.*)"$' or expression)
  if not sieve then
    return line
  end
  return command, sieve
end

-- a command that only tells what the device is reads, too
local function tells_itself(platform, line)
  for _, rule in ipairs(platform.detect or {}) do
    if rule[1] == line then
      return true
    end
  end
  return false
end

function does.reading(session, line)
  local platform = session.platform
  if not (platforms.is_read_only(platform, line) or tells_itself(platform, line)) then
    return false
  end
  local command, sieve = sieved(line)
  local text = output.of(session.platform, session.device, command, session)
  session:print(sieve and sieve(text) or text)
  return true
end

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

-- first words of lines that end a section by standing in it
local GLOBAL = { hostname = true, sysname = true, ntp = true, logging = true }

local function is_of_section(line)
  return not GLOBAL[line:gsub("^no ", ""):gsub("^undo ", ""):match "%S+"]
end

function does.line(session, line)
  if session.mode ~= session.enter or not takes_line(session.platform, line) then
    return false
  end
  local self = dialect.of(session.platform)
  if dialect.opens(self, line) then
    session.section = line
  elseif session.section and not is_of_section(line) then
    session.section = nil
  end
  local now = state.of(session.device)
  local section = line ~= session.section and session.section or nil
  now:add(session, line, section)
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

-- the mode that takes lines: the first of those that can be reached from here
local function config_mode(platform, start)
  local reached, found = { [start] = true }, true
  while found do
    found = false
    for _, one in ipairs(platform.edges or {}) do
      if reached[one[1]] and not reached[one[2]] then
        reached[one[2]], found = true, true
      end
    end
  end
  for _, mode in ipairs(platforms.config_modes(platform)) do
    if reached[mode] then
      return mode
    end
  end
end

-- How many lines the pager shows at once; nil: the usual. Where it cannot be switched
-- off it goes by the client's terminal; one of a program below is not the device's.
local function height_of(session, platform)
  local pager = platform.pager
  if not pager or pager.key == pager.stop then
    return 0
  elseif not platform.paging and session.tty:has_pty() then
    return (select(2, session.tty:size()))
  end
end

local function start_of(session, platform)
  return session.device:setting "start"
    or platform.start and platform.start[1]
    or platform.modes[#platform.modes][1]
end

-- Some have one in some modes only: by their prompts it is known in which.
local function has_candidate(platform, config, mode)
  if not config.candidate or not config.commit or config.session then
    return false
  elseif config.candidate == true then
    return true
  end
  for _, sample in ipairs(platform.samples[mode] or {}) do
    if sample:match("[^\n]*$"):find(config.candidate) then
      return true
    end
  end
  return false
end

local function prepare(session)
  local platform = platforms.get(session.device:setting "platform")
  local config = platform.config or {}
  session.platform, session.count = platform, 1
  session.mode = start_of(session, platform)
  session.enter = config_mode(platform, session.mode)
  session.has_candidate = has_candidate(platform, config, session.enter)
  session.is_candidate = session.has_candidate
  session.height = height_of(session, platform)
  session.newline = habit.of(platform).newline
end

-- Some ask for name and password once more, in the shell.
local function log_in_again(session)
  local seen = {}
  for _, rule in ipairs(session.platform.login or {}) do
    if rule.secret and not seen[rule.secret] then
      seen[rule.secret] = true
      if not question.ask(session, rule) then
        return false
      end
    end
  end
  return true
end

local function pass_menu(session)
  local key
  repeat
    key = session:read_key()
  until not key or key == MENU_KEY
  return key ~= nil
end

local function greet(session)
  local platform = session.platform
  session:write(((platform.banner or "") .. "\n"):gsub("\n", "\r\n"))
  if platform.hooks and platform.hooks.open then
    return pass_menu(session)
  end
  return log_in_again(session)
end

-- how lines are read; filled in just before, so that all sessions can share it
local READING = { help = false, tab = false }

local function show_prompt(session)
  local name = state.of(session.device):hostname()
  local line, before =
    prompt.of(session.platform, session.mode, name, session.count, session.section,
      session.own_name)
  if before then
    session:write(before:gsub("\n", "\r\n") .. "\r\n")
  end
  session:write(habit.lead(session.platform, line, name))
  session.prompt = line
end

local function serve_shell(session)
  if not greet(session) then
    return
  end
  while not session.is_over do
    show_prompt(session)
    READING.prompt = session.prompt
    local line, ending = session:read_line(READING)
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
  prepare(session)
  if session.device:fault "silent_shell" then
    return session:wait_for_end()
  elseif session.tty:kind() == "exec" then
    return serve_command(session)
  end
  return serve_shell(session)
end

return twin
