--- The `show` commands of a simulated switch.
-- Each takes the session and gives text with CR LF. They read the state of the device
-- and change nothing; what does not depend on state is one string for all devices.
-- @module moonwire.lab.cisco_ios.show
local configuration = require "moonwire.lab.configuration"
local flash = require "moonwire.lab.flash"
local gap = require "moonwire.lab.gap"
local interface = require "moonwire.lab.cisco_ios.interface"
local output = require "moonwire.lab.twin.output"
local template = require "moonwire.lab.template"

local show = {}

local PLATFORM = require("moonwire.platform").get "cisco_ios"

local function compile(text)
  return template.compile(text:gsub("\n", "\r\n"), gap)
end

local fill_version = compile [[
@software@
Technical Support: this device is simulated, there is none
Compiled Mon 02-Mar-26 08:00 by moonwire


ROM: Bootstrap program is simulated

@hostname@ uptime is @uptime@
System returned to ROM by @reason@
System image file is "@image@"
Last reload reason: Unknown reason

cisco SIM-L2 (x86-64) processor (revision 1.0) with 935161K/111616K bytes of memory.
Processor board ID @serial@
2 Virtual Ethernet interfaces
8 Gigabit Ethernet interfaces
256K bytes of non-volatile configuration memory.
2097152K bytes of ATA System CompactFlash 0 (Read/Write)

Configuration register is 0x2102

]]

function show.version(session)
  return fill_version(session.device)
end

local fill_inventory = compile [[
NAME: "1", DESCR: "simulated L2 switch chassis"
PID: SIM-L2            , VID: V01  , SN: @serial@

NAME: "GigabitEthernet0/0", DESCR: "Gigabit Ethernet"
PID: SIM-4GE           , VID: V01  , SN: @serial@A

NAME: "GigabitEthernet1/0", DESCR: "Gigabit Ethernet"
PID: SIM-4GE           , VID: V01  , SN: @serial@B

]]

function show.inventory(session)
  return fill_inventory(session.device)
end

local function view(make)
  return function(session)
    return session.device:view(make)
  end
end

show.ip_interface_brief = view(interface.addresses)
show.interfaces_description = view(interface.descriptions)
show.interfaces_status = view(interface.status)
show.vlan_brief = view(interface.vlans)
show.vlan = view(interface.vlans_in_full)

local function with_returns(text)
  return (text:gsub("\n", "\r\n"))
end

local function rendered(now)
  return with_returns(now:render())
end

local BUILDING = "Building configuration...\r\n\r\n"
  .. "Current configuration : %d bytes\r\n"

function show.running_config(session)
  local text = session.device:view(rendered)
  return BUILDING:format(#text) .. text .. "\r\n"
end

function show.startup_config(session)
  local text = session.device:startup_config()
  if not text then
    return "startup-config is not present\r\n"
  end
  text = with_returns(text)
  return ("Using %d out of 262144 bytes\r\n"):format(#text) .. text .. "\r\n"
end

--- `show running-config interface X`
-- @tparam Vty session
-- @string name in full
-- @treturn string|nil nil when there is no such interface
function show.running_interface(session, name)
  local section = session.device:configuration():find("interface " .. name)
  if not section then
    return nil
  end
  local text = with_returns(configuration.render_section(section))
  return BUILDING:format(#text) .. "!\r\n" .. text .. "end\r\n\r\n"
end

function show.clock(session)
  local now = session.device.clock:date()
  local seconds = now // 1 | 0
  local time = os.date("!%H:%M:%S", seconds)
  local day = os.date("!%a %b %d %Y", seconds):gsub(" 0", " ")
  return ("*%s.%03d UTC %s\r\n"):format(time, (now - seconds) * 1000 // 1 | 0, day)
end

function show.users(session)
  local rows = { "    Line       User       Host(s)              Idle       Location" }
  local row = "%s %3d vty %-4d %-10s idle                 00:00:00 %s"
  for i, other in ipairs(session.device:sessions()) do
    local mark = other == session and "*" or " "
    local from = other.tty:client()
    rows[#rows + 1] = row:format(mark, i + 1, i - 1, other.user, from)
  end
  return table.concat(rows, "\r\n") .. "\r\n"
end

function show.privilege(session)
  return ("Current privilege level is %d\r\n"):format(session.level)
end

function show.history(session)
  local lines = table.concat(session.history or {}, "\r\n  ")
  return lines == "" and "" or "  " .. lines .. "\r\n"
end

function show.terminal(session)
  return 'Location: "", Type: "vt100"\r\n'
    .. ("Length: %d lines, Width: %d columns\r\n"):format(session.height, session.width)
end

-- what twins of other platforms show as well
local function about(topic)
  return function(session)
    return output.about(PLATFORM, session.device, topic, session)
  end
end

show.arp = about "arp"
show.ip_arp = show.arp
show.cdp_neighbors = about "neighbors"
show.lldp_neighbors = show.cdp_neighbors
show.interfaces = about "interfaces"
show.ip_route = about "routes"
show.logging = about "log"
show.mac_address_table = about "mac_table"

function show.flash(session)
  local rows = { "Directory of flash0:/", "" }
  for i, name in ipairs(flash.names(session.device)) do
    local size = flash.size(session.device, name)
    local row = "%5d  -rw-  %10d   Mar 2 2026 08:00:00 +00:00  %s"
    rows[#rows + 1] = row:format(i, size, name)
  end
  local free, all = flash.free(session.device)
  rows[#rows + 1] = ""
  rows[#rows + 1] = ("%d bytes total (%d bytes free)"):format(all, free)
  return table.concat(rows, "\r\n") .. "\r\n"
end

return show
