--- Configuration mode of a simulated switch: what its lines do to the configuration.
-- Lines with an effect of their own have a function here; lines that IOS knows and the
-- lab does not act upon are kept as they are; all others are refused as IOS does.
-- @module moonwire.lab.cisco_ios.configure
local complaint = require "moonwire.lab.cisco_ios.complaint"
local grammar = require "moonwire.lab.grammar"
local interface = require "moonwire.lab.cisco_ios.interface"

local configure = {}

-- what was entered, with its keywords in full
local function canonical(found)
  return found[1] and found.path .. " " .. table.concat(found, " ") or found.path
end

local function enter(session, mode, header)
  session.mode, session.section = mode, header
  if not session.device:configuration():find(header) then
    session.device:change():section(header)
  end
end

-- the configuration, to be changed, and the section that the session is in
local function open(session)
  local now = session.device:change()
  return now, session.section and now:section(session.section)
end

-- run functions: of the session, what the grammar found, and whether "no" came before

local function keep(session, found, is_no)
  local now, section = open(session)
  if is_no then
    now:remove(section, canonical(found))
  else
    now:set(section, canonical(found))
  end
end

local function set_hostname(session, found, is_no)
  if is_no then
    session.device:change():remove(nil, "hostname")
  elseif not found[1]:find "^%a[%w_.%-]*$" or #found[1] > 63 then
    session:write "% Hostname contains one or more illegal characters.\r\n"
  else
    session.device:change():set(nil, "hostname " .. found[1])
  end
end

local function enter_interface(session, found, is_no)
  local name, is_physical = interface.name(found[1])
  local exists = name and session.device:configuration():find("interface " .. name)
  if not name or (is_physical and not exists) then
    return complaint.invalid(session, found.columns[1])
  elseif not is_no then
    return enter(session, "config-if", "interface " .. name)
  elseif is_physical then
    session:write "% Removal of physical interfaces is not permitted\r\n"
  else
    session.device:change():remove(nil, "interface " .. name)
  end
end

local function section_of(mode)
  return function(session, found, is_no)
    if is_no then
      return keep(session, found, true)
    end
    enter(session, mode, canonical(found))
  end
end

local function is_mask(text)
  local bits = 0
  for octet in text:gmatch "%d+" do
    bits = bits << 8 | math.tointeger(octet)
  end
  local inverted = ~bits & 0xFFFFFFFF
  return inverted & (inverted + 1) == 0, bits
end

local function is_switched(session)
  local _, is_physical = interface.name(session.section:match "%S+$")
  local now = session.device:configuration()
  local section = now:find(session.section)
  return is_physical and now:value(section, "no switchport") == nil
end

local function set_address(session, found, is_no)
  if is_no then
    local now, section = open(session)
    now:remove(section, "ip address")
    now:set(section, "no ip address")
    return
  end
  local fits, bits = is_mask(found[2])
  if not fits then
    session:write(("Bad mask 0x%X for address %s\r\n"):format(bits, found[1]))
  elseif is_switched(session) then
    session:write "% IP addresses may not be configured on L2 links.\r\n"
  else
    keep(session, found)
  end
end

local function set_switchport(session, _, is_no)
  local now, section = open(session)
  now:remove(section, is_no and "switchport" or "no switchport")
end

local function set_shutdown(session, _, is_no)
  local now, section = open(session)
  if is_no then
    now:remove(section, "shutdown")
  else
    now:set(section, "shutdown")
  end
end

-- "secret word" as the configuration shows it
local function hide(session, text)
  return (text:gsub("%f[%w]secret%s+(.+)$", function(rest)
    local is_hidden = rest:find "^[1-9]%s"
    local word = rest:match "^0%s+(.+)$" or rest
    return "secret " .. (is_hidden and rest or "5 " .. session.device:hide(word))
  end))
end

local function set_username(session, found, is_no)
  if not is_no then
    session.device:change():set(nil, hide(session, canonical(found)))
    return
  end
  local warning = "This operation will remove all username related configurations "
    .. "with same name.Do you want to continue? [confirm]"
  if session:confirm(warning) then
    session.device:change():remove(nil, "username " .. found[1])
  end
end

local function set_enable_secret(session, found, is_no)
  if is_no then
    session.device:change():remove(nil, "enable secret")
  else
    session.device:change():set(nil, hide(session, canonical(found)))
  end
end

local function read_banner(session, delimiter, text)
  session:write(
    ("Enter TEXT message.  End with the character '%s'.\r\n"):format(delimiter)
  )
  local lines = { text }
  while true do
    local line, ending =
      session:read_line { help = false, tab = false, history = false }
    if not line or ending == "interrupt" then
      return nil
    end
    local last = line:find(delimiter, 1, true)
    lines[#lines + 1] = last and line:sub(1, last - 1) or line
    if last then
      return table.concat(lines, "\n")
    end
  end
end

local function set_banner(session, found, is_no)
  if is_no then
    session.device:change():remove(nil, found.path)
    return
  end
  local delimiter, text = found[1]:match "^(.)(.*)$"
  local whole = text:match("^(.-)%" .. delimiter)
  whole = whole or read_banner(session, delimiter, text)
  if whole then
    session.device:change():set(nil, ("%s ^C\n%s\n^C"):format(found.path, whole))
  end
end

local function generate_key(session)
  local host = session.device:hostname()
  session:write(("The name for the keys will be: %s.lab.example\r\n"):format(host))
  local bits = session:ask "How many bits in the modulus [1024]: "
  if bits then
    bits = bits == "" and "1024" or bits
    local text = "%% Generating %s bit RSA keys, keys will be non-exportable...\r\n"
    session:print(text:format(bits) .. "[OK] (elapsed time was 0 seconds)\r\n")
  end
end

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
  { "hostname WORD", "This system's network name", run = set_hostname },
  { "interface LINE", "Interface type and number", run = enter_interface },
  { "vlan <1-4094>", "ISL VLAN ID", run = section_of "config-vlan" },
  { "line LINE", "Line number", run = section_of "config-line" },
  { "archive", "Archive the configuration", run = section_of "config-archive" },
  { "router LINE", "Routing process", run = section_of "config-router" },
  { "ip access-list extended WORD", "Name", run = section_of "config-ext-nacl" },
  { "ip access-list standard WORD", "Name", run = section_of "config-std-nacl" },
  { "ip route A.B.C.D A.B.C.D LINE", "Next hop or interface", run = keep },
  { "ip default-gateway A.B.C.D", "Address of the default gateway", run = keep },
  { "username WORD", "User name", run = set_username },
  { "username WORD LINE", "Attributes of the user", run = set_username },
  { "enable secret LINE", "The UNENCRYPTED secret", run = set_enable_secret },
  { "enable password LINE", "The UNENCRYPTED password", run = keep },
  { "banner motd LINE", "c text c, where 'c' is a delimiter", run = set_banner },
  { "banner login LINE", "c text c, where 'c' is a delimiter", run = set_banner },
  { "banner exec LINE", "c text c, where 'c' is a delimiter", run = set_banner },
  { "crypto key generate rsa", "Generate RSA keys", run = generate_key },
}

local INTERFACE = {
  { "description LINE", "Up to 200 characters describing it", run = keep },
  { "ip address A.B.C.D A.B.C.D", "IP subnet mask", run = set_address },
  { "ip address dhcp", "Address by DHCP", run = keep },
  { "shutdown", "Shutdown the selected interface", run = set_shutdown },
  { "switchport", "Set switching mode characteristics", run = set_switchport },
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
