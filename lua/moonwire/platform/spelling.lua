--- Which known word somebody probably meant.
-- @module moonwire.platform.spelling
local spelling = {}

--- How many letters to change, add, leave out or swap to make one word of another.
-- @string a
-- @string b
-- @treturn int
function spelling.distance(a, b)
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

-- how many letters of one word the other has too, wherever they are
local function count_shared(a, b)
  local left, count = {}, 0
  for letter in b:gmatch "." do
    left[letter] = (left[letter] or 0) + 1
  end
  for letter in a:gmatch "." do
    if (left[letter] or 0) > 0 then
      left[letter] = left[letter] - 1
      count = count + 1
    end
  end
  return count
end

--- The word that is nearest to a mistyped one.
-- @string word
-- @tparam {string,...} known of several that are equally near, the one that has most of
-- its letters wins
-- @int most letters that may differ
-- @treturn string|nil
function spelling.nearest(word, known, most)
  local best, least, shared = nil, math.huge, 0
  for _, candidate in ipairs(known) do
    local distance = spelling.distance(word, candidate)
    local count = distance <= least and count_shared(word, candidate) or 0
    if distance < least or distance == least and count > shared then
      best, least, shared = candidate, distance, count
    end
  end
  return least <= most and best or nil
end

return spelling
