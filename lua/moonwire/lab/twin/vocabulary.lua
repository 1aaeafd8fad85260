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

local vocabulary = {}

local IOS = {
  { "show", "Show running system information" },
  { "show arp", "The ARP table" },
  { "show clock", "The time of the system" },
  { "show interfaces", "State and counters of the ports" },
  { "show inventory", "What the device is made of" },
  { "show ip", "IP information" },
  { "show ip interface", "IP state of the ports" },
  { "show ip interface brief", "One line for each port" },
  { "show ip route", "The routing table" },
  { "show lldp", "LLDP information" },
  { "show lldp neighbors", "The devices next to this one" },
  { "show logging", "The log" },
  { "show mac", "MAC information" },
  { "show mac address-table", "The MAC address table" },
  { "show uptime", "For how long it has been up" },
  { "show users", "Who is logged in" },
  { "show version", "Hardware and software" },
}

local COMWARE = {
  { "display", "Display current information" },
  { "display arp", "The ARP table" },
  { "display clock", "The time of the system" },
  { "display device", "What the device is made of" },
  { "display device manuinfo", "Serial numbers" },
  { "display interface", "State and counters of the ports" },
  { "display interface brief", "One line for each port" },
  { "display ip", "IP information" },
  { "display ip routing-table", "The routing table" },
  { "display lldp", "LLDP information" },
  { "display lldp neighbor", "The devices next to this one" },
  { "display logbuffer", "The log" },
  { "display mac-address", "The MAC address table" },
  { "display users", "Who is logged in" },
  { "display version", "Hardware and software" },
}

local JUNOS = {
  { "show", "Show system information" },
  { "show arp", "Show the ARP table" },
  { "show chassis", "Show chassis information" },
  { "show chassis hardware", "Show installed hardware components" },
  { "show ethernet-switching", "Show Ethernet switching information" },
  { "show ethernet-switching table", "Show the MAC address table" },
  { "show interfaces", "Show interface information" },
  { "show interfaces descriptions", "Show what the interfaces are for" },
  { "show interfaces terse", "Show one line for each interface" },
  { "show lldp", "Show LLDP information" },
  { "show lldp neighbors", "Show the devices next to this one" },
  { "show log", "Show a log file" },
  { "show log messages", "Show the system's log" },
  { "show route", "Show the routing table" },
  { "show system", "Show system information" },
  { "show system uptime", "Show for how long it has been up" },
  { "show system users", "Show who is logged in" },
  { "show version", "Show the software's version" },
}

local VYATTA = {
  { "show", "Show system information" },
  { "show arp", "Show the ARP table" },
  { "show date", "Show the time of the system" },
  { "show hardware", "Show hardware" },
  { "show interfaces", "Show interface information" },
  { "show interfaces description", "Show one line for each interface" },
  { "show ip", "Show IPv4 information" },
  { "show ip route", "Show the routing table" },
  { "show lldp", "Show LLDP information" },
  { "show lldp neighbors", "Show the devices next to this one" },
  { "show log", "Show the log" },
  { "show system", "Show system information" },
  { "show system uptime", "Show for how long it has been up" },
  { "show users", "Show who is logged in" },
  { "show version", "Show the software's version" },
}

local PANOS = {
  { "show", "Show operational parameters" },
  { "show arp", "Show the ARP table" },
  { "show arp all", "Show it for all interfaces" },
  { "show clock", "Show the time of the system" },
  { "show interface", "Show interface information" },
  { "show interface all", "Show all interfaces" },
  { "show lldp", "Show LLDP information" },
  { "show lldp neighbors", "Show the devices next to this one" },
  { "show lldp neighbors all", "Show them for all interfaces" },
  { "show log", "Show the log" },
  { "show log system", "Show the system's log" },
  { "show mac", "Show MAC information" },
  { "show mac all", "Show the MAC address table" },
  { "show routing", "Show routing information" },
  { "show routing route", "Show the routing table" },
  { "show system", "Show system information" },
  { "show system info", "Show hardware and software" },
}

local SROS = {
  { "show", "Show operational information" },
  { "show chassis", "Show what the device is made of" },
  { "show log", "Show the log" },
  { "show port", "Show the ports" },
  { "show router", "Show information of a router instance" },
  { "show router arp", "Show the ARP table" },
  { "show router route-table", "Show the routing table" },
  { "show system", "Show system information" },
  { "show system lldp", "Show LLDP information" },
  { "show system lldp neighbor", "Show the devices next to this one" },
  { "show system time", "Show the time of the system" },
  { "show uptime", "Show for how long it has been up" },
  { "show users", "Show who is logged in" },
  { "show version", "Show the software's version" },
}

local SRLINUX = {
  { "show", "Show a report" },
  { "show arpnd", "Report on ARP and neighbor discovery" },
  { "show arpnd arp-entries", "Report on the ARP table" },
  { "show interface", "Report on interfaces" },
  { "show interface brief", "Report one line for each interface" },
  { "show network-instance", "Report on network instances" },
  { "show network-instance route-table", "Report on the routing table" },
  { "show platform", "Report on the device's parts" },
  { "show platform chassis", "Report on the chassis" },
  { "show system", "Report on the system" },
  { "show system lldp", "Report on LLDP" },
  { "show system lldp neighbor", "Report on the devices next to this one" },
  { "show version", "Report on hardware and software" },
}

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

-- `reading`: in which words; `lines`: what a configuration takes, `section`: inside of
-- one; `run`: what stands before a reading command in configuration mode, where it must
local BY_FAMILY = {
  ["ios-like"] = { reading = IOS, lines = INDENTED, section = SECTION },
  fastpath = { reading = IOS, lines = INDENTED, section = SECTION },
  redback = { reading = IOS, lines = INDENTED, section = SECTION },
  ["comware-like"] = { reading = COMWARE, lines = VIEW, section = INTERFACE_VIEW },
  junos = { reading = JUNOS, lines = TREE, run = "run" },
  vyatta = { reading = VYATTA, lines = TREE, run = "run" },
  panos = { reading = PANOS, lines = TREE, run = "run" },
  sros = { reading = SROS, lines = SROS_TREE },
  srlinux = { reading = SRLINUX, lines = TREE },
}

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
  disable = "Turn privileged commands off",
  discard = "Give up what is not committed",
  enable = "Turn privileged commands on",
  ["end"] = "Leave configuration mode",
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
    add(entries, first, ABOUT[first], line == first)
    add(entries, line, ABOUT[line], true)
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
local function is_whole(list, i)
  local line, following = list[i][1], list[i + 1]
  local goes_on = following and following[1]:sub(1, #line + 1) == line .. " "
  return not goes_on or output.topic(line) ~= nil
end

local function add_list(entries, list, prefix)
  for i, entry in ipairs(list) do
    add(entries, prefix .. entry[1], entry[2], is_whole(list, i))
  end
end

--- Whether a platform's family has words here.
-- @tparam table platform
-- @treturn boolean
function vocabulary.knows(platform)
  return BY_FAMILY[platform.family] ~= nil
end

--- The reading commands of a platform's family, as they are typed outside of
-- configuration mode.
-- @tparam table platform one that `vocabulary.knows`
-- @treturn {string,...} those that may be entered as they are
function vocabulary.reading(platform)
  local commands, list = {}, BY_FAMILY[platform.family].reading
  for i, entry in ipairs(list) do
    commands[#commands + 1] = is_whole(list, i) and entry[1] or nil
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
  local family, entries = BY_FAMILY[platform.family], {}
  add_table(entries, platform, mode)
  if is_section then
    add_list(entries, family.section, "")
  elseif is_config then
    add_list(entries, family.lines, "")
    add_command(entries, dialect.naming(platform, "WORD") or "")
  end
  local run = is_config and family.run
  if run then
    add(entries, run, "Run a command of the operational mode")
  end
  add_list(entries, family.reading, run and run .. " " or "")
  return grammar.compile(entries)
end

return vocabulary
