--- Two texts line by line: what is only in one of them, with a few lines around it.
-- @module moonwire.repl.difference

local AROUND = 2 -- lines
local MOST_CELLS = 4000000 -- of the table that is searched

local function lines_of(text)
  local lines = {}
  for line in (text .. "\n"):gmatch "([^\n]*)\n" do
    lines[#lines + 1] = line
  end
  return lines
end

-- How many lines from (i, j) on are in both, for every i and j.
local function common_lengths(a, b, first, last_a, last_b)
  local rows = { [last_a + 1] = {} }
  for i = last_a, first, -1 do
    local row, below = {}, rows[i + 1]
    for j = last_b, first, -1 do
      if a[i] == b[j] then
        row[j] = (below[j + 1] or 0) + 1
      else
        row[j] = math.max(below[j] or 0, row[j + 1] or 0)
      end
    end
    rows[i] = row
  end
  return rows
end

-- Whether the line of 'a' goes before that of 'b', where they are not the same.
local function takes_old(rows, i, j, last_a, last_b)
  if i > last_a or j > last_b then
    return i <= last_a
  end
  return (rows[i + 1][j] or 0) >= (rows[i][j + 1] or 0)
end

local function walk(a, b, first, last_a, last_b, add)
  local rows = common_lengths(a, b, first, last_a, last_b)
  local i, j = first, first
  while i <= last_a or j <= last_b do
    if i <= last_a and j <= last_b and a[i] == b[j] then
      add(" ", a[i])
      i, j = i + 1, j + 1
    elseif takes_old(rows, i, j, last_a, last_b) then
      add("-", a[i])
      i = i + 1
    else
      add("+", b[j])
      j = j + 1
    end
  end
end

-- Only what is near a line that differs.
local function shorten(marked)
  local is_near, kept, last = {}, {}, 0
  for i, line in ipairs(marked) do
    if line:sub(1, 1) ~= " " then
      for near = i - AROUND, i + AROUND do
        is_near[near] = true
      end
    end
  end
  for i, line in ipairs(marked) do
    if is_near[i] then
      kept[#kept + 1] = i > last + 1 and "  …" or nil
      kept[#kept + 1] = line
      last = i
    end
  end
  return table.concat(kept, "\n")
end

--- Compare two texts.
-- @string old
-- @string new
-- @treturn string lines with `-` are only in the old one, with `+` only in the new one;
-- empty when they are the same
return function(old, new)
  if old == new then
    return ""
  end
  local a, b = lines_of(old), lines_of(new)
  local marked = {}
  local function add(sign, line)
    marked[#marked + 1] = sign .. " " .. line
  end
  local first, last_a, last_b = 1, #a, #b
  while first <= last_a and first <= last_b and a[first] == b[first] do
    add(" ", a[first])
    first = first + 1
  end
  while last_a >= first and last_b >= first and a[last_a] == b[last_b] do
    last_a, last_b = last_a - 1, last_b - 1
  end
  if (last_a - first + 1) * (last_b - first + 1) > MOST_CELLS then
    return ("%d lines have become %d: too much to compare"):format(#a, #b)
  end
  walk(a, b, first, last_a, last_b, add)
  for i = last_a + 1, #a do
    add(" ", a[i])
  end
  return shorten(marked)
end
