--- The commands that only read, of families of platforms, as a twin's help has them:
-- each word on the way, and what stands beside it. Nothing in here does anything.
-- Sources: the command references of the vendors, as far as the words go; what stands
-- beside them is in our own, where nothing else is said.
-- @module moonwire.lab.twin.words
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

local EXOS = {
  { "show", "Show information about the switch" },
  { "show fdb", "The MAC address table" },
  { "show iparp", "The ARP table" },
  { "show iproute", "The routing table" },
  { "show lldp", "LLDP information" },
  { "show lldp neighbors", "The devices next to this one" },
  { "show log", "The log" },
  { "show ports", "State and counters of the ports" },
  { "show version", "Hardware and software" },
}

local FORTIOS = {
  { "get", "Get dynamic and system information." },
  { "get router", "router" },
  { "get router info", "Dynamic information of the router." },
  { "get router info routing-table", "Routing table." },
  { "get router info routing-table all", "All routes." },
  { "get system", "system" },
  { "get system arp", "ARP table." },
  { "get system interface", "Interfaces." },
  { "get system status", "System status." },
  { "show", "Show configuration." },
  { "show system", "system" },
  { "show system interface", "Interfaces." },
}

-- without the "/" that one may begin with
local ROUTEROS = {
  { "interface", "Interfaces" },
  { "interface print", "Print values of item properties" },
  { "ip", "IP options" },
  { "ip arp", "ARP entries" },
  { "ip arp print", "Print values of item properties" },
  { "ip neighbor", "Neighbors" },
  { "ip neighbor print", "Print values of item properties" },
  { "ip route", "Routes" },
  { "ip route print", "Print values of item properties" },
  { "log", "System logs" },
  { "log print", "Print values of item properties" },
  { "system", "System information and utilities" },
  { "system clock", "Date and time" },
  { "system clock print", "Print values of item properties" },
  { "system resource", "System resources" },
  { "system resource print", "Print values of item properties" },
}

local GAIA = {
  { "show", "Show system settings" },
  { "show arp", "ARP settings" },
  { "show arp dynamic", "Learned entries" },
  { "show arp dynamic all", "All of them" },
  { "show date", "The date" },
  { "show interfaces", "Interfaces" },
  { "show interfaces all", "State and counters of all" },
  { "show route", "The routing table" },
  { "show uptime", "For how long it has been up" },
  { "show version", "The software's version" },
  { "show version all", "Product, build and kernel" },
}

local TMOS = {
  { "show", "View runtime information" },
  { "show net", "Network configuration" },
  { "show net arp", "ARP table" },
  { "show net fdb", "MAC address table" },
  { "show net interface", "Interfaces" },
  { "show net route", "Routes" },
  { "show sys", "General system configuration" },
  { "show sys clock", "System clock" },
  { "show sys hardware", "Hardware" },
  { "show sys version", "Software version" },
}

local AIREOS = {
  { "show", "Display switch options and settings." },
  { "show arp", "Displays the ARP table." },
  { "show arp switch", "Displays that of the switch." },
  { "show interface", "Displays interfaces." },
  { "show interface summary", "Displays a summary of them." },
  { "show inventory", "Displays what the controller is made of." },
  { "show logging", "Displays the log." },
  { "show port", "Displays ports." },
  { "show port summary", "Displays a summary of them." },
  { "show route", "Displays routes." },
  { "show route summary", "Displays a summary of them." },
  { "show sysinfo", "Displays hardware and software." },
  { "show time", "Displays the time of the system." },
}

local CONFD = {
  { "show", "Show information about the system" },
  { "show chassis", "Hardware and software" },
  { "show interfaces", "State and counters of the ports" },
  { "show log", "The log" },
  { "show routing", "The routing table" },
}

local AOS = {
  { "show" },
  { "show arp" },
  { "show interfaces" },
  { "show ip" },
  { "show ip interface" },
  { "show ip routes" },
  { "show lldp" },
  { "show lldp remote-system" },
  { "show log" },
  { "show log swlog" },
  { "show mac-learning" },
  { "show system" },
}

-- proved against BIRD 2.0.12: the words and what stands beside them
local BIRD = {
  { "show", "Show status information" },
  { "show interfaces", "Show network interfaces" },
  { "show route", "Show routing table" },
  { "show status", "Show router status" },
}

--- By a platform's family.
return {
  ["ios-like"] = IOS,
  fastpath = IOS,
  redback = IOS,
  ["comware-like"] = COMWARE,
  junos = JUNOS,
  vyatta = VYATTA,
  panos = PANOS,
  sros = SROS,
  srlinux = SRLINUX,
  exos = EXOS,
  fortios = FORTIOS,
  routeros = ROUTEROS,
  gaia = GAIA,
  tmos = TMOS,
  aireos = AIREOS,
  confd = CONFD,
  aos = AOS,
  bird = BIRD,
}
