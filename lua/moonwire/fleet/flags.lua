--- A yes or no for each device of a run, by its number: a bit, where a table would take
-- forty bytes and more while it grows.
-- @module moonwire.fleet.flags
local Flags = { __name = "moonwire.Flags" }
Flags.__index = Flags

local flags = {}

--- Say yes.
-- @int index from 1 on
function Flags:set(index)
  local word = index >> 6
  self[word] = (self[word] or 0) | 1 << (index & 63)
end

--- Ask.
-- @int index
-- @treturn boolean
function Flags:has(index)
  return (self[index >> 6] or 0) & 1 << (index & 63) ~= 0
end

--- Flags that all say no.
-- @treturn Flags
function flags.new()
  return setmetatable({}, Flags)
end

return flags
