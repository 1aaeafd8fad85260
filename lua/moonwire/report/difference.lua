--- What differs between two texts, line by line: the fewest lines taken away and added.
-- @module moonwire.report.difference
local difference = {}

local MOST = 1000 -- lines of each text that are compared with all of the other

local function lines_of(text)
  local lines = {}
  for line in (text:find "\n$" and text or text .. "\n"):gmatch "([^\n]*)\n" do
    lines[#lines + 1] = line
  end
  return lines
end

-- How many lines are the same at the beginning and at the end.
local function same_ends(a, b)
  local head, tail = 0, 0
  local most = math.min(#a, #b)
  while head < most and a[head + 1] == b[head + 1] do
    head = head + 1
  end
  while tail < most - head and a[#a - tail] == b[#b - tail] do
    tail = tail + 1
  end
  return head, tail
end

-- For each pair of places, how many lines can be kept from there on.
local function lengths(a, b)
  local table_of = {}
  for i = #a + 1, 1, -1 do
    local row, below = {}, table_of[i + 1]
    for j = #b + 1, 1, -1 do
      if i > #a or j > #b then
        row[j] = 0
      elseif a[i] == b[j] then
        row[j] = below[j + 1] + 1
      else
        row[j] = math.max(below[j], row[j + 1])
      end
    end
    table_of[i] = row
  end
  return table_of
end

local function walk(a, b, changes)
  local kept = lengths(a, b)
  local i, j = 1, 1
  while i <= #a or j <= #b do
    if i <= #a and j <= #b and a[i] == b[j] then
      changes[#changes + 1] = { " ", a[i] }
      i, j = i + 1, j + 1
    elseif j > #b or i <= #a and kept[i + 1][j] >= kept[i][j + 1] then
      changes[#changes + 1] = { "-", a[i] }
      i = i + 1
    else
      changes[#changes + 1] = { "+", b[j] }
      j = j + 1
    end
  end
end

local function mark_all(sign, lines, changes)
  for _, line in ipairs(lines) do
    changes[#changes + 1] = { sign, line }
  end
end

--- Every line of two texts, in their order. Where they differ over too many lines, all
-- of those count as different.
-- @string old
-- @string new
-- @int[opt=1000] most how many lines of each are compared with all of the other
-- @treturn {table,...} each `{ " " | "-" | "+", line }`
-- @treturn boolean whether there were too many
function difference.compare(old, new, most)
  local a, b = lines_of(old), lines_of(new)
  local head, tail = same_ends(a, b)
  local middle_a = table.move(a, head + 1, #a - tail, 1, {})
  local middle_b = table.move(b, head + 1, #b - tail, 1, {})
  local is_rough = math.max(#middle_a, #middle_b) > (most or MOST)
  local changes = {}
  mark_all(" ", table.move(a, 1, head, 1, {}), changes)
  if is_rough then
    mark_all("-", middle_a, changes)
    mark_all("+", middle_b, changes)
  else
    walk(middle_a, middle_b, changes)
  end
  mark_all(" ", table.move(a, #a - tail + 1, #a, 1, {}), changes)
  return changes, is_rough
end

--- The lines that differ, in their order, as from `difference.compare`.
-- @string old
-- @string new
-- @treturn {table,...} each `{ "-" | "+", line }`
function difference.lines(old, new)
  local changes = {}
  for _, change in ipairs(difference.compare(old, new)) do
    changes[#changes + 1] = change[1] ~= " " and change or nil
  end
  return changes
end

--- The same as a text: `- line` and `+ line`, below each other.
-- @string old
-- @string new
-- @treturn string empty when they are the same
function difference.text(old, new)
  local parts = {}
  for i, change in ipairs(difference.lines(old, new)) do
    parts[i] = ("%s %s\n"):format(change[1], change[2])
  end
  return table.concat(parts)
end

return difference
