--- What a Lua pattern is made of: what it can cost, and what it is in PCRE2's words.
-- @module moonwire.parse.item
local item = {}

local find = string.find

local ALL = {}
for byte = 0, 255 do
  ALL[byte] = string.char(byte)
end

local sets = {} -- by the text of a class: which bytes are in it
local sets_known = 0

-- Which bytes one character of a pattern stands for: Lua's own matcher says so.
local function set_of(class)
  local set = sets[class]
  if set then
    return set
  end
  set = {}
  for byte = 0, 255 do
    set[byte] = find(ALL[byte], "^" .. class) ~= nil
  end
  if sets_known > 500 then
    sets, sets_known = {}, 0
  end
  sets[class], sets_known = set, sets_known + 1
  return set
end

-- Behind a set in brackets; nil when it does not end.
local function end_of_set(pattern, at)
  at = at + 1
  if pattern:sub(at, at) == "^" then
    at = at + 1
  end
  repeat
    if at > #pattern then
      return nil
    end
    at = at + (pattern:sub(at, at) == "%" and 2 or 1)
  until pattern:sub(at, at) == "]"
  return at + 1
end

local READERS = {}

READERS["("] = function(pattern, at)
  local is_place = pattern:sub(at + 1, at + 1) == ")"
  return { kind = "open", is_place = is_place }, at + 1
end

READERS[")"] = function(_, at)
  return { kind = "close" }, at + 1
end

local function end_of_class(pattern, at)
  local letter = pattern:sub(at, at)
  if letter == "[" then
    return end_of_set(pattern, at)
  end
  local behind = at + (letter == "%" and 2 or 1)
  return behind <= #pattern + 1 and behind or nil
end

-- A letter may stand for something else where it stands first.
local function as_class(class)
  if #class > 1 or class == "." or class:find "%w" then
    return class
  end
  return class == "\0" and "[\0]" or "%" .. class
end

local function read_class(pattern, at)
  local behind = end_of_class(pattern, at)
  if not behind then
    return nil
  end
  local one = { kind = "class", set = set_of(as_class(pattern:sub(at, behind - 1))) }
  one.quantifier = pattern:match("^[*+?-]", behind)
  return one, behind + (one.quantifier and 1 or 0)
end

READERS["%"] = function(pattern, at)
  local letter = pattern:sub(at + 1, at + 1)
  if letter == "b" then
    local from, to = pattern:sub(at + 2, at + 2), pattern:sub(at + 3, at + 3)
    return to ~= "" and { kind = "balance", from = from, to = to } or nil, at + 4
  elseif letter == "f" then
    local behind = pattern:sub(at + 2, at + 2) == "[" and end_of_set(pattern, at + 2)
    if not behind then
      return nil
    end
    return { kind = "frontier", set = set_of(pattern:sub(at + 2, behind - 1)) }, behind
  elseif letter:find "^%d" then
    return { kind = "back", number = tonumber(letter) }, at + 2
  end
  return read_class(pattern, at)
end

-- Whether each capture ends, and what refers to one stands behind it.
local function is_sound(items)
  local open, count, has_ended = {}, 0, {}
  for _, one in ipairs(items) do
    if one.kind == "open" then
      count = count + 1
      open[#open + 1] = count
    elseif one.kind == "close" and #open == 0
      or one.kind == "back" and not has_ended[one.number] then
      return false
    elseif one.kind == "close" then
      has_ended[table.remove(open)] = true
    end
  end
  return #open == 0
end

-- The items of a pattern, or nil when it is not well formed.
local function parse(pattern, has_no_anchor)
  local items, at = {}, 1
  if not has_no_anchor and pattern:sub(1, 1) == "^" then
    items.is_anchored, at = true, 2
  end
  while at <= #pattern do
    local letter = pattern:sub(at, at)
    if letter == "$" and at == #pattern then
      items.ends, at = true, at + 1
    else
      local one, behind = (READERS[letter] or read_class)(pattern, at)
      if not one then
        return nil
      end
      items[#items + 1], at = one, behind
    end
  end
  return is_sound(items) and items or nil
end

local function are_disjoint(a, b)
  for byte = 0, 255 do
    if a[byte] and b[byte] then
      return false
    end
  end
  return true
end

-- Whether what follows tells where a repetition must end: then there is one way only.
local function has_one_end(items, i)
  for k = i + 1, #items do
    local one = items[k]
    if one.kind == "class" then
      if not are_disjoint(items[i].set, one.set) then
        return false
      elseif one.quantifier == nil or one.quantifier == "+" then
        return true
      end
    elseif one.kind ~= "open" and one.kind ~= "close" then
      return false
    end
  end
  return true -- the end of the pattern, or of the subject
end

-- 2: each length that it may have is tried; 1: it is gone through once; 0: neither
local function effort(items, i)
  local one = items[i]
  if one.kind == "class" and (one.quantifier or "?") ~= "?" then
    return has_one_end(items, i) and 1 or 2
  end
  return (one.kind == "balance" or one.kind == "back") and 1 or 0
end

--- How its cost grows with the length of the subject: 1 in step with it, 2 with its
-- square, and so on.
-- @string pattern
-- @treturn ?int nil when the pattern is not well formed
function item.degree(pattern)
  local items = parse(pattern)
  if not items then
    return nil
  end
  local degree, scans = items.is_anchored and 0 or 1, 0
  for i = 1, #items do
    local times = effort(items, i)
    degree = degree + times // 2
    scans = math.max(scans, times % 2)
  end
  return degree + scans
end

local function class_text(set)
  local parts, byte = {}, 0
  while byte <= 255 do
    local first = byte
    while byte <= 255 and set[byte] do
      byte = byte + 1
    end
    if byte > first then
      parts[#parts + 1] = ("\\x%02x-\\x%02x"):format(first, byte - 1)
    end
    byte = byte + 1
  end
  return #parts > 0 and "[" .. table.concat(parts) .. "]" or "(?!)"
end

local WRITERS = {}

local QUANTIFIERS = { ["*"] = "*", ["+"] = "+", ["?"] = "?", ["-"] = "*?" }

function WRITERS.class(one)
  return class_text(one.set) .. (QUANTIFIERS[one.quantifier] or "")
end

function WRITERS.open(one, state)
  state.groups = state.groups + 1
  state.slots[#state.slots + 1] = { group = state.groups, is_place = one.is_place }
  return "("
end

function WRITERS.close()
  return ")"
end

function WRITERS.back(one, state)
  local slot = state.slots[one.number]
  if slot.is_place then
    return "(?!)" -- a place is no text, and Lua finds it nowhere
  end
  return ("\\g{%d}"):format(slot.group)
end

local function hex(letter)
  return ("\\x%02x"):format(letter:byte())
end

function WRITERS.balance(one, state)
  local from, to = hex(one.from), hex(one.to)
  if one.from == one.to then
    return ("%s[^%s]*+%s"):format(from, from, from)
  end
  state.groups = state.groups + 1
  return ("(%s(?:[^%s%s]++|(?%d))*+%s)"):format(from, from, to, state.groups, to)
end

-- Before the subject and behind it there is a zero byte.
function WRITERS.frontier(one)
  local class = class_text(one.set)
  if one.set[0] then
    return ("(?<=(?!%s).)(?:(?=%s)|\\z)"):format(class, class)
  end
  return ("(?<!%s)(?=%s)"):format(class, class)
end

--- What a pattern is for PCRE2, behind one group that is around it.
-- @string pattern well formed
-- @bool[opt] has_no_anchor "^" is a letter at the beginning too, as in `gmatch`
-- @treturn string
-- @treturn {table,...} its captures: `group`, `is_place`
-- @treturn boolean whether it matches at the beginning only
function item.translate(pattern, has_no_anchor)
  local items = parse(pattern, has_no_anchor)
  local state, parts = { slots = {}, groups = 1 }, {}
  for i, one in ipairs(items) do
    parts[i] = WRITERS[one.kind](one, state)
  end
  return table.concat(parts) .. (items.ends and "\\z" or ""), state.slots,
    items.is_anchored == true
end

return item
