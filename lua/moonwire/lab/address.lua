--- The names and addresses of simulated devices: computed, never stored, so that ten
-- thousand of them cost nothing. Device i answers on 127.1.x.y with i = 256 x + y.
-- @module moonwire.lab.address
local address = {}

local FIRST_NAMES = {
  "SW-CORE_1", "SW-CORE_2", "SW-Bld_A", "SW-Bld_B", "SW-Data_Center",
}

local NUMBER_OF = {}
for i, name in ipairs(FIRST_NAMES) do
  NUMBER_OF[name:lower()] = i
end

--- The address that all devices share; there the name of the user tells which one.
address.SHARED = "127.0.0.1"

--- The most devices there can be.
address.MOST = 0xFE0000 - 1

--- The address of a device.
-- @int index from 1
-- @treturn string such as "127.1.0.7"
function address.of(index)
  return ("127.%d.%d.%d"):format(1 + (index >> 16), index >> 8 & 255, index & 255)
end

--- The device with an address.
-- @string text
-- @treturn int|nil its index, at least 1
function address.index(text)
  local a, b, c = text:match "^127%.(%d+)%.(%d+)%.(%d+)$"
  local index = a and math.tointeger((a - 1) * 65536 + b * 256 + c) or 0
  return index >= 1 and index or nil
end

--- The name of a device when nobody gave it one.
-- @int index
-- @treturn string
function address.name(index)
  return FIRST_NAMES[index] or "R" .. index
end

--- The device with such a name.
-- @string name in upper or lower case
-- @treturn int|nil its index
function address.named(name)
  local lower = name:lower()
  local digits = lower:match "^r([1-9]%d*)$"
  local index = NUMBER_OF[lower] or (digits and #digits < 9 and math.tointeger(digits))
  return (index and address.name(index):lower() == lower) and index or nil
end

return address
