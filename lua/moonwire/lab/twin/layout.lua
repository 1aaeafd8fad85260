--- How families of platforms lay out what they show: lines above, and lines for each
-- item of `moonwire.lab.twin.facts`. In `{name:20}` the text is made so wide; a line
-- with `{name?}` is left out where the item has no such text.
-- @module moonwire.lab.twin.layout
local layout = {}

-- Words and spellings of a family: `up` and `down` of a port and of its protocol, how a
-- hardware address is written.
local IOS = {
  mac = "%1%2.%3%4.%5%6",
  up = { status = "up", protocol = "up", address = "unassigned", method = "NVRAM" },
  down = {
    status = "administratively down", protocol = "down", address = "unassigned",
    method = "unset",
  },
  version = {
    each = { "", "{hostname} uptime is {uptime}", "Serial number: {serial}" },
  },
  interfaces = {
    each = {
      "{name} is {status}, line protocol is {protocol}",
      "  Hardware is Ethernet, address is {mac} (bia {mac})",
      "  Description: {description}",
      "  Internet address is {prefix?}",
      "  MTU 1500 bytes, BW 1000000 Kbit/sec, DLY 10 usec",
      "     {input} packets input, {output} packets output",
    },
  },
  brief = {
    "Interface              IP-Address      OK? Method Status                Protocol",
    each = { "{name:22} {address:15} YES {method:6} {status:21} {protocol}" },
  },
  routes = {
    "Codes: C - connected, L - local, S - static, * - candidate default",
    "",
    each = { "{code:5} {prefix:18} {how}" },
  },
  arp = {
    "Protocol  Address          Age (min)  Hardware Addr   Type   Interface",
    each = { "Internet  {address:16} {age:9}  {mac}  ARPA   {port}" },
  },
  mac_table = {
    "Vlan    Mac Address       Type        Ports",
    "----    -----------       --------    -----",
    each = { "{vlan:4}    {mac}    DYNAMIC     {port}" },
  },
  neighbors = {
    "Device ID           Local Intf          Hold-time  Capability      Port ID",
    each = { "{name:20}{port:20}120        B,R             {remote}" },
  },
  log = {
    "Syslog logging: enabled (0 messages dropped, 0 flushes, 0 overruns)",
    "",
    each = { "{month} {day} {time}: {text}" },
  },
  clock = { each = { "{time} UTC {weekday} {month} {day} {year}" } },
  inventory = {
    each = {
      'NAME: "{name}", DESCR: "{title}"',
      "PID: SIM               , VID: V01  , SN: {serial}",
    },
  },
  users = {
    "    Line       User       Host(s)              Idle       Location",
    each = { "{mark} {line:12} {user:10} idle                 00:00:00   {from}" },
  },
  uptime = { each = { "{hostname} uptime is {uptime}" } },
}

local JUNOS = {
  mac = "%1:%2:%3:%4:%5:%6",
  up = { status = "Enabled", protocol = "Up", admin = "up", link = "up" },
  down = {
    status = "Administratively down", protocol = "Down", admin = "down", link = "down",
  },
  version = { each = { "Hostname: {hostname}", "Model: simulated", "" } },
  interfaces = {
    each = {
      "Physical interface: {name}, {status}, Physical link is {protocol}",
      "  Description: {description}",
      "  Link-level type: Ethernet, MTU: 1514, Speed: 1000mbps",
      "  Current address: {mac}, Hardware address: {mac}",
      "    Destination: 10.2/16, Local: {address?}",
      "    Input packets : {input}",
      "    Output packets: {output}",
    },
  },
  brief = {
    "Interface               Admin Link Proto    Local                 Remote",
    each = { "{name:23} {admin:5} {link:4} inet     {prefix}" },
  },
  routes = {
    "inet.0: 3 destinations, 3 routes (3 active, 0 holddown, 0 hidden)",
    "+ = Active Route, - = Last Active, * = Both",
    "",
    each = { "{prefix:18} *[{protocol}/5] 1w2d 03:04:05", "                    {how}" },
  },
  arp = {
    "MAC Address       Address         Name                      Interface       Flags",
    each = { "{mac} {address:15} {address:25} {port:15} none" },
  },
  mac_table = {
    "   Vlan                MAC                 MAC      Age    Logical",
    "   name                address             flags           interface",
    each = { "   v{vlan:18} {mac}   D        -      {port}.0" },
  },
  neighbors = {
    "Local Interface    Parent Interface Chassis Id          Port info     System Name",
    each = { "{port:18} -                02:00:00:00:00:01   {remote:13} {name}" },
  },
  log = { each = { "{month} {day} {time}  mgd[4242]: {text}" } },
  clock = { each = { "Current time: {iso} {time} UTC" } },
  inventory = {
    "Hardware inventory:",
    "Item             Version  Part number  Serial number     Description",
    each = { "{name:16} REV 01   SIM          {serial:17} {title}" },
  },
  users = {
    "USER     TTY      FROM                              LOGIN@  IDLE WHAT",
    each = { "{user:8} pts/{number:4} {from:33} 8:00AM  -    -cli (cli)" },
  },
  uptime = { each = { "System booted: {uptime} ago" } },
}

local COMWARE = {
  mac = "%1%2-%3%4-%5%6",
  up = { status = "UP", protocol = "UP", prefix = "unassigned" },
  down = { status = "Administratively DOWN", protocol = "DOWN", prefix = "unassigned" },
  version = { each = { "{hostname} uptime is {uptime}", "Bar code: {serial}" } },
  interfaces = {
    each = {
      "{name}",
      "Current state: {status}",
      "Line protocol state: {protocol}",
      "Description: {description}",
      "IP packet frame type: Ethernet II, hardware address: {mac}",
      "Internet address: {address?} (primary)",
      "Input (total):  {input} packets",
      "Output (total): {output} packets",
    },
  },
  brief = {
    "Interface                         IP Address/Mask      Physical   Protocol",
    each = { "{name:33} {prefix:20} {protocol:10} {protocol}" },
  },
  routes = {
    "Destination/Mask   Proto   Pre Cost        NextHop         Interface",
    each = { "{prefix:18} {protocol:7} 0   0           {via:15} {port}" },
  },
  arp = {
    "  Type: S-Static   D-Dynamic   O-Openflow   R-Rule",
    "IP address      MAC address    VLAN ID Interface                Aging Type",
    each = { "{address:15} {mac} --      {port:24} {age:5} D" },
  },
  mac_table = {
    "MAC Address      VLAN ID    State            Port/Nickname            Aging",
    each = { "{mac}   {vlan:10} Learned          {port:24} Y" },
  },
  neighbors = {
    "Local Interface         Chassis ID      Port ID                  System Name",
    each = { "{port:23} 0200-0000-0001  {remote:24} {name}" },
  },
  log = { each = { "{month} {day} {year} {time} sim: {text}" } },
  clock = { each = { "{time} UTC {weekday} {month}/{day}/{year}" } },
  inventory = { each = { "{name}: {title}, serial number {serial}" } },
  users = {
    "  Idx     Line     Idle       Time             Pid     Type  User",
    each = { "+ {number:7} {line:8} 00:00:00   Mar 02 08:00:00  4242    SSH   {user}" },
  },
  uptime = { each = { "{hostname} uptime is {uptime}" } },
}

local UNIX = {
  mac = "%1:%2:%3:%4:%5:%6",
  up = { status = "UP", protocol = "u/u", address = "-", flags = "UP,LOWER_UP" },
  down = { status = "DOWN", protocol = "A/D", address = "-", flags = "BROADCAST" },
  version = { each = { "Serial:           {serial}", "Uptime:           {uptime}" } },
  interfaces = {
    each = {
      "{number}: {name}: <{flags}> mtu 1500 qdisc mq state {status} group default",
      "    alias {description}",
      "    link/ether {mac} brd ff:ff:ff:ff:ff:ff",
      "    inet {prefix?} brd 10.2.255.255 scope global {name}",
      "    RX: {input} packets  TX: {output} packets",
    },
  },
  brief = {
    "Interface        IP Address                        S/L  Description",
    "---------        ----------                        ---  -----------",
    each = { "{name:16} {prefix:33} {protocol:4} {description}" },
  },
  routes = { each = { "{prefix:18} {how}" } },
  arp = { each = { "{address} dev {port} lladdr {mac} REACHABLE" } },
  mac_table = { each = { "{mac} dev {port} vlan {vlan} master bridge" } },
  neighbors = {
    each = {
      "Interface:    {port}, via: LLDP",
      "    SysName:      {name}",
      "    MgmtIP:       {address}",
      "    PortID:       ifname {remote}",
    },
  },
  log = { each = { "{month} {day} {time} sim[4242]: {text}" } },
  clock = { each = { "{weekday} {month} {day} {time} UTC {year}" } },
  inventory = { each = { "{name}: {title} ({serial})" } },
  users = { each = { "{user:8} pts/{number:8} 2026-03-02 08:00 ({from})" } },
  uptime = { each = { " up {uptime}, 1 user, load average: 0.03, 0.02, 0.00" } },
}

local BY_FAMILY = {
  junos = JUNOS,
  ["comware-like"] = COMWARE,
  linux = UNIX,
  vyatta = UNIX,
  gaia = UNIX,
}

--- The layouts of a platform.
-- @tparam table platform
-- @treturn table by topic; and `mac`, `up`, `down`
function layout.of(platform)
  return BY_FAMILY[platform.family] or IOS
end

local function put_in(line, item)
  return (line:gsub("{(%l+)%??:?(%d*)}", function(name, width)
    local text = item[name] or ""
    return text .. (" "):rep((tonumber(width) or 0) - #text)
  end))
end

local function lacks(line, item)
  local name = line:match "{(%l+)%?}"
  return name and not item[name]
end

--- Fill a layout in.
-- @tparam table form one of `layout.of`
-- @tparam {table,...} items
-- @treturn {string,...} lines
function layout.fill(form, items)
  local lines = table.move(form, 1, #form, 1, {})
  for _, item in ipairs(items) do
    for _, line in ipairs(form.each) do
      if not lacks(line, item) then
        lines[#lines + 1] = (put_in(line, item):gsub("%s+$", ""))
      end
    end
  end
  return lines
end

return layout
