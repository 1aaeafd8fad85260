--- The commands of a simulated switch outside of configuration mode.
-- @module moonwire.lab.cisco_ios.exec
local complaint = require "moonwire.lab.cisco_ios.complaint"
local file = require "moonwire.lab.cisco_ios.file"
local grammar = require "moonwire.lab.grammar"
local hold = require "moonwire.lab.cisco_ios.hold"
local interface = require "moonwire.lab.cisco_ios.interface"
local show = require "moonwire.lab.cisco_ios.show"

local exec = {}

local ENABLE_TRIES = 3
local PING_INTERVAL = 0.02
local PING_TIMEOUT = 2

local function shows(make)
  return function(session, found)
    local text = make(session)
    return session:print(found.filter and found.filter(text) or text)
  end
end

local function show_running_interface(session, found)
  local name = interface.name(found[1])
  local text = name and show.running_interface(session, name)
  if not text then
    return complaint.invalid(session, found.columns[1])
  end
  session:print(found.filter and found.filter(text) or text)
end

local function leave(session)
  session.is_over = true
end

local function asks_password(session, password)
  for _ = 1, ENABLE_TRIES do
    local answer = session:ask("Password: ", true)
    if not answer then
      return nil
    elseif answer == password then
      return true
    end
  end
  return false
end

local function enable(session)
  if session.level == 15 then
    return
  end
  local password = session.device:enable_password()
  if not password then
    session:write "% No password set\r\n"
    return
  end
  local is_right = asks_password(session, password)
  if is_right then
    session.level = 15
  elseif is_right == false then
    session:write "% Bad secrets\r\n\r\n"
  end
end

local function disable(session)
  session.level = 1
end

local function terminal_length(session, found)
  if session.device:fault "pager_stuck" or session.device:fault "pager_endless" then
    session:write "Command authorization failed.\r\n\r\n"
    return
  end
  session.height = math.tointeger(found[1])
end

local function terminal_width(session, found)
  session.width = math.tointeger(found[1])
end

local function nothing() end

-- false: broken off
local function ask_to_save(session)
  if not session.device.is_modified then
    return true
  end
  local answer
  repeat
    if answer then
      session:write "% Please answer 'yes' or 'no'.\r\n"
    end
    answer = session:ask "System configuration has been modified. Save? [yes/no]: "
    if not answer then
      return false
    end
    answer = answer:lower()
  until answer == "yes" or answer == "y" or answer == "no" or answer == "n"
  if answer:sub(1, 1) == "y" then
    session.device:save()
    session:print "Building configuration...\r\n[OK]\r\n"
  end
  return true
end

local function reload(session)
  if ask_to_save(session) and session:confirm "Proceed with reload? [confirm]" then
    session.is_over = true
    session.device:reload()
  end
end

local function clear_counters(session)
  session:confirm 'Clear "show interface" counters on all interfaces [confirm]'
end

-- the simulated network reaches from here to its own addresses
local function is_reachable(address)
  return address:find "^10%." or address:find "^127%."
end

local function ping_address(session, address, count)
  local replies, is_up = 0, is_reachable(address)
  session:write "Type escape sequence to abort.\r\n"
  session:write(
    ("Sending %d, 100-byte ICMP Echos to %s, timeout is %d seconds:\r\n"):format(
      count, address, PING_TIMEOUT
    )
  )
  session:think()
  for _ = 1, count do
    session:sleep(is_up and PING_INTERVAL or PING_TIMEOUT)
    session:write(is_up and "!" or ".")
    replies = replies + (is_up and 1 or 0)
  end
  local text = "\r\nSuccess rate is %d percent (%d/%d)"
  session:write(text:format(replies * 100 // count, replies, count))
  session:write(is_up and ", round-trip min/avg/max = 1/1/2 ms\r\n" or "\r\n")
end

local function ping(session, found)
  ping_address(session, found[1], 5)
end

local function ping_dialogue(session)
  local protocol = session:ask "Protocol [ip]: "
  local address = protocol and session:ask "Target IP address: "
  local count = address and session:ask "Repeat count [5]: "
  if not count then
    return
  end
  local number = count == "" and 5 or math.tointeger(count)
  if not address:find "^%d+%.%d+%.%d+%.%d+$" or not number or number < 1 then
    session:write "% Bad IP address\r\n"
    return
  end
  ping_address(session, address, number)
end

local VLAN = { run = shows(show.vlan), is_pipe = true }

local ENTRIES = {
  { "clear", "Reset functions", level = 15 },
  { "clear counters", "Clear counters on interfaces", level = 15,
    run = clear_counters },
  { "configure", "Enter configuration mode", level = 15 },
  { "configure confirm", "Confirm replacement of running-config", level = 15,
    run = hold.confirm },
  { "configure replace", "Replace the running-config with a new config file",
    level = 15 },
  { "configure replace WORD", "URL of config file", level = 15, run = hold.replace },
  { "configure replace WORD force", "Do not prompt for confirmation", level = 15,
    run = hold.replace },
  { "configure terminal", "Configure from the terminal", level = 15,
    run = hold.enter },
  { "configure terminal lock", "Lock configuration mode", level = 15,
    run = hold.enter_alone },
  { "configure terminal revert", "Parameters for reverting the configuration",
    level = 15 },
  { "configure terminal revert timer", "Time in minutes for which to wait",
    level = 15 },
  { "configure terminal revert timer <1-120>", "Minutes", level = 15,
    run = hold.enter_guarded },
  { "copy", "Copy from one file to another", level = 15 },
  { "copy running-config", "Copy from current system configuration", level = 15 },
  { "copy running-config startup-config", "Copy to startup configuration", level = 15,
    run = file.copy_running_to_startup },
  { "copy running-config WORD", "Copy to a file", level = 15, run = file.copy_running },
  { "copy startup-config", "Copy from startup configuration", level = 15 },
  { "copy startup-config WORD", "Copy to a file", level = 15, run = file.copy_startup },
  { "copy WORD WORD", "Copy to a file", level = 15, run = file.copy },
  { "delete", "Delete a file", level = 15 },
  { "delete WORD", "File to be deleted", level = 15, run = file.delete },
  { "dir", "List files on a filesystem", level = 15, run = file.dir },
  { "dir WORD", "Directory or file name", level = 15, run = file.dir },
  { "disable", "Turn off privileged commands", run = disable },
  { "enable", "Turn on privileged commands", run = enable },
  { "exit", "Exit from the EXEC", run = leave },
  { "logout", "Exit from the EXEC", run = leave },
  { "more", "Display the contents of a file", level = 15 },
  { "more WORD", "File to display", level = 15, run = file.more, is_pipe = true },
  { "ping", "Send echo messages", run = ping_dialogue },
  { "ping A.B.C.D", "Ping destination address", run = ping },
  { "ping ip A.B.C.D", "Ping destination address", run = ping },
  { "quit", "Exit from the EXEC", run = leave },
  { "reload", "Halt and perform a cold restart", level = 15, run = reload },
  { "show", "Show running system information" },
  { "show arp", "ARP table" },
  { "show cdp", "CDP information" },
  { "show cdp neighbors", "CDP neighbor entries" },
  { "show clock", "Display the system clock" },
  { "show flash:", "display information about flash: file system" },
  { "show history", "Display the session command history" },
  { "show interfaces", "Interface status and configuration" },
  { "show interfaces description", "Show interface description" },
  { "show interfaces status", "Show interface line status" },
  { "show inventory", "Show the physical inventory" },
  { "show ip", "IP information" },
  { "show ip arp", "IP ARP table" },
  { "show ip interface", "IP interface status and configuration" },
  { "show ip interface brief", "Brief summary of IP status and configuration" },
  { "show ip route", "IP routing table" },
  { "show lldp", "LLDP information" },
  { "show lldp neighbors", "LLDP neighbor entries" },
  { "show logging", "Show the contents of logging buffers" },
  { "show mac", "MAC configuration" },
  { "show mac address-table", "MAC forwarding table" },
  { "show privilege", "Show current privilege level" },
  { "show running-config", "Current operating configuration", level = 15 },
  { "show running-config interface LINE", "Interface type and number", level = 15,
    run = show_running_interface, is_pipe = true },
  { "show startup-config", "Contents of startup configuration", level = 15 },
  { "show terminal", "Display terminal configuration parameters" },
  { "show users", "Display information about terminal lines" },
  { "show version", "System hardware and software status" },
  { "show vlan", "VTP VLAN status", run = VLAN.run, is_pipe = true },
  { "show vlan brief", "VTP all VLAN status in brief" },
  { "terminal", "Set terminal line parameters" },
  { "terminal length", "Set number of lines on a screen" },
  { "terminal length <0-512>", "Number of lines on screen (0 for no pausing)",
    run = terminal_length },
  { "terminal monitor", "Copy debug output to the current terminal line",
    level = 15, run = nothing },
  { "terminal no monitor", "Copy debug output to the current terminal line",
    level = 15, run = nothing },
  { "terminal width", "Set width of the display terminal" },
  { "terminal width <0-512>", "Number of characters on a screen line",
    run = terminal_width },
  { "verify", "Verify a file", level = 15 },
  { "verify /md5", "Compute a checksum", level = 15 },
  { "verify /md5 WORD", "File to be verified", level = 15, run = file.verify },
  { "write", "Write running configuration to memory", level = 15,
    run = file.write_memory },
  { "write erase", "Erase NV memory", level = 15, run = file.write_erase },
  { "write memory", "Write to NV memory", level = 15, run = file.write_memory },
}

-- the texts of `show`, by the words of the command
for _, entry in ipairs(ENTRIES) do
  local words = entry[1]:match "^show (.+)$"
  local make = words and show[words:gsub("[ %-]", "_"):gsub(":", "")]
  if make and not entry.run then
    entry.run, entry.is_pipe = shows(make), true
  end
end

local GRAMMARS = { grammar.compile(ENTRIES, 1), grammar.compile(ENTRIES, 15) }

--- The grammar for a privilege level.
-- @int level
-- @treturn Grammar
function exec.grammar(level)
  return GRAMMARS[level > 1 and 2 or 1]
end

-- what software of long ago did not know
local function is_new(found, line)
  return found.filter ~= nil or line:find("|", 1, true) ~= nil
    or found.path == "terminal width" or found.path == "show clock"
end

--- Take one line.
-- @tparam Vty session
-- @string line
function exec.line(session, line)
  local found = exec.grammar(session.level):parse(line)
  if session.device:fault "old" and is_new(found, line) then
    return complaint.invalid(session, #line:match "^%S*" + 1)
  elseif found.problem then
    return complaint.say(session, found, line)
  end
  return found.run(session, found)
end

return exec
