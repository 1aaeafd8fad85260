--- Conditions that a device meets or not: what a filter is built of.
-- @module moonwire.inventory.condition
local schema = require("moonwire.inventory.device").fields
local glob = require "moonwire.inventory.glob"
local set = require "moonwire.set"

local condition = {}

local FIELDS, SECRETS = { group = true }, {}
for _, field in ipairs(schema) do
  FIELDS[field.name] = field.type ~= "secret" and field.type ~= "labels" or nil
  SECRETS[field.name] = field.type == "secret" or nil
end

--- Whether a field holds a secret.
-- @string name
-- @treturn boolean
function condition.is_secret(name)
  return SECRETS[name] == true
end

--- All names that a condition may ask these devices for.
-- @tparam table devices
-- @treturn table set of names
function condition.fields_of(devices)
  local known = {}
  for name in pairs(FIELDS) do
    known[name] = true
  end
  for _, one in ipairs(devices) do
    for label in pairs(one.labels or {}) do
      known[label], known["label." .. label] = true, true
    end
  end
  return known
end

local function value_of(one, name)
  if name == "group" then
    return one.groups
  elseif FIELDS[name] then
    return one[name]
  end
  local labels = one.labels or {}
  local value = labels[name]
  if value == nil then
    value = labels[name:match "^label%.(.*)$"]
  end
  return value
end

-- Whether a value, or one of a list of them, passes a test.
local function any(value, test)
  if type(value) ~= "table" then
    return value ~= nil and test(value)
  end
  for _, inner in ipairs(value) do
    if test(inner) then
      return true
    end
  end
  return false
end

local function equal(a, b)
  return a == b or tostring(a) == tostring(b)
    or tonumber(a) ~= nil and tonumber(a) == tonumber(b)
end

local function less(a, b)
  local x, y = tonumber(a), tonumber(b)
  if x and y then
    return x < y
  end
  return tostring(a) < tostring(b)
end

local tests = {
  ["=="] = function(wanted)
    return function(value) return equal(value, wanted) end
  end,
  ["~"] = function(wanted)
    local fits = glob(tostring(wanted))
    return function(value) return fits(tostring(value)) end
  end,
  ["<"] = function(wanted)
    return function(value) return less(value, wanted) end
  end,
  [">"] = function(wanted)
    return function(value) return less(wanted, value) end
  end,
  ["<="] = function(wanted)
    return function(value) return not less(wanted, value) end
  end,
  [">="] = function(wanted)
    return function(value) return not less(value, wanted) end
  end,
}

local OPPOSITES = { ["!="] = "==", ["!~"] = "~" }

--- Compare a field.
-- @string name
-- @string sign
-- @param wanted
-- @treturn function of a device: whether it meets the condition
function condition.compare(name, sign, wanted)
  local opposite = OPPOSITES[sign]
  local test = tests[opposite or sign](wanted)
  return function(one)
    return any(value_of(one, name), test) == (opposite == nil)
  end
end

--- Ask for one of several values.
-- @string name
-- @tparam table list
-- @bool is_negated
-- @treturn function
function condition.one_of(name, list, is_negated)
  local function test(value)
    for _, wanted in ipairs(list) do
      if equal(value, wanted) then
        return true
      end
    end
    return false
  end
  return function(one)
    return any(value_of(one, name), test) ~= is_negated
  end
end

--- Ask for one of some names of devices.
-- @tparam {string,...} names
-- @treturn function
function condition.named(names)
  local has = set.of(names)
  return function(one)
    return has[one.name] == true
  end
end

--- Not that condition.
-- @tparam function met
-- @treturn function
function condition.negate(met)
  return function(one) return not met(one) end
end

--- Both conditions.
-- @tparam function a
-- @tparam function b
-- @treturn function
function condition.both(a, b)
  return function(one) return a(one) and b(one) end
end

--- One of two conditions.
-- @tparam function a
-- @tparam function b
-- @treturn function
function condition.either(a, b)
  return function(one) return a(one) or b(one) end
end

return condition
