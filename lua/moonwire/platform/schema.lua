--- What a platform's table may hold, and the check that it holds nothing else.
-- A wrong table is a mistake of its author, so it raises, with the file and the field.
-- @module moonwire.platform.schema
local schema = {}

-- A check takes a value and its place in the table, and returns what is wrong.

local function is_a(kind)
  return function(value, place)
    if type(value) ~= kind then
      return ("%s: expected a %s, got a %s"):format(place, kind, type(value))
    end
  end
end

local text, number, boolean = is_a "string", is_a "number", is_a "boolean"

local function pattern(value, place)
  if type(value) ~= "string" then
    return ("%s: expected a Lua pattern, got a %s"):format(place, type(value))
  end
  local ok, message = pcall(string.find, "", value)
  if not ok then
    return ("%s: %s"):format(place, message)
  end
end

local function one_of(...)
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

local function each_item(list, place, check)
  for i, value in ipairs(list) do
    local complaint = check(value, ("%s[%d]"):format(place, i))
    if complaint then
      return complaint
    end
  end
end

local function each_field(value, place, fields)
  for key, content in pairs(value) do
    if type(key) ~= "number" then
      local check = fields[key]
      if not check then
        return ("%s.%s: there is no such field"):format(place, key)
      end
      local complaint = check(content, place .. "." .. key)
      if complaint then
        return complaint
      end
    end
  end
end

-- a table of named fields, and of list items when 'item' is given
local function record(fields, item, least)
  return function(value, place)
    if type(value) ~= "table" then
      return ("%s: expected a table, got a %s"):format(place, type(value))
    end
    if #value < (least or 0) then
      return ("%s: expected at least %d items, got %d"):format(place, least, #value)
    end
    if not item and value[1] ~= nil then
      return ("%s: expected named fields only"):format(place)
    end
    return each_field(value, place, fields)
      or (item and each_item(value, place, item))
      or nil
  end
end

local function list(item, least)
  return record({}, item, least)
end

local function either(simple, compound)
  return function(value, place)
    return (type(value) == "table" and compound or simple)(value, place)
  end
end

-- { "name", alternative, … }: a name, then at least one of something
local function named(alternative)
  return function(value, place)
    if type(value) ~= "table" then
      return ("%s: expected a table, got a %s"):format(place, type(value))
    elseif type(value[1]) ~= "string" then
      return ("%s[1]: expected a name"):format(place)
    elseif #value < 2 then
      return ("%s: expected something behind the name"):format(place)
    end
    return each_item(table.move(value, 2, #value, 1, {}), place, alternative)
  end
end

local question = record(
  { say = text, secret = one_of "enable", danger = boolean },
  pattern, 1
)

local function word_or_number(value, place)
  return type(value) ~= "number" and text(value, place) or nil
end

local rule = record({ prev = pattern, no = pattern }, pattern, 1)

local function lines_by_mode(value, place)
  if type(value) ~= "table" then
    return ("%s: expected a table, got a %s"):format(place, type(value))
  end
  for mode, lines in pairs(value) do
    local complaint = list(text)(lines, ("%s.%s"):format(place, mode))
    if complaint then
      return complaint
    end
  end
end

local FIELDS = {
  status = one_of("full", "partial", "draft"),
  family = text,
  aliases = list(text),
  link = record { newline = text, term = text, width = number, height = number },
  ssh = record { legacy = text },
  host = record { pattern = pattern, clip = number },
  login = list(question),
  modes = list(named(either(pattern, rule)), 1),
  edges = list(record({ run = text, ask = question }, text, 2)),
  prep = list(text),
  pager = record {
    text = text, pattern = pattern, key = text, stop = text, erase = boolean,
  },
  questions = list(question),
  errors = list(record({ class = text }, pattern, 1)),
  read_only = list(text),
  not_read_only = list(pattern),
  harmful = list(text),
  comment = text,
  type_ahead = boolean,
  break_key = text,
  config = record {
    enter = text, save = text, show = text, diff = text,
    commit = text, rollback = text, checksum = text,
  },
  volatile = list(pattern),
  scrub = list(pattern),
  detect = record({ banner = pattern }, list(word_or_number, 3)),
  parse = record { ntc = text },
  samples = lines_by_mode,
}

local REQUIRED = { "status", "link", "host", "modes", "prep", "read_only", "samples" }

local function check_edges(value)
  local modes = {}
  for _, mode in ipairs(value.modes) do
    modes[mode[1]] = true
  end
  for i, edge in ipairs(value.edges or {}) do
    for side = 1, 2 do
      if not modes[edge[side]] then
        return ("edges[%d][%d]: there is no mode '%s'"):format(i, side, edge[side])
      end
    end
    if not edge.run then
      return ("edges[%d].run: is missing"):format(i)
    end
  end
end

--- What is wrong with a platform's table.
-- @tparam table value
-- @treturn string|nil the field and the reason
function schema.complaint(value)
  if type(value) ~= "table" then
    return "expected a table, got a " .. type(value)
  end
  for _, field in ipairs(REQUIRED) do
    if value[field] == nil then
      return field .. ": is missing"
    end
  end
  local complaint = record(FIELDS)(value, "")
  complaint = complaint or check_edges(value)
  return complaint and complaint:gsub("^%.", "") or nil
end

return schema
