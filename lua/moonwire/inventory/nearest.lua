--- Which known word somebody probably meant.
-- @module moonwire.inventory.nearest

-- how many letters to change, add, leave out or swap to make 'b' of 'a'
local function distance(a, b)
  local before, row = {}, {}
  for j = 0, #b do
    row[j] = j
  end
  for i = 1, #a do
    local above = row
    row = { [0] = i }
    for j = 1, #b do
      local change = a:byte(i) == b:byte(j) and 0 or 1
      row[j] = math.min(above[j] + 1, row[j - 1] + 1, above[j - 1] + change)
      local is_swap = i > 1 and j > 1 and a:sub(i - 1, i) == b:sub(j - 1, j):reverse()
      if is_swap then
        row[j] = math.min(row[j], before[j - 2] + 1)
      end
    end
    before = above
  end
  return row[#b]
end

--- Find the word that is nearest to a mistyped one.
-- @string word
-- @tparam table known list of words
-- @treturn string|nil nil when none is near: more than a third of the letters differ
return function(word, known)
  local best, least = nil, math.huge
  for _, candidate in ipairs(known) do
    local d = distance(word, candidate)
    if d < least then
      best, least = candidate, d
    end
  end
  return least <= math.max(1, #word // 3) and best or nil
end
