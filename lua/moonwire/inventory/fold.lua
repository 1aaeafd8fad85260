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

-- what follows a number in the writing of the first one of its range
local function successor(digits, width)
  local is_padded = width > 1 and digits.first:find "^0"
  local format = is_padded and ("%%0%dd"):format(width) or "%d"
  return format:format(tonumber(digits.last) + 1)
end

-- digits as ranges: { "1", "2", "4" } is "1-2,4"
local function ranges_of(list)
  table.sort(list, before)
  local parts, range = {}, nil
  local function finish()
    if range then
      local is_one = range.first == range.last
      parts[#parts + 1] = is_one and range.first or range.first .. "-" .. range.last
    end
  end
  for _, digits in ipairs(list) do
    if range and digits == successor(range, #range.first) then
      range.last = digits
    elseif not range or digits ~= range.last then
      finish()
      range = { first = digits, last = digits }
    end
  end
  finish()
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
