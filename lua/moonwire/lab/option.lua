--- What a lab can be asked for, and what it is when nobody asks.
-- @module moonwire.lab.option
local address = require "moonwire.lab.address"
local clock = require "moonwire.lab.clock"
local fault = require "moonwire.lab.fault"

local option = {}

local DEFAULTS = {
  devices = 5,
  rtt = 0,
  jitter = 0,
  think = 0,
  kex_delay = 0,
  auth_delay = 0,
  reload_time = 5,
  seed = 1,
  port = 0,
  username = "admin",
  password = "admin",
  enable = "enable",
  privilege = 15,
  platform = "cisco_ios",
  twin = false,
  fixed_pager = false,
  clock = "real",
  versions = 1,
  flash_size = 2142715904,
  telnet = false,
}

-- these may be left out, and have no default
local OTHERS = {
  faults = "table", host_key = "string", start = "string", files = "table",
  algorithms = "table",
}

local NOT_NEGATIVE = {
  "rtt", "jitter", "think", "kex_delay", "auth_delay", "reload_time", "port",
  "flash_size",
}

-- what one device may have of its own
local OWN = {
  name = "string",
  rtt = "number",
  jitter = "number",
  think = "number",
  kex_delay = "number",
  auth_delay = "number",
  reload_time = "number",
  username = "string",
  password = "string",
  enable = "string",
  privilege = "number",
  platform = "string",
  start = "string",
  fixed_pager = "boolean",
  flash_size = "number",
  files = "table",
  algorithms = "table",
}

local function wrong_type(key, value, expected)
  return ("%s: expected a %s, got a %s"):format(key, expected, type(value))
end

-- what may be of more than one type
local CHECKED_APART = { devices = true, clock = true }

local function check_types(given)
  for key, value in pairs(given) do
    local expected = OTHERS[key] or (DEFAULTS[key] ~= nil and type(DEFAULTS[key]))
    if not expected then
      return ("there is no option '%s'"):format(key)
    elseif type(value) ~= expected and not CHECKED_APART[key] then
      return wrong_type(key, value, expected)
    end
  end
end

local function check_own(own, place)
  for key, value in pairs(own) do
    if not OWN[key] then
      return ("%s: there is no option '%s' for one device"):format(place, key)
    elseif type(value) ~= OWN[key] then
      return wrong_type(place .. "." .. key, value, OWN[key])
    end
  end
end

local function check_list(list)
  local seen = {}
  for i, own in ipairs(list) do
    local place = ("devices[%d]"):format(i)
    if type(own) ~= "table" then
      return wrong_type(place, own, "table")
    end
    local complaint = check_own(own, place)
    local name = (own.name or address.name(i)):lower()
    if not complaint and seen[name] then
      complaint = ("%s: the name '%s' is there twice"):format(place, name)
    end
    if complaint then
      return complaint
    end
    seen[name] = true
  end
end

local function check_count(devices)
  local count = type(devices) == "table" and #devices or devices
  if math.type(count) ~= "integer" or count < 1 or count > address.MOST then
    local message = "devices: expected a list of tables or a number from 1 to %d"
    return message:format(address.MOST)
  end
  return type(devices) == "table" and check_list(devices) or nil
end

local function check_numbers(given)
  for _, key in ipairs(NOT_NEGATIVE) do
    local value = given[key]
    if value ~= value or value < 0 then
      return key .. ": must not be negative"
    end
  end
  if math.type(given.versions) ~= "integer" or given.versions < 1 then
    return "versions: must be a whole number of at least 1"
  end
  if given.port > 65535 or math.type(given.port) ~= "integer" then
    return "port: must be an integer up to 65535"
  end
end

--- Fill in defaults, and complain.
-- @tparam table given see `lab.open`
-- @treturn[1] table complete
-- @return[2] nil
-- @treturn[2] string what is wrong
function option.complete(given)
  local complaint = check_types(given)
  if complaint then
    return nil, complaint
  end
  local complete = { faults = {} }
  for key, value in pairs(DEFAULTS) do
    complete[key] = value
  end
  for key, value in pairs(given) do
    complete[key] = value
  end
  complaint = check_count(complete.devices)
    or check_numbers(complete)
    or fault.complaint(complete.faults)
    or clock.complaint(complete.clock)
  if complaint then
    return nil, complaint
  end
  return complete
end

return option
