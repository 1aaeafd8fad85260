--- What is true of a twin, whatever words it has for that: ports as they are configured
-- now, neighbours, tables, the log, who is on it. All of it follows from the device's
-- number, its configuration and the lab's clock. Each fact is a list of items, which
-- are tables of texts.
-- @module moonwire.lab.twin.facts
local address = require "moonwire.lab.address"
local chance = require "moonwire.lab.chance"
local delivered = require "moonwire.lab.twin.delivered"
local dialect = require "moonwire.lab.twin.dialect"
local gap = require "moonwire.lab.gap"
local state = require "moonwire.lab.twin.state"

local facts = {}

local GATEWAY = "10.2.0.1"

-- locally administered, so that it is nobody's
local function mac_of(index, number)
  local x = chance.integer(index, "mac", number)
  return ("02%02x%02x%02x%02x%02x"):format(
    x & 255, x >> 8 & 255, x >> 16 & 255, x >> 24 & 255, x >> 32 & 255
  )
end

local function sectioned_ports(lines)
  local ports, port = {}, nil
  for _, line in ipairs(lines) do
    local name = line:match "^interface (.+)$"
    if name then
      port = { name = name, description = "" }
      ports[#ports + 1] = port
    elseif not line:find "^ " then
      port = nil
    elseif port then
      port.description = line:match "^ description (.*)$" or port.description
      port.address = line:match "^ ip address (%d[%d.]+)" or port.address
      port.is_shut = port.is_shut or line == " shutdown"
    end
  end
  return ports
end

local function set_ports(platform, lines)
  local ports, by_name = {}, {}
  local function port_of(name)
    if not by_name[name] then
      by_name[name] = { name = name, description = "" }
      ports[#ports + 1] = by_name[name]
    end
    return by_name[name]
  end
  for _, line in ipairs(lines) do
    local field, name, value = delivered.read(platform, line)
    if field then
      port_of(name)[field] = value
    end
  end
  return ports
end

-- as it runs now, whoever plays the device
local function lines_of(device)
  if device.twin then
    return state.of(device).running
  end
  local lines = {}
  for line in device:running_config():gmatch "[^\n]+" do
    lines[#lines + 1] = line
  end
  return lines
end

local function name_of(device)
  return device.twin and state.of(device):hostname() or device:hostname()
end

local function ports_of(platform, device)
  local lines = lines_of(device)
  if dialect.of(platform).sections then
    return sectioned_ports(lines)
  elseif delivered.writes_ports(platform) then
    return set_ports(platform, lines)
  end
  return delivered.ports(platform, device)
end

--- Ports as they are configured: `name`, `description`, `address`, `is_shut`.
facts.ports = ports_of

--- Ports: `name`, `description`, `address`, `prefix`, `mac`, `is_shut`, `input`,
-- `output` (packets).
function facts.interfaces(platform, device)
  local ports = ports_of(platform, device)
  for number, port in ipairs(ports) do
    local x = chance.integer(device.index, "packets", number)
    port.number = tostring(number)
    port.mac = mac_of(device.index, number)
    port.prefix = port.address and port.address .. "/16"
    port.input = tostring(port.is_shut and 0 or x & 0xFFFFFF)
    port.output = tostring(port.is_shut and 0 or x >> 24 & 0xFFFFFF)
  end
  return ports
end

-- On every port that is up another device of the lab is found.
local function neighbours(platform, device)
  local found = {}
  for number, port in ipairs(facts.interfaces(platform, device)) do
    if not port.is_shut and not port.name:find "^%a+lan%d" then
      local index = device.index + number
      found[#found + 1] = {
        index = index, number = number, port = port.name, name = address.name(index),
      }
    end
  end
  return found
end

--- Neighbours: `port`, `name`, `remote` (its port), `address`.
function facts.neighbors(platform, device)
  local list, ports = neighbours(platform, device), delivered.ports(platform, device)
  for _, one in ipairs(list) do
    one.remote = ports[one.number % #ports + 1].name
    one.address = gap.address(one)
  end
  return list
end

--- The ARP table: `address`, `mac`, `port`, `age` (minutes).
function facts.arp(platform, device)
  local list = { { address = GATEWAY, mac = mac_of(0, 0), age = "3" } }
  for _, one in ipairs(neighbours(platform, device)) do
    list[#list + 1] = {
      address = gap.address(one), mac = mac_of(one.index, 1),
      age = tostring(chance.integer(one.index, "age") & 127),
    }
  end
  local port = "mgmt"
  for _, one in ipairs(facts.interfaces(platform, device)) do
    port = one.address and one.name or port
  end
  for _, entry in ipairs(list) do
    entry.port = port
  end
  return list
end

--- The MAC address table: `vlan`, `mac`, `port`.
function facts.mac(platform, device)
  local list = {}
  for _, one in ipairs(neighbours(platform, device)) do
    local vlan = 10 * (1 + (chance.integer(one.index, "vlan") & 3))
    list[#list + 1] =
      { vlan = tostring(vlan), mac = mac_of(one.index, one.number), port = one.port }
  end
  return list
end

--- Routes: `code`, `protocol`, `prefix`, `via` ("" for what is connected), `port`.
function facts.routes(platform, device)
  local list = {
    { code = "S*", protocol = "static", prefix = "0.0.0.0/0", via = GATEWAY },
  }
  for _, port in ipairs(facts.interfaces(platform, device)) do
    if port.address and not port.is_shut then
      local net = port.address:gsub("%.%d+%.%d+$", ".0.0/16")
      list[1].port = list[1].port or port.name
      list[#list + 1] =
        { code = "C", protocol = "direct", prefix = net, via = "", port = port.name }
      list[#list + 1] = {
        code = "L", protocol = "local", prefix = port.address .. "/32", via = "",
        port = port.name,
      }
    end
  end
  return list
end

local EVENTS = {
  "Interface %s, changed state to up",
  "Configured by admin from 10.2.0.9",
  "Interface %s, changed state to down",
  "Time synchronized with 192.0.2.1",
  "Login success for admin from 10.2.0.9",
}

local DAY = 86400

local function date_texts(seconds)
  local at = seconds // 1 | 0
  return {
    time = os.date("!%H:%M:%S", at),
    weekday = os.date("!%a", at),
    month = os.date("!%b", at),
    day = (os.date("!%d", at):gsub("^0", " ")),
    year = os.date("!%Y", at),
    iso = os.date("!%Y-%m-%d", at),
  }
end

--- The log: `text`, and a time as of `facts.clock`. The same whenever it is asked for.
function facts.log(platform, device)
  local list, ports = {}, delivered.ports(platform, device)
  for number, event in ipairs(EVENTS) do
    local x = chance.integer(device.index, "log", number)
    local item = date_texts(1772438400 - (#EVENTS - number) * DAY - (x & 0xFFFF))
    item.text = event:format(ports[(x >> 16) % #ports + 1].name)
    list[number] = item
  end
  return list
end

--- The time: `time`, `weekday`, `month`, `day`, `year`, `iso` (its date).
function facts.clock(_, device)
  return { date_texts(device.clock:date()) }
end

--- What it is made of: `name`, `title`, `serial`.
function facts.inventory(platform, device)
  local serial = gap.serial(device)
  return {
    { name = "Chassis", title = platform.title or platform.name, serial = serial },
    { name = "Power supply 1", title = "power supply", serial = serial .. "A" },
    { name = "Fan 1", title = "fan", serial = serial .. "B" },
  }
end

--- Who is on it: `line`, `user`, `from`, `mark` ("*" for the one who asks).
function facts.users(_, device, session)
  local list = {}
  for i, other in ipairs(device:sessions()) do
    list[i] = {
      line = ("vty %d"):format(i - 1), user = other.user, from = other.tty:client(),
      mark = other == session and "*" or " ", number = tostring(i - 1),
    }
  end
  return list
end

--- For how long it has been up: `hostname`, `uptime`.
function facts.uptime(_, device)
  return { { hostname = name_of(device), uptime = device:uptime() } }
end

--- What it is: `hostname`, `uptime`, `serial`, `title`.
function facts.version(platform, device)
  return {
    {
      hostname = name_of(device),
      uptime = device:uptime(),
      serial = gap.serial(device),
      title = platform.title or platform.name,
    },
  }
end

return facts
