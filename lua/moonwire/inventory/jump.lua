--- Jump hosts as an inventory has them: a name may be that of one of its devices.
-- What a name means otherwise, and the way itself, is for `moonwire.transport.hop`.
-- @module moonwire.inventory.jump
local device = require "moonwire.inventory.device"
local fields = require "moonwire.inventory.fields"

local jump = {}

local MOST = 16 -- hops, as in moonwire.transport.hop
local FORM = "must be [user@]host[:port], a device's name, a table like a device, "
  .. "or a list of these"

-- What of a device does not matter on the way through it: nobody talks to it.
local TALK = {
  secret = true, device_type = true, timeout = true, groups = true, labels = true,
}

local hop_fields = {}
for _, field in ipairs(device.fields) do
  if not TALK[field.name] then
    local own = { is_required = field.name == "host" }
    hop_fields[#hop_fields + 1] = setmetatable(own, { __index = field })
  end
end

local Reading = {}
Reading.__index = Reading

local function is_address(text)
  for part in text:gmatch "[^,]+" do
    if not part:find "^%s*[%w_][%w_.@:/%%%[%]-]*%s*$" and not part:find "^%[" then
      return false
    end
  end
  return text:find "[^,%s]" ~= nil
end

function Reading:_text(text)
  if text == "none" or self.by_name[text] then
    return self.by_name[text] or text
  elseif is_address(text) then
    return text
  end
  return nil, FORM
end

-- A table that several devices share stays one.
function Reading:_hop(given)
  if not self.hops[given] then
    local taken = fields.read(hop_fields, given, self.context)
    self.hops[given] = taken
    local complaint
    taken.jump, complaint = self:read(taken.jump)
    if complaint then
      return nil, complaint
    end
  end
  return self.hops[given]
end

function Reading:_list(given)
  local list = {}
  for i, one in ipairs(given) do
    local complaint
    list[i], complaint = self:read(one)
    if complaint then
      return nil, complaint
    end
  end
  if #list == 0 then
    return nil, FORM
  end
  return list
end

--- One value of the field `jump`.
function Reading:read(given)
  if given == nil then
    return nil
  elseif type(given) == "string" then
    return self:_text(given)
  elseif type(given) ~= "table" then
    return nil, FORM
  elseif given.host ~= nil then
    return self:_hop(given)
  end
  return self:_list(given)
end

local function depth_of(way, depth)
  if type(way) ~= "table" or depth > MOST then
    return depth
  elseif way.host then
    return depth_of(way.jump, depth + 1)
  end
  local deepest = depth
  for _, one in ipairs(way) do
    deepest = math.max(deepest, depth_of(one, depth))
  end
  return deepest
end

--- Put the devices that are meant in the place of their names.
-- @tparam table records of which the devices were made
-- @tparam table devices
-- @tparam table context as for `moonwire.inventory.device`
function jump.resolve(records, devices, context)
  local by_name, with_jump = {}, {}
  for i, one in ipairs(devices) do
    if one.jump ~= nil then
      with_jump[#with_jump + 1] = i
    end
  end
  if #with_jump == 0 then
    return
  end
  for _, one in ipairs(devices) do
    by_name[one.name or ""] = one
  end
  local reading = { by_name = by_name, hops = {}, context = context }
  setmetatable(reading, Reading)
  for _, i in ipairs(with_jump) do
    local complaint
    context.record = records[i]
    devices[i].jump, complaint = reading:read(devices[i].jump)
    if complaint then
      context.complaints:add(records[i], "jump", complaint)
    end
  end
  for _, i in ipairs(with_jump) do
    if depth_of(devices[i].jump, 0) > MOST then
      context.complaints:add(records[i], "jump", "goes in a circle")
      devices[i].jump = nil
    end
  end
end

return jump
