--- Which devices a lab has: names, settings, faults, and how to reach each. It follows
-- from the lab's options alone, so a client can work it out as well as the lab.
-- @module moonwire.lab.catalogue
local address = require "moonwire.lab.address"
local fault = require "moonwire.lab.fault"
local platform = require "moonwire.platform"

local catalogue = {}

local Catalogue = { __name = "moonwire.lab.Catalogue" }
Catalogue.__index = Catalogue

local MIXED = "mixed"

local function name_list(list)
  local by_name = {}
  for i, own in ipairs(list) do
    by_name[(own.name or address.name(i)):lower()] = i
  end
  return by_name
end

local function check_platforms(options, list)
  local names = { options.platform ~= MIXED and options.platform or nil }
  for _, own in ipairs(list or {}) do
    names[#names + 1] = own.platform
  end
  for _, name in ipairs(names) do
    local found, message, kind = platform.get(name)
    if not found then
      return nil, message, kind
    end
  end
  return true
end

--- The devices of a lab.
-- @tparam table options complete, see `moonwire.lab.option`
-- @treturn[1] Catalogue
-- @return[2] nil
-- @treturn[2] string message: there is no such platform
-- @treturn[2] string kind: invalid
function catalogue.new(options)
  local list = type(options.devices) == "table" and options.devices or nil
  local ok, message, kind = check_platforms(options, list)
  if not ok then
    return nil, message, kind
  end
  return setmetatable({
    platforms = options.platform == MIXED and platform.names() or nil,
    options = options,
    count = list and #list or options.devices,
    list = list,
    by_name = list and name_list(list),
    inherited = { __index = options },
  }, Catalogue)
end

--- The name of a device.
-- @int index
-- @treturn string
function Catalogue:name(index)
  return self.list and self.list[index].name or address.name(index)
end

--- The device of a name.
-- @string name in upper or lower case
-- @treturn int|nil its index
function Catalogue:named(name)
  local index
  if self.by_name then
    index = self.by_name[name:lower()]
  else
    index = address.named(name)
  end
  return index and index <= self.count and index or nil
end

--- The device at an address of its own.
-- @string text
-- @treturn int|nil its index
function Catalogue:at(text)
  local index = address.index(text)
  return index and index <= self.count and index or nil
end

--- Whether devices have settings of their own.
-- @treturn boolean
function Catalogue:differs()
  return self.list ~= nil or self.platforms ~= nil
end

--- What was asked for, for one device or else for all.
-- @int index
-- @treturn table
function Catalogue:settings(index)
  if not self:differs() then
    return self.options
  end
  local own = {}
  for key, value in pairs(self.list and self.list[index] or {}) do
    own[key] = value
  end
  if self.platforms and not own.platform then
    own.platform = self.platforms[(index - 1) % #self.platforms + 1]
  end
  return setmetatable(own, self.inherited)
end

--- The faults of a device.
-- @int index
-- @treturn table|nil see `fault.assign`
function Catalogue:faults(index)
  local options = self.options
  if not options.faults[1] then
    return nil
  end
  return fault.assign(options.faults, options.seed, index, self:name(index))
end

--- What a client needs to know about every device.
-- @tparam table place `port`, `closed_port` and `host_key` ("SHA256:…") of the lab
-- @treturn {table,...} devices
function Catalogue:inventory(place)
  local devices = {}
  for index = 1, self.count do
    local settings, faults = self:settings(index), self:faults(index)
    local is_refused = faults and faults.refuse
    devices[index] = {
      name = self:name(index),
      host = address.of(index),
      port = is_refused and place.closed_port or place.port,
      username = settings.username,
      password = settings.password,
      secret = settings.enable,
      device_type = settings.platform,
      host_key = place.host_key,
      clock_rate = math.tointeger(self.options.clock),
    }
  end
  return devices
end

return catalogue
