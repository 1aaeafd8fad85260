--- Many names as one short text: `sw[001-400]`, the reverse of expanding a node set.
-- Only names go in here, so nothing is looked up and nothing can fail.
-- @module moonwire.inventory.fold

-- more digits than an integer has are letters to us
local MOST_DIGITS = 15
local UNSAFE = "[%s%[%],&!^@*?\"]"

-- A name as its texts and its runs of digits: "sw1/2" is "sw", 1, "/", 2 and "".
local function split(name)
  local texts, numbers, text = {}, {}, ""
  for letters, digits in name:gmatch "(%D*)(%d*)" do
    text = text .. letters
    if digits ~= "" and #digits <= MOST_DIGITS then
      texts[#texts + 1], numbers[#numbers + 1] = text, digits
      text = ""
    else
      text = text .. digits
    end
  end
  texts[#texts + 1] = text
  return texts, numbers
end

local function before(a, b)
  local x, y = tonumber(a), tonumber(b)
  if x ~= y then
    return x < y
  end
  return #a < #b
end

-- what comes so far behind a number, in the writing of the first one of its range
local function behind(digits, step, first)
  local is_padded = #first > 1 and first:find "^0"
  local format = is_padded and ("%%0%dd"):format(#first) or "%d"
  return format:format(tonumber(digits) + step)
end

local function is_new(list, i)
  return list[i] ~= list[i - 1]
end

-- Neighbours as ranges: { "1", "2", "4" } is 1 to 2 and 4 to 4.
local function neighbours_in(list)
  local ranges, range = {}, nil
  for i, digits in ipairs(list) do
    if range and digits == behind(range.last, 1, range.first) then
      range.last = digits
    elseif is_new(list, i) then
      range = { first = digits, last = digits }
      ranges[#ranges + 1] = range
    end
  end
  return ranges
end

local function write_range(range)
  if range.first == range.last then
    return range.first
  end
  local step = range.step and "/" .. range.step or ""
  return range.first .. "-" .. range.last .. step
end

local function is_single(range)
  return range ~= nil and range.first == range.last
end

-- How far single numbers go on from a range in steps of the same width.
local function end_of_steps(ranges, from)
  local first, second = ranges[from], ranges[from + 1]
  if not is_single(first) or not is_single(second) then
    return from
  end
  local step, to = tonumber(second.first) - tonumber(first.first), from
  while is_single(ranges[to + 1])
    and ranges[to + 1].first == behind(ranges[to].first, step, first.first) do
    to = to + 1
  end
  return to, step
end

local function join(ranges, from, to)
  local parts = {}
  for i = from, to do
    parts[#parts + 1] = write_range(ranges[i])
  end
  return table.concat(parts, ",")
end

-- digits as ranges: { "1", "2", "4" } is "1-2,4", and { "1", "4", "7", "10" } "1-10/3",
-- where that is shorter
local function ranges_of(list)
  table.sort(list, before)
  local ranges, parts, from = neighbours_in(list), {}, 1
  while ranges[from] do
    local to, step = end_of_steps(ranges, from)
    local listed, stepped = join(ranges, from, to), nil
    if step and to > from then
      stepped = write_range {
        first = ranges[from].first, last = ranges[to].first, step = step,
      }
    end
    if stepped and #stepped < #listed then
      parts[#parts + 1] = stepped
    else
      to = from
      parts[#parts + 1] = write_range(ranges[from])
    end
    from = to + 1
  end
  local text = table.concat(parts, ",")
  return text:find "%D" and "[" .. text .. "]" or text
end

-- Entries that differ in one number only become one entry.
local function merge(entries, dimension)
  local merged, by_rest = {}, {}
  for _, entry in ipairs(entries) do
    local own = entry[dimension]
    entry[dimension] = ""
    local rest = table.concat(entry, "\0")
    local target = by_rest[rest]
    if not target then
      target = { entry = entry, list = {} }
      by_rest[rest] = target
      merged[#merged + 1] = target
    end
    target.list[#target.list + 1] = own
  end
  for i, target in ipairs(merged) do
    target.entry[dimension] = ranges_of(target.list)
    merged[i] = target.entry
  end
  return merged
end

local function write(texts, numbers)
  local parts = {}
  for i, text in ipairs(texts) do
    parts[#parts + 1] = text
    parts[#parts + 1] = numbers[i]
  end
  return table.concat(parts)
end

-- names by their texts: those of one family may fold
local function families_of(names)
  local families, by_texts, seen = {}, {}, {}
  for _, name in ipairs(names) do
    if not seen[name] then
      seen[name] = true
      local is_odd = name:find(UNSAFE)
      local texts, numbers = split(is_odd and "" or name)
      local key = is_odd and "\0" .. name or table.concat(texts, "\0")
      local family = by_texts[key]
      if not family then
        family = { texts = texts, entries = {}, literal = is_odd and name }
        by_texts[key] = family
        families[#families + 1] = family
      end
      table.insert(family.entries, numbers)
    end
  end
  return families
end

--- Fold names into a node set. `moonwire.inventory.nodeset.expand` gives them back.
-- @tparam {string,...} names in any order; duplicates count once
-- @treturn string families in the order of their first name; a name with a sign of the
-- node sets in it stands in quotes
return function(names)
  local parts = {}
  for _, family in ipairs(families_of(names)) do
    local entries = family.entries
    for dimension = #family.texts - 1, 1, -1 do
      entries = merge(entries, dimension)
    end
    if family.literal then
      parts[#parts + 1] = '"' .. family.literal:gsub('"', "?") .. '"'
    else
      for _, numbers in ipairs(entries) do
        parts[#parts + 1] = write(family.texts, numbers)
      end
    end
  end
  return table.concat(parts, ",")
end
