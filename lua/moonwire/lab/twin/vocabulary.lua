--- Which commands a twin speaks of when it is asked for help: those of its platform's
-- table, the reading ones in the words of its family, and the lines that a
-- configuration takes. Whatever it offers, it also obeys.
-- Sources: the command references of the vendors, as far as the words go; what stands
-- beside them is in our own.
-- @module moonwire.lab.twin.vocabulary
local dialect = require "moonwire.lab.twin.dialect"
local grammar = require "moonwire.lab.grammar"
local output = require "moonwire.lab.twin.output"
local platforms = require "moonwire.platform"
local reading = require "moonwire.lab.twin.words"

local vocabulary = {}

-- Lines of a configuration, by the word that takes them back.
local INDENTED = {
  { "interface LINE", "Select an interface to configure" },
  { "logging LINE", "Modify how messages are logged" },
  { "no LINE", "Negate a command or set its defaults" },
  { "ntp", "Configure NTP" },
  { "ntp server A.B.C.D", "Configure a server" },
  { "router LINE", "Enable a routing process" },
  { "vlan <1-4094>", "Configure a VLAN" },
}

local SECTION = {
  { "description LINE", "What the interface is for" },
  { "ip", "Interface Internet Protocol commands" },
  { "ip address A.B.C.D A.B.C.D", "Set the address" },
  { "mtu <64-9216>", "Set the largest packet" },
  { "no LINE", "Negate a command or set its defaults" },
  { "shutdown", "Shut the interface down" },
}

local VIEW = {
  { "interface LINE", "Specify the interface view" },
  { "ntp", "Specify NTP" },
  { "undo LINE", "Cancel a setting" },
  { "vlan <1-4094>", "Specify a VLAN" },
}

local INTERFACE_VIEW = {
  { "description LINE", "Specify what the interface is for" },
  { "ip", "Specify IP settings" },
  { "ip address A.B.C.D A.B.C.D", "Specify the address" },
  { "mtu <64-9216>", "Specify the largest packet" },
  { "shutdown", "Shut the interface down" },
  { "undo LINE", "Cancel a setting" },
}

local TREE = {
  { "delete LINE", "Delete a data element" },
  { "set", "Set a parameter" },
}

local SROS_TREE = {
  { "/configure LINE", "Set a parameter" },
  { "delete LINE", "Delete a data element" },
}

local AIREOS_LINES = { { "interface LINE", "Configures an interface." } }

-- what the words are for that begin commands of a platform's table
local ABOUT = {
  abort = "Give up what is not committed",
  admin = "Administrative commands",
  checkpoint = "Keep the configuration as it is",
  commit = "Put the candidate into effect",
  configure = "Enter configuration mode",
  hostname = "Set the system's name",
  sysname = "Specify the system's name",
  copy = "Copy a file",
  config = "Enter configuration mode",
  disable = "Turn privileged commands off",
  discard = "Give up what is not committed",
  enable = "Turn privileged commands on",
  ["end"] = "Leave configuration mode",
  execute = "Execute static commands",
  expert = "Go to the shell",
  export = "Print the configuration as commands",
  list = "View the configuration",
  load = "Load a configuration",
  modify = "Change an item",
  paginate = "Turn the pager on or off",
  run = "Run a program",
  exit = "Leave this level",
  logout = "Leave the system",
  quit = "Leave this level",
  ["return"] = "Return to the user view",
  rollback = "Bring an earlier configuration back",
  save = "Save the configuration",
  ["system-view"] = "Enter the system view",
  terminal = "Set parameters of the terminal",
  write = "Save the configuration",
}

local EXOS_ABOUT = setmetatable({
  configure = "Configure a feature",
  disable = "Disable a feature",
  enable = "Enable a feature",
}, { __index = ABOUT })

-- `lines`: what a configuration takes, `section`: inside of one; `run`: what stands
-- before a reading command in configuration mode, where it must; `root`: what a line
-- may begin with that is no word; `about`: as ABOUT
local BY_FAMILY = {
  ["ios-like"] = { lines = INDENTED, section = SECTION },
  fastpath = { lines = INDENTED, section = SECTION },
  redback = { lines = INDENTED, section = SECTION },
  ["comware-like"] = { lines = VIEW, section = INTERFACE_VIEW },
  junos = { lines = TREE, run = "run" },
  vyatta = { lines = TREE, run = "run" },
  panos = { lines = TREE, run = "run" },
  sros = { lines = SROS_TREE },
  srlinux = { lines = TREE },
  exos = { about = EXOS_ABOUT }, fortios = {}, tmos = {}, aos = {}, bird = {},
  routeros = { root = "/" },
  gaia = { lines = TREE },
  aireos = { lines = AIREOS_LINES },
  confd = { lines = INDENTED, section = SECTION },
}

-- A command of a table as the grammar has it; nil where it is none of a device's words.
local function pattern_of(command)
  local words = {}
  for word in command:gmatch "%S+" do
    if word:find "^%d+$" or word == "%d" then
      word = "<0-65535>"
    elseif word:find "%s" or word:find("%s", 1, true) then
      word = "WORD"
    elseif not word:find "^/?[%w][%w%-/]*$" then
      return nil
    end
    words[#words + 1] = word
  end
  return table.concat(words, " ")
end

-- What is said twice counts once; what is known of either is kept.
local function add(entries, line, help, is_whole)
  line = entries.root and line:gsub("^" .. entries.root, "") or line
  local entry = entries[line]
  if not entry then
    entry = { line }
    entries[line] = entry
    entries[#entries + 1] = entry
  end
  entry[2] = entry[2] or help
  entry.run = entry.run or is_whole or nil
end

local function add_command(entries, command)
  local line = pattern_of(command)
  local first = line and line:match "^%S+"
  if first then
    local about = entries.about
    add(entries, first, about[first:gsub("^/", "")], line == first)
    add(entries, line, about[line:gsub("^/", "")], true)
  end
end

local VERBS = {
  "save", "commit", "confirmed", "confirm", "check", "discard", "diff", "rollback",
  "show", "startup", "checksum",
}
local ANYWHERE = { "logout", "paging_off", "paging_on" }

local function add_action(entries, platform, name, mode)
  local action = platforms.action(platform, name)
  if action and (not action.mode or action.mode == mode) then
    for _, command in ipairs(action.run) do
      add_command(entries, command)
    end
  end
end

local function add_table(entries, platform, mode)
  for _, edge in ipairs(platform.edges or {}) do
    if edge[1] == mode then
      add_command(entries, edge.run)
    end
  end
  for _, name in ipairs(ANYWHERE) do
    add_action(entries, platform, name, mode)
  end
  for _, name in ipairs(platform.config and VERBS or {}) do
    add_action(entries, platform, name, mode)
  end
end

-- One that others go on from is whole when the twin has something to show for it.
local function is_whole(platform, list, i)
  local line, following = list[i][1], list[i + 1]
  local goes_on = following and following[1]:sub(1, #line + 1) == line .. " "
  local is_told = output.topic(line) ~= nil and platforms.is_read_only(platform, line)
  return not goes_on or is_told
end

local function add_list(entries, platform, list, prefix)
  for i, entry in ipairs(list) do
    add(entries, prefix .. entry[1], entry[2], is_whole(platform, list, i))
  end
end

--- Whether a platform's family has words here.
-- @tparam table platform
-- @treturn boolean
function vocabulary.knows(platform)
  return BY_FAMILY[platform.family] ~= nil
end

--- A line without what stands before its first word and is none.
-- @tparam table platform one that `vocabulary.knows`
-- @string line
-- @treturn string
-- @treturn string that
function vocabulary.rootless(platform, line)
  local root = BY_FAMILY[platform.family].root
  if root and line:sub(1, #root) == root then
    return line:sub(#root + 1), root
  end
  return line, ""
end

--- The reading commands of a platform's family, as they are typed outside of
-- configuration mode.
-- @tparam table platform one that `vocabulary.knows`
-- @treturn {string,...} those that may be entered as they are
function vocabulary.reading(platform)
  local commands, list = {}, reading[platform.family]
  for i, entry in ipairs(list) do
    commands[#commands + 1] = is_whole(platform, list, i) and entry[1] or nil
  end
  return commands
end

--- The grammar of a mode.
-- @tparam table platform one that `vocabulary.knows`
-- @string mode
-- @bool is_config whether lines of configuration are taken in it
-- @bool is_section whether a section of it is open
-- @treturn Grammar
function vocabulary.compile(platform, mode, is_config, is_section)
  local family = BY_FAMILY[platform.family]
  local entries = { root = family.root, about = family.about or ABOUT }
  add_table(entries, platform, mode)
  if is_section then
    add_list(entries, platform, family.section, "")
  elseif is_config then
    add_list(entries, platform, family.lines or {}, "")
    add_command(entries, dialect.naming(platform, "WORD") or "")
  end
  local run = is_config and family.run
  if run then
    add(entries, run, "Run a command of the operational mode")
  end
  add_list(entries, platform, reading[platform.family], run and run .. " " or "")
  return grammar.compile(entries)
end

return vocabulary
