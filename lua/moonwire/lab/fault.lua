--- What can be wrong with a simulated device, by name.
-- A fault is given to one device, or to a share of them; which ones follows from the
-- seed alone, so a run can be repeated. Faults of the connection work by the device's
-- own address only; those of the dialogue also where the user name picks the device.
-- @module moonwire.lab.fault
local chance = require "moonwire.lab.chance"
local duration = require "moonwire.duration"
local size = require "moonwire.size"
local known = require "moonwire.lab.fault.known"

local fault = {}

local by_name = {}
for _, entry in ipairs(known) do
  by_name[entry.name] = entry
end

--- All faults.
-- @treturn {table,...} each with `name` and `about`, a line of explanation
function fault.list()
  local list = {}
  for i, entry in ipairs(known) do
    list[i] = { name = entry.name, about = entry.about }
  end
  return list
end

local function parse_share(text)
  local number, percent = text:match "^(%d*%.?%d+)(%%?)$"
  local share = number and tonumber(number) / (percent == "%" and 100 or 1)
  if not share or share > 1 then
    local message = "'%s' is no share of the devices: write it like 0.1 or 10%%"
    return nil, message:format(text), "invalid"
  end
  return share
end

local function parse_whom(found, whom)
  if whom == "" then
    found.p = 1
    return found
  end
  local device = whom:match "^@(.+)$"
  if device then
    found.device = device
    return found
  end
  local share, message, kind = parse_share(whom)
  if not share then
    return nil, message, kind
  end
  found.p = share
  return found
end

-- What stands behind the colon: the time or the size of what happens.
local function parse_extent(found, entry, text)
  local value, message, kind
  if entry.seconds then
    value, message, kind = duration.parse(text)
    found.seconds = value
  elseif entry.bytes then
    value, message, kind = size.parse(text)
    found.bytes = value
  else
    message = ("the fault '%s' takes no time"):format(entry.name)
    kind = "invalid"
  end
  return value ~= nil, message, kind
end

local function unknown(name)
  local names = {}
  for i, entry in ipairs(known) do
    names[i] = entry.name
  end
  local message = "there is no fault '%s'; known are %s"
  return nil, message:format(name, table.concat(names, ", ")), "invalid"
end

--- Read a fault as the command line has it: `NAME`, `NAME=0.1` or `NAME=10%` (a share
-- of the devices), `NAME=@DEVICE` (its name or number), and where the fault takes a
-- time or a size, `NAME:2s` or `NAME:100M` in place of `NAME`.
-- @string text
-- @treturn[1] table `name`, `p` or `device`, perhaps `seconds` or `bytes`
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: "invalid"
function fault.parse(text)
  local name, extent, whom = text:match "^([%w_]+):?([^=]*)=?(.*)$"
  local entry = by_name[name]
  if not entry then
    return unknown(name or text)
  end
  local found = { name = name }
  if extent ~= "" then
    local ok, message, kind = parse_extent(found, entry, extent)
    if not ok then
      return nil, message, kind
    end
  end
  return parse_whom(found, whom)
end

--- Complain about a list of faults that is not as `lab.open` wants it.
-- @tparam table list
-- @treturn string|nil what is wrong
function fault.complaint(list)
  for i, given in ipairs(list) do
    local name = type(given) == "table" and given.name or given
    local entry = type(given) == "table" and by_name[name]
    if not entry then
      local _, message = unknown(tostring(name))
      return ("faults[%d]: %s"):format(i, message)
    elseif given.seconds and not entry.seconds then
      return ("faults[%d]: the fault '%s' takes no time"):format(i, name)
    elseif given.bytes and not entry.bytes then
      return ("faults[%d]: the fault '%s' takes no size"):format(i, name)
    end
  end
  return nil
end

local function is_meant(given, index, name)
  if given.device == nil then
    return true
  end
  local wanted = tostring(given.device)
  return wanted:lower() == name:lower() or wanted == tostring(index)
end

local function hits(given, seed, index, name)
  if not is_meant(given, index, name) then
    return false
  end
  return given.p == nil or chance.unit(seed, given.name, index) < given.p
end

--- The faults of one device.
-- @tparam table list of `{ name =, p = | device =, seconds = }`
-- @int seed
-- @int index of the device
-- @string name of the device
-- @treturn table|nil from names of faults to their seconds or bytes, or true; nil when
-- healthy
function fault.assign(list, seed, index, name)
  local found
  for _, given in ipairs(list) do
    if hits(given, seed, index, name) then
      found = found or {}
      local entry = by_name[given.name]
      found[given.name] = given.seconds or given.bytes or entry.seconds or entry.bytes
        or true
    end
  end
  return found
end

--- Bring faults of the connection into its profile.
-- @tparam table faults what `assign` gave
-- @tparam table profile is changed
function fault.apply(faults, profile)
  for name, value in pairs(faults) do
    local connection = by_name[name].connection
    if connection then
      connection(profile, value)
    end
  end
end

return fault
