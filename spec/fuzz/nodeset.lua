--- Any bytes as a node set. What must hold: what it names can be folded and unfolded
-- again, and is the same; there are no more names than allowed.
local nodeset = require "moonwire.inventory.nodeset"
local words = require "spec.fuzz.support.words"

local MOST = 2000
local NAMES = { "r1", "r2", "sw-lon-01", "sw-lon-02" }

local function sorted(list)
  local copy = table.move(list, 1, #list, 1, {})
  table.sort(copy)
  return table.concat(copy, "\n")
end

return function(bytes)
  local options = { most = MOST, names = NAMES, groups = { core = { "r1", "r2" } } }
  local names = words.check(nodeset.expand(bytes, options))
  if not names then
    return
  end
  assert(#names <= MOST, "not more names than allowed")
  if #names == 0 or bytes:find "[^%w%-%[%],!&^.]" then
    return -- a name may hold signs that mean something in a set
  end
  local again = assert(nodeset.expand(nodeset.fold(names), { most = MOST }))
  assert(sorted(again) == sorted(names), "folded and unfolded it is the same")
end
