--- Checks of which the schema of a platform is made.
-- A check takes a value and its place in the table, and returns what is wrong with it,
-- or nil. It knows nothing of platforms.
-- @module moonwire.platform.check
local check = {}

local function is_a(kind)
  return function(value, place)
    if type(value) ~= kind then
      return ("%s: expected a %s, got a %s"):format(place, kind, type(value))
    end
  end
end

check.text = is_a "string"
check.number = is_a "number"
check.boolean = is_a "boolean"
check.code = is_a "function"

--- A Lua pattern that is well formed.
function check.pattern(value, place)
  if type(value) ~= "string" then
    return ("%s: expected a Lua pattern, got a %s"):format(place, type(value))
  end
  local ok, message = pcall(string.find, "", value)
  if not ok then
    return ("%s: %s"):format(place, message)
  end
end

--- One of a few words.
-- @param ... the words
-- @treturn function the check
function check.one_of(...)
  local words = { ... }
  return function(value, place)
    for _, word in ipairs(words) do
      if value == word then
        return
      end
    end
    local choice = table.concat(words, ", ")
    return ("%s: %s is none of %s"):format(place, tostring(value), choice)
  end
end

local function each_item(list, place, item)
  for i, value in ipairs(list) do
    local complaint = item(value, ("%s[%d]"):format(place, i))
    if complaint then
      return complaint
    end
  end
end

-- in the order of their names, so that the same table always gets the same complaint
local function names_in(value)
  local names = {}
  for key in pairs(value) do
    if type(key) ~= "number" then
      names[#names + 1] = key
    end
  end
  table.sort(names, function(a, b)
    return tostring(a) < tostring(b)
  end)
  return names
end

local function each_field(value, place, fields)
  for _, key in ipairs(names_in(value)) do
    local field = fields[key]
    if not field then
      return ("%s.%s: there is no such field"):format(place, tostring(key))
    end
    local complaint = field(value[key], place .. "." .. tostring(key))
    if complaint then
      return complaint
    end
  end
end

local function wrong_count(value, place, least, most)
  if #value < (least or 0) then
    return ("%s: expected at least %d items, got %d"):format(place, least, #value)
  elseif most and #value > most then
    return ("%s: expected at most %d items, got %d"):format(place, most, #value)
  end
end

--- A table of named fields, and of list items when 'item' is given.
-- @tparam table fields a check for each
-- @tparam[opt] function item
-- @int[opt=0] least how many items there must be
-- @int[opt] most how many there may be
-- @treturn function the check
function check.record(fields, item, least, most)
  return function(value, place)
    if type(value) ~= "table" then
      return ("%s: expected a table, got a %s"):format(place, type(value))
    end
    local complaint = wrong_count(value, place, least, most)
    if complaint then
      return complaint
    end
    if not item and value[1] ~= nil then
      return ("%s: expected named fields only"):format(place)
    end
    return each_field(value, place, fields)
      or (item and each_item(value, place, item))
      or nil
  end
end

--- A list of items of one kind.
-- @tparam function item
-- @int[opt=0] least
-- @treturn function the check
function check.list(item, least)
  return check.record({}, item, least)
end

--- Something simple, or a table.
-- @tparam function simple
-- @tparam function compound for tables
-- @treturn function the check
function check.either(simple, compound)
  return function(value, place)
    return (type(value) == "table" and compound or simple)(value, place)
  end
end

--- One item, or a list of such: told apart by whether the first item is a table.
-- @tparam function item
-- @treturn function the check
function check.one_or_many(item)
  local many = check.list(item, 1)
  return function(value, place)
    local is_many = type(value) == "table" and type(value[1]) == "table"
    return (is_many and many or item)(value, place)
  end
end

--- A name, then at least one of something: `{ "name", alternative, … }`.
-- @tparam table fields a check for each named field
-- @tparam function alternative
-- @treturn function the check
function check.named(fields, alternative)
  return function(value, place)
    if type(value) ~= "table" then
      return ("%s: expected a table, got a %s"):format(place, type(value))
    elseif type(value[1]) ~= "string" then
      return ("%s[1]: expected a name"):format(place)
    elseif #value < 2 then
      return ("%s: expected something behind the name"):format(place)
    end
    local alternatives = table.move(value, 2, #value, 1, {})
    return each_item(alternatives, place, alternative)
      or each_field(value, place, fields)
  end
end

--- A table from names to values of one kind.
-- @tparam function item
-- @treturn function the check
function check.map(item)
  return function(value, place)
    if type(value) ~= "table" then
      return ("%s: expected a table, got a %s"):format(place, type(value))
    elseif value[1] ~= nil then
      return ("%s: expected named fields only"):format(place)
    end
    for _, key in ipairs(names_in(value)) do
      local complaint = item(value[key], ("%s.%s"):format(place, tostring(key)))
      if complaint then
        return complaint
      end
    end
  end
end

return check
