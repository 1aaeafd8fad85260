--- Interfaces of a simulated switch: their names, and what the configuration makes of
-- them. The functions that make tables give text with CR LF, perhaps with gaps.
-- @module moonwire.lab.cisco_ios.interface
local template = require "moonwire.lab.template"

local interface = {}

local cell = template.cell

local TYPES = {
  { "GigabitEthernet", "Gi", is_physical = true },
  { "TenGigabitEthernet", "Te", is_physical = true },
  { "FastEthernet", "Fa", is_physical = true },
  { "Loopback", "Lo" },
  { "Port-channel", "Po" },
  { "Tunnel", "Tu" },
  { "Vlan", "Vl" },
}

local function type_of(letters)
  local found
  for _, kind in ipairs(TYPES) do
    if kind[1]:sub(1, #letters):lower() == letters:lower() then
      if found then
        return nil -- ambiguous
      end
      found = kind
    end
  end
  return found
end

local function split(text)
  local letters, number = text:match "^%s*([%a%-]+)%s*(%d[%d/.]*)%s*$"
  local kind = letters and type_of(letters)
  return kind, number
end

--- The full name of an interface.
-- @string text such as "gi0/1" or "Vlan 10"
-- @treturn string|nil name
-- @treturn boolean whether it is one that nobody can make or remove
function interface.name(text)
  local kind, number = split(text)
  if not kind then
    return nil, false
  end
  return kind[1] .. number, kind.is_physical or false
end

--- The short name of an interface.
-- @string name such as "GigabitEthernet0/1"
-- @treturn string such as "Gi0/1"
function interface.short(name)
  local kind, number = split(name)
  return kind and kind[2] .. number or name
end

-- what one interface is like
local function describe(configuration, name, section)
  local _, is_physical = interface.name(name)
  local vlan = configuration:value(section, "switchport access vlan") or "1"
  local mode = configuration:value(section, "switchport mode")
  local is_routed = not is_physical or configuration:value(section, "no switchport")
  return {
    name = name,
    short = interface.short(name),
    is_physical = is_physical,
    is_shut = configuration:value(section, "shutdown") ~= nil,
    address = (configuration:value(section, "ip address") or ""):match "^[%d@]%S*",
    description = configuration:value(section, "description") or "",
    vlan = (is_routed and "routed") or (mode == "trunk" and "trunk") or vlan,
  }
end

--- All interfaces of a configuration, in their order.
-- @tparam Configuration configuration
-- @treturn {table,...} `name`, `short`, `is_physical`, `is_shut`, `address` or nil,
-- `description`, `vlan` (a number as text, "trunk" or "routed")
function interface.list(configuration)
  local list = {}
  for name, section in configuration:each "interface" do
    list[#list + 1] = describe(configuration, name, section)
  end
  return list
end

--- `show ip interface brief`
-- @tparam Configuration configuration
-- @treturn string
function interface.addresses(configuration)
  local rows = {
    "Interface              IP-Address      OK? Method Status                Protocol",
  }
  for _, item in ipairs(interface.list(configuration)) do
    rows[#rows + 1] = ("%-22s %s YES %-6s %-21s %-8s"):format(
      item.name,
      cell(item.address or "unassigned", 15),
      item.address and "NVRAM" or "unset",
      item.is_shut and "administratively down" or "up",
      item.is_shut and "down" or "up"
    )
  end
  return table.concat(rows, "\r\n") .. "\r\n"
end

--- `show interfaces description`
-- @tparam Configuration configuration
-- @treturn string
function interface.descriptions(configuration)
  local rows = { "Interface                      Status         Protocol Description" }
  for _, item in ipairs(interface.list(configuration)) do
    rows[#rows + 1] = ("%-30s %-14s %-8s %s"):format(
      item.short,
      item.is_shut and "admin down" or "up",
      item.is_shut and "down" or "up",
      item.description
    )
  end
  return table.concat(rows, "\r\n") .. "\r\n"
end

--- `show interfaces status`
-- @tparam Configuration configuration
-- @treturn string
function interface.status(configuration)
  local rows = {
    "",
    "Port      Name               Status       Vlan       Duplex  Speed Type",
  }
  for _, item in ipairs(interface.list(configuration)) do
    if item.is_physical then
      rows[#rows + 1] = ("%-9s %-18s %-12s %-10s %7s %6s RJ45"):format(
        item.short,
        item.description:sub(1, 18),
        item.is_shut and "disabled" or "connected",
        item.vlan,
        item.is_shut and "auto" or "a-full",
        item.is_shut and "auto" or "auto"
      )
    end
  end
  return table.concat(rows, "\r\n") .. "\r\n"
end

local function ports_by_vlan(configuration)
  local ports = {}
  for _, item in ipairs(interface.list(configuration)) do
    if item.is_physical and item.vlan:find "^%d" then
      ports[item.vlan] = ports[item.vlan] or {}
      table.insert(ports[item.vlan], item.short)
    end
  end
  return ports
end

local PORTS_WIDTH = 31

-- the ports of one VLAN, on as many rows as they need
local function fold_ports(ports)
  local rows = { "" }
  for i, port in ipairs(ports) do
    local text = port .. (i < #ports and ", " or "")
    if #rows[#rows] + #port > PORTS_WIDTH then
      rows[#rows] = rows[#rows]:gsub(", $", "")
      rows[#rows + 1] = ""
    end
    rows[#rows] = rows[#rows] .. text
  end
  return rows
end

local function list_vlans(configuration)
  local vlans = { { "1", "default", "active" } }
  for number, section in configuration:each "vlan" do
    local name = configuration:value(section, "name")
    name = name or ("VLAN%04d"):format(number)
    vlans[#vlans + 1] = { number, name, "active" }
  end
  vlans[#vlans + 1] = { "1002", "fddi-default", "act/unsup" }
  vlans[#vlans + 1] = { "1003", "token-ring-default", "act/unsup" }
  vlans[#vlans + 1] = { "1004", "fddinet-default", "act/unsup" }
  vlans[#vlans + 1] = { "1005", "trnet-default", "act/unsup" }
  return vlans
end

local function rule(...)
  local dashes = {}
  for i, width in ipairs { ... } do
    dashes[i] = ("-"):rep(width)
  end
  return table.concat(dashes, " ")
end

--- `show vlan brief`
-- @tparam Configuration configuration
-- @treturn string
function interface.vlans(configuration)
  local rows = {
    "",
    "VLAN Name                             Status    Ports",
    rule(4, 32, 9, PORTS_WIDTH),
  }
  local ports = ports_by_vlan(configuration)
  for _, vlan in ipairs(list_vlans(configuration)) do
    local folded = fold_ports(ports[vlan[1]] or {})
    local form = "%-4s %-32s %-9s %s"
    rows[#rows + 1] = form:format(vlan[1], vlan[2], vlan[3], folded[1])
    for i = 2, #folded do
      rows[#rows + 1] = (" "):rep(48) .. folded[i]
    end
  end
  return table.concat(rows, "\r\n") .. "\r\n"
end

-- the media of the VLANs that every switch has; the others are Ethernet
local MEDIA = {
  ["1002"] = { "fddi", "-", "-" },
  ["1003"] = { "tr", "-", "-" },
  ["1004"] = { "fdnet", "ieee", "-" },
  ["1005"] = { "trnet", "ibm", "-" },
}

--- `show vlan`
-- @tparam Configuration configuration
-- @treturn string
function interface.vlans_in_full(configuration)
  local rows = {
    "",
    "VLAN Type  SAID       MTU   Parent RingNo BridgeNo Stp  BrdgMode Trans1 Trans2",
    rule(4, 5, 10, 5, 6, 6, 8, 4, 8, 6, 6),
  }
  for _, vlan in ipairs(list_vlans(configuration)) do
    local medium = MEDIA[vlan[1]] or { "enet", "-", "-" }
    local form = "%-4s %-5s %-10d 1500  -      -      -        %-4s %-8s 0      0     "
    local said = 100000 + math.tointeger(vlan[1])
    rows[#rows + 1] = form:format(vlan[1], medium[1], said, medium[2], medium[3])
  end
  local tail = {
    "",
    "Remote SPAN VLANs",
    rule(78),
    "",
    "",
    "Primary Secondary Type              Ports",
    rule(7, 9, 17, 42),
    "",
  }
  return interface.vlans(configuration)
    .. table.concat(rows, "\r\n") .. "\r\n" .. table.concat(tail, "\r\n") .. "\r\n"
end

return interface
