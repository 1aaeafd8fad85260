--- Values as a person wants to read them: answers as they came, tables laid out to a
-- depth, everything else by name. What a device has said is escaped by the console.
-- @module moonwire.repl.show
local escape = require "moonwire.report.escape"

local show = {}

local DEPTH = 4
local MOST_ENTRIES = 50
local WIDTH = 80

local RESERVED = {}
for word in ([[and break do else elseif end false for function goto if in local nil
  not or repeat return then true until while]]):gmatch "%l+" do
  RESERVED[word] = true
end

local function quoted(text)
  local safe = text:gsub('["\\]', "\\%0"):gsub("\n", "\\n")
  return '"' .. escape.text(safe) .. '"'
end

local function key_text(key)
  if type(key) == "string" and key:find "^[%a_][%w_]*$" and not RESERVED[key] then
    return key
  end
  return "[" .. (type(key) == "string" and quoted(key) or tostring(key)) .. "]"
end

local function before(a, b)
  if type(a) == type(b) and (type(a) == "number" or type(a) == "string") then
    return a < b
  end
  return type(a) < type(b)
end

-- keys behind the list part, in an order that stays
local function other_keys(value, length)
  local keys = {}
  for key in next, value do
    local is_listed = math.type(key) == "integer" and key >= 1 and key <= length
    keys[#keys + 1] = not is_listed and key or nil
  end
  table.sort(keys, before)
  return keys
end

local function by_own_words(value)
  local meta = getmetatable(value)
  if type(meta) ~= "table" then
    return meta ~= nil and tostring(value) or nil
  elseif rawget(meta, "__tostring") then
    return tostring(value)
  end
  local name = rawget(meta, "__name")
  return name and ("<%s>"):format(name) or nil
end

local write

local function entries_of(value, depth, seen)
  local parts, length = {}, rawlen(value)
  local keys = other_keys(value, length)
  local total = length + #keys
  for i = 1, math.min(length, MOST_ENTRIES) do
    parts[i] = write(rawget(value, i), depth + 1, seen)
  end
  for i = 1, math.min(#keys, MOST_ENTRIES - #parts) do
    local text = write(rawget(value, keys[i]), depth + 1, seen)
    parts[#parts + 1] = key_text(keys[i]) .. " = " .. text
  end
  if total > #parts then
    parts[#parts + 1] = ("-- and %d more"):format(total - #parts)
  end
  return parts, total > MOST_ENTRIES
end

local function write_table(value, depth, seen)
  if seen[value] then
    return "<cycle>"
  elseif next(value) == nil then
    return "{}"
  elseif depth >= DEPTH then
    return "{…}"
  end
  seen[value] = true
  local parts, is_cut = entries_of(value, depth, seen)
  seen[value] = nil
  local flat = "{ " .. table.concat(parts, ", ") .. " }"
  if not is_cut and #flat + 2 * depth <= WIDTH and not flat:find "\n" then
    return flat
  end
  local indent = ("  "):rep(depth + 1)
  local lines = table.concat(parts, ",\n" .. indent)
  return ("{\n%s%s,\n%s}"):format(indent, lines, ("  "):rep(depth))
end

function write(value, depth, seen)
  if type(value) == "string" then
    return quoted(value)
  elseif type(value) == "table" then
    return by_own_words(value) or write_table(value, depth, seen)
  end
  return tostring(value)
end

--- One value. A string stands as it is, unless it is inside a table.
-- @param value
-- @treturn string
function show.value(value)
  if type(value) == "string" then
    return value
  end
  return write(value, 0, {})
end

local function is_failure(values)
  return values.n >= 2 and values[1] == nil and type(values[2]) == "string"
end

--- What an input has given, each value on a line of its own. `nil, message, kind` is
-- what the world did: a failure.
-- @tparam table values as of `table.pack`
-- @treturn string nothing where there is nothing to show
-- @treturn boolean whether it is a failure
function show.results(values)
  if is_failure(values) then
    local kind = type(values[3]) == "string" and values[3] or "failed"
    return ("%s: %s"):format(kind, values[2]), true
  end
  local parts = {}
  for i = 1, values.n do
    parts[i] = show.value(values[i])
  end
  return table.concat(parts, "\n"), false
end

return show
