--- Whether a device can be reached: it has one port to be managed by, and a line that
-- shuts this port or takes its address cuts off whoever has typed it, and everybody
-- else, until the configuration goes back. On a twin that is its first port, on a
-- switch of cisco_ios `interface Vlan99`; where a twin's ports stand in no lines there
-- is none.
-- @module moonwire.lab.management
local delivered = require "moonwire.lab.twin.delivered"
local facts = require "moonwire.lab.twin.facts"
local hold = require "moonwire.lab.cisco_ios.hold"
local state = require "moonwire.lab.twin.state"

local management = {}

local SWITCHED = "interface Vlan99"

local function is_twin_lost(device)
  local now = state.of(device) -- as it is by now: it may have gone back
  if now.judged ~= now.running then
    local name = delivered.ports(now.platform, device)[1].name
    now.judged, now.is_lost = now.running, true
    for _, port in ipairs(facts.ports(now.platform, device)) do
      if port.name == name then
        now.is_lost = port.is_shut or not port.address
      end
    end
  end
  return now.is_lost
end

local function has_way_in(configuration)
  local section = configuration:find(SWITCHED)
  return section and configuration:value(section, "ip address") ~= nil
    and configuration:value(section, "shutdown") == nil
end

--- Whether nobody can reach a device any more.
-- @tparam Device device
-- @treturn boolean
function management.is_lost(device)
  if device.twin then
    return is_twin_lost(device)
  end
  hold.settle(device)
  local running = device.running
  return running ~= nil and not device.is_erased and not device:view(has_way_in)
end

return management
