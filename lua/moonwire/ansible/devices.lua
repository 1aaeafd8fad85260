--- The devices that arguments name, checked as those of any inventory are.
-- @module moonwire.ansible.devices
local argument = require "moonwire.ansible.argument"
local inventory = require "moonwire.inventory"
local schema = require "moonwire.inventory.device"

local devices = {}

-- those of lists and tables are read by the inventory, like all others
local fields = {}
for i, field in ipairs(schema.fields) do
  local is_secret = field.type == "secret" or field.name == "answers"
  fields[i] = { name = field.name, type = "raw", is_secret = is_secret or nil }
end

--- The fields of a device as arguments of a module.
devices.schema = fields

local NUMBERS = {
  "timeout", "jump_limit", "keepalive", "keepalive_count", "clock_rate",
}

local function with_types(given)
  local kept = argument.without_blanks(given)
  for _, name in ipairs(NUMBERS) do
    kept[name] = tonumber(kept[name]) or kept[name]
  end
  return kept
end

local function device_of(given)
  if type(given) ~= "table" then
    return { host = given }
  end
  return with_types(given)
end

--- Devices that can be logged in to.
-- @tparam table list of tables with the fields of a device, or of hosts
-- @tparam[opt] table defaults fields for all of them
-- @treturn[1] Inventory
-- @return[2] nil
-- @treturn[2] string message, with no secret in it
function devices.load(list, defaults)
  local records = {}
  for i, given in ipairs(list) do
    records[i] = device_of(given)
  end
  return inventory.load({ devices = records }, {
    defaults = defaults and with_types(defaults),
  })
end

return devices
