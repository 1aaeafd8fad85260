--- The configuration that a twin is delivered with: its name, its ports, where it looks
-- for others. It follows from the device's number alone.
-- @module moonwire.lab.twin.delivered
local chance = require "moonwire.lab.chance"
local dialect = require "moonwire.lab.twin.dialect"
local gap = require "moonwire.lab.gap"

local delivered = {}

--- How many ports a twin has.
delivered.PORTS = 8

local USUAL_PORT = "Ethernet%d"

-- What the ports are called, and the number of the first, where that is not 1.
local PORTS = {
  alcatel_aos = { "1/1/%d" },
  arista_eos = { "Ethernet%d" },
  aruba_aoscx = { "1/1/%d" },
  aruba_os = { "gigabitethernet 0/0/%d", 0 },
  checkpoint_gaia = { "eth%d", 0 },
  cisco_asa = { "GigabitEthernet0/%d", 0 },
  cisco_ios = { "GigabitEthernet0/%d", 0 },
  cisco_nxos = { "Ethernet1/%d" },
  cisco_wlc = { "%d" },
  cisco_xr = { "GigabitEthernet0/0/0/%d", 0 },
  cumulus_linux = { "swp%d" },
  dell_os10 = { "ethernet1/1/%d" },
  dell_sonic = { "Ethernet%d", 0 },
  ericsson_ipos = { "port-1-%d" },
  extreme_exos = { "1:%d" },
  f5_tmsh = { "1.%d" },
  fortinet = { "port%d" },
  frr_vtysh = { "eth%d", 0 },
  hp_comware = { "GigabitEthernet1/0/%d" },
  hp_procurve = { "%d" },
  huawei_vrp = { "GigabitEthernet0/0/%d" },
  juniper_junos = { "ge-0/0/%d", 0 },
  linux = { "eth%d", 0 },
  mikrotik_routeros = { "ether%d" },
  nokia_srl = { "ethernet-1/%d" },
  nokia_sros = { "1/1/%d" },
  paloalto_panos = { "ethernet1/%d" },
  ruckus_fastiron = { "ethernet 1/1/%d" },
  siemens_ros = { "%d" },
  siemens_roxii = { "fe-1-%d" },
  siemens_scalance = { "gigabitethernet 0/%d" },
  ubiquiti_edgerouter = { "eth%d", 0 },
  ubiquiti_edgeswitch = { "0/%d" },
  vyos = { "eth%d", 0 },
  zte_zxros = { "gei-0/1/0/%d" },
}

local ABOUT = { "uplink to core", "downlink to access", "server room", "printers" }

-- One port in four is free.
local function port_of(device, place, number)
  local x = chance.integer(device.index, "port", number)
  local is_first = number == 1
  return {
    name = place[1]:format((place[2] or 1) + number - 1),
    is_shut = not is_first and x & 3 == 0,
    address = is_first and gap.address(device) or nil,
    description = is_first and "management" or ABOUT[(x >> 2 & 3) + 1],
  }
end

--- The ports as delivered.
-- @tparam table platform
-- @tparam Device device
-- @treturn {table,...} `name`, `description`, `address` (or nil), `is_shut`
function delivered.ports(platform, device)
  local place, ports = PORTS[platform.name] or { USUAL_PORT }, {}
  for number = 1, delivered.PORTS do
    ports[number] = port_of(device, place, number)
  end
  return ports
end

local write = {}

function write.sections(lines, port, off)
  lines[#lines + 1] = "interface " .. port.name
  lines[#lines + 1] = " description " .. port.description
  if port.address then
    lines[#lines + 1] = " ip address " .. port.address .. " 255.255.0.0"
  end
  if port.is_shut then
    lines[#lines + 1] = " " .. off
  end
end

local FORMS = { -- of lines that begin with "set": description, address, and off
  junos = {
    'set interfaces %s description "%s"',
    "set interfaces %s unit 0 family inet address %s/16",
    "set interfaces %s disable",
  },
  vyatta = {
    "set interfaces ethernet %s description '%s'",
    "set interfaces ethernet %s address '%s/16'", "set interfaces ethernet %s disable",
  },
  panos = {
    'set network interface ethernet %s comment "%s"',
    "set network interface ethernet %s layer3 ip %s/16",
    "set network interface ethernet %s link-state down",
  },
  srlinux = {
    'set / interface %s description "%s"',
    "set / interface %s subinterface 0 ipv4 address %s/16",
    "set / interface %s admin-state disable",
  },
  sros = { -- (K)
    '/configure port %s description "%s"',
    '/configure router "Base" interface %s ipv4 primary address %s/16',
    "/configure port %s admin-state disable",
  },
  gaia = {
    'set interface %s comments "%s"', "set interface %s ipv4-address %s mask-length 16",
    "set interface %s state off",
  },
}

--- Whether ports stand in the configuration by lines that begin with "set".
-- @tparam table platform
-- @treturn boolean
function delivered.writes_ports(platform)
  return FORMS[platform.family] ~= nil
end

local FIELDS = { "description", "address", "is_shut" }

-- the pattern of lines of a form
local function pattern_of(form)
  local pattern = form:gsub("[%^$()%.%[%]*+%-?]", "%%%0")
  return "^" .. pattern:gsub("%%s", "(%%S+)", 1):gsub("%%s", "(.-)") .. "$"
end

--- What a line that begins with "set" says of a port.
-- @tparam table platform
-- @string line
-- @treturn string|nil the field: "description", "address", "is_shut"; nil: nothing
-- @treturn string the port's name
-- @treturn string|boolean the value
function delivered.read(platform, line)
  for i, field in ipairs(FIELDS) do
    local name, value = line:match(pattern_of(FORMS[platform.family][i]))
    if name then
      return field, name, value or true
    end
  end
end

function write.set(lines, port, forms)
  lines[#lines + 1] = forms[1]:format(port.name, port.description)
  if port.address then
    lines[#lines + 1] = forms[2]:format(port.name, port.address)
  end
  if port.is_shut then
    lines[#lines + 1] = forms[3]:format(port.name)
  end
end

local NTP = {
  junos = "set system ntp server 192.0.2.1",
  vyatta = "set system ntp server 192.0.2.1",
  panos = "set deviceconfig system ntp-servers primary-ntp-server 192.0.2.1",
  srlinux = "set / system ntp server 192.0.2.1",
  sros = "/configure system time ntp server 192.0.2.1",
  gaia = "set ntp server primary 192.0.2.1 version 3",
}

--- A configuration.
-- @tparam table platform
-- @tparam Device device
-- @treturn {string,...} lines
function delivered.configuration(platform, device)
  local lines = { dialect.naming(platform, device.name) }
  local way, forms = dialect.of(platform), FORMS[platform.family]
  for _, port in ipairs(delivered.ports(platform, device)) do
    if way.sections then
      write.sections(lines, port, "shutdown")
    elseif forms then
      write.set(lines, port, forms)
    end
  end
  lines[#lines + 1] = NTP[platform.family] or "ntp server 192.0.2.1"
  return lines
end

return delivered
