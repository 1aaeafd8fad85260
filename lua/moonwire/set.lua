--- Values that are asked for, and not gone through.
-- @module moonwire.set
local set = {}

--- Make a set of a list.
-- @tparam {any,...} list
-- @treturn table true at each of its values
function set.of(list)
  local made = {}
  for _, value in ipairs(list) do
    made[value] = true
  end
  return made
end

return set
