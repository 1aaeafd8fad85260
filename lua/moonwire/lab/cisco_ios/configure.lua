--- Configuration mode of a simulated switch: which lines each of its sections knows.
-- What they do is `moonwire.lab.cisco_ios.setting`; lines that IOS knows and the lab
-- does not act upon are kept as they are; all others are refused as IOS does.
-- @module moonwire.lab.cisco_ios.configure
local complaint = require "moonwire.lab.cisco_ios.complaint"
local grammar = require "moonwire.lab.grammar"
local setting = require "moonwire.lab.cisco_ios.setting"

local configure = {}

local keep = setting.keep

local function leave(session)
  session.section = nil
  session.mode = session.mode ~= "config" and "config" or nil
end

--- Leave configuration mode, however deep in it.
-- @tparam Vty session
function configure.finish(session)
  session.section, session.mode, session.has_lock = nil, nil, nil
end

local COMMON = {
  { "exit", "Exit from the current mode", run = leave },
  { "end", "Exit from configure mode", run = configure.finish },
  { "do LINE", "Exec command", run = "do" },
  { "no LINE", "Negate a command or set its defaults", run = "no" },
}

local GLOBAL = {
  { "hostname WORD", "This system's network name", run = setting.hostname },
  { "interface LINE", "Interface type and number", run = setting.interface },
  { "vlan <1-4094>", "ISL VLAN ID", run = setting.section "config-vlan" },
  { "line LINE", "Line number", run = setting.section "config-line" },
  { "archive", "Archive the configuration", run = setting.section "config-archive" },
  { "router LINE", "Routing process", run = setting.section "config-router" },
  { "ip access-list extended WORD", "Name", run = setting.section "config-ext-nacl" },
  { "ip access-list standard WORD", "Name", run = setting.section "config-std-nacl" },
  { "ip route A.B.C.D A.B.C.D LINE", "Next hop or interface", run = keep },
  { "ip default-gateway A.B.C.D", "Address of the default gateway", run = keep },
  { "username WORD", "User name", run = setting.username },
  { "username WORD LINE", "Attributes of the user", run = setting.username },
  { "enable secret LINE", "The UNENCRYPTED secret", run = setting.enable_secret },
  { "enable password LINE", "The UNENCRYPTED password", run = keep },
  { "banner motd LINE", "c text c, where 'c' is a delimiter", run = setting.banner },
  { "banner login LINE", "c text c, where 'c' is a delimiter", run = setting.banner },
  { "banner exec LINE", "c text c, where 'c' is a delimiter", run = setting.banner },
  { "crypto key generate rsa", "Generate RSA keys", run = setting.key },
}

local INTERFACE = {
  { "description LINE", "Up to 200 characters describing it", run = keep },
  { "ip address A.B.C.D A.B.C.D", "IP subnet mask", run = setting.address },
  { "ip address dhcp", "Address by DHCP", run = keep },
  { "shutdown", "Shutdown the selected interface", run = setting.shutdown },
  { "switchport", "Set switching mode characteristics", run = setting.switchport },
}

-- lines that are kept as they are, by their keywords
local KEPT = {
  [GLOBAL] = {
    "aaa", "access-list", "alias", "boot", "cdp", "class-map", "clock",
    "control-plane", "crypto", "errdisable", "ip arp", "ip cef", "ip dhcp", "ip domain",
    "ip domain-lookup", "ip domain-name", "ip forward-protocol", "ip ftp", "ip host",
    "ip http", "ip multicast-routing", "ip name-server", "ip prefix-list", "ip routing",
    "ip scp", "ip ssh", "ip tftp", "ip vrf", "ipv6", "lldp", "logging", "mac",
    "monitor", "ntp", "policy-map", "radius", "radius-server", "route-map", "service",
    "snmp-server", "spanning-tree", "tacacs", "tacacs-server", "track", "vtp",
  },
  [INTERFACE] = {
    "arp", "bandwidth", "carrier-delay", "cdp", "channel-group", "delay", "duplex",
    "encapsulation", "ip access-group", "ip arp", "ip dhcp", "ip directed-broadcast",
    "ip helper-address", "ip igmp", "ip mtu", "ip nat", "ip ospf", "ip pim",
    "ip policy", "ip proxy-arp", "ip redirects", "ip tcp", "ip unreachables",
    "ip verify", "ip vrf", "ipv6", "keepalive", "lldp", "load-interval", "logging",
    "mdix", "mls", "mtu", "negotiation", "power", "service-policy", "snmp",
    "spanning-tree", "speed", "standby", "storm-control", "switchport access",
    "switchport mode", "switchport nonegotiate", "switchport port-security",
    "switchport trunk", "switchport voice", "udld", "vrf",
  },
}

local function grammar_of(entries, kept)
  local all = table.move(entries, 1, #entries, 1, {})
  table.move(COMMON, 1, #COMMON, #all + 1, all)
  for _, words in ipairs(kept or {}) do
    all[#all + 1] = { words, run = keep }
    all[#all + 1] = { words .. " LINE", run = keep }
  end
  return grammar.compile(all)
end

local function kept_lines(...)
  return grammar_of({}, { ... })
end

local ACCESS = { "permit", "deny", "remark", "evaluate" }

local MODES = {
  config = grammar_of(GLOBAL, KEPT[GLOBAL]),
  ["config-if"] = grammar_of(INTERFACE, KEPT[INTERFACE]),
  ["config-vlan"] = kept_lines("name", "state", "shutdown", "mtu", "remote-span"),
  ["config-archive"] = kept_lines("maximum", "path", "time-period", "write-memory"),
  ["config-line"] = kept_lines(
    "absolute-timeout", "access-class", "accounting", "authorization", "exec-timeout",
    "history", "length", "logging", "login", "password", "privilege", "session-timeout",
    "speed", "stopbits", "transport", "width"
  ),
  ["config-router"] = kept_lines(
    "address-family", "area", "auto-summary", "bgp", "default-information", "distance",
    "log-adjacency-changes", "maximum-paths", "neighbor", "network",
    "passive-interface", "redistribute", "router-id", "summary-address", "timers",
    "version"
  ),
  ["config-ext-nacl"] = kept_lines(table.unpack(ACCESS)),
  ["config-std-nacl"] = kept_lines(table.unpack(ACCESS)),
}

--- The grammar of a mode.
-- @string mode such as "config-if"
-- @treturn Grammar
function configure.grammar(mode)
  return MODES[mode]
end

-- A line that the section does not know may be one of the whole configuration; then the
-- section ends with it.
local function parse(session, line)
  local found = MODES[session.mode]:parse(line)
  if found.problem ~= "invalid" or session.mode == "config" then
    return found
  end
  local global = MODES.config:parse(line)
  if global.problem == "invalid" then
    return found
  end
  return global, true
end

local function run(session, found, is_global, is_no)
  if is_global then
    session.section, session.mode = nil, "config"
  end
  return found.run(session, found, is_no)
end

local function negate(session, line)
  local found, is_global = parse(session, line)
  if found.problem == "incomplete" then
    found = { path = found.path, run = keep, table.unpack(found) }
  elseif found.problem then
    return complaint.say(session, found, line)
  elseif type(found.run) == "string" then
    return complaint.invalid(session, 0)
  end
  return run(session, found, is_global, true)
end

-- the rest of the line is a line of its own, but columns count from the beginning
local function run_rest(session, found, run_line)
  session.offset = found.columns[1]
  run_line(session, found[1])
  session.offset = nil
end

--- Take one line of configuration mode.
-- @tparam Vty session
-- @string line
-- @tparam function do_line what runs "do …": of the session and the line behind "do"
function configure.line(session, line, do_line)
  local found, is_global = parse(session, line)
  if found.problem then
    return complaint.say(session, found, line)
  elseif found.run == "do" then
    return run_rest(session, found, do_line)
  elseif found.run == "no" then
    return run_rest(session, found, negate)
  end
  return run(session, found, is_global)
end

return configure
