--- Two texts line by line: what is only in one of them, with a few lines around it.
-- @module moonwire.repl.difference
local difference = require "moonwire.report.difference"

local AROUND = 2 -- lines
local MOST = 2000 -- lines of each that differ

-- Only what is near a line that differs.
local function shorten(marked)
  local is_near, kept, last = {}, {}, 0
  for i, change in ipairs(marked) do
    if change[1] ~= " " then
      for near = i - AROUND, i + AROUND do
        is_near[near] = true
      end
    end
  end
  for i, change in ipairs(marked) do
    if is_near[i] then
      kept[#kept + 1] = i > last + 1 and "  …" or nil
      kept[#kept + 1] = change[1] .. " " .. change[2]
      last = i
    end
  end
  return table.concat(kept, "\n")
end

-- how many lines there are without those of one side
local function count_without(marked, sign)
  local count = 0
  for _, change in ipairs(marked) do
    count = count + (change[1] ~= sign and 1 or 0)
  end
  return count
end

--- Compare two texts.
-- @string old
-- @string new
-- @treturn string lines with `-` are only in the old one, with `+` only in the new one;
-- empty when they are the same
return function(old, new)
  local marked, is_rough = difference.compare(old, new, MOST)
  if is_rough then
    return ("%d lines have become %d: too much to compare"):format(
      count_without(marked, "+"), count_without(marked, "-"))
  end
  return shorten(marked)
end
