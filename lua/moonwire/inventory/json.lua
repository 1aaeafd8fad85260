--- JSON as people write it into inventories, read so that nothing is lost on the way:
-- what was an array, what an object, and what was `null`. A key that is there twice is
-- refused, and any value can be asked for its line. Writing is `report.json`'s.
-- @module moonwire.inventory.json
local dkjson = require "dkjson"
local fast = dkjson.use_lpeg()

local places = require "moonwire.inventory.json_places"

local json = {}

local DEEPEST = 64

--- What `null` becomes.
json.null = dkjson.null

local function type_of(value)
  local meta = getmetatable(value)
  return type(meta) == "table" and meta.__jsontype
end

--- Whether a decoded value was written as an array.
-- @param value
-- @treturn boolean
function json.is_array(value)
  return type_of(value) == "array"
end

--- Whether a decoded value was written as an object.
-- @param value
-- @treturn boolean
function json.is_object(value)
  return type_of(value) == "object"
end

-- how many keys all objects have, and how deep they lie
local function measure(value, depth)
  local keys, deepest = 0, depth
  local is_object = json.is_object(value)
  for _, inner in next, value do
    keys = is_object and keys + 1 or keys
    if type(inner) == "table" and inner ~= json.null then
      local more, depth_of_inner = measure(inner, depth + 1)
      keys, deepest = keys + more, math.max(deepest, depth_of_inner)
    end
  end
  return keys, deepest
end

-- What looks like a key is counted first, since looking closely takes long.
local function find_duplicate(text, value)
  local keys, deepest = measure(value, 1)
  if deepest > DEEPEST then
    return ("more than %d levels deep"):format(DEEPEST)
  end
  local _, seeming = text:gsub('"%s*:', "%0")
  if seeming ~= keys then
    return places.duplicate(text)
  end
end

local function line_of(text, at)
  local _, before = text:sub(1, at - 1):gsub("\n", "%0")
  return before + 1
end

-- LPeg's grammar is three times as fast, and trips over `{ }`.
local function decode_any(text)
  local value, after, message = fast.decode(text, 1, json.null)
  if message then
    value, after, message = dkjson.decode(text, 1, json.null)
  end
  return value, after, message
end

local function decode_all(text)
  local value, after, message = decode_any(text)
  if message then
    local what, line = message:match "^(.-) at line (%d+)"
    return nil, what or message, tonumber(line)
  end
  local rest = text:find("%S", after)
  if rest then
    return nil, "text behind the end of the value", line_of(text, rest)
  elseif type(value) ~= "table" or value == json.null then
    return value
  end
  local complaint, line = find_duplicate(text, value)
  if complaint then
    return nil, complaint, line
  end
  return value
end

--- Read a JSON text and say where things stand in it.
-- @string text
-- @return[1] the value
-- @treturn[1] table details: `locate` (function: the line of the value that a list of
-- keys leads to)
-- @return[2] nil
-- @treturn[2] string message, with nothing of the text in it
-- @treturn[2] int|nil line
function json.read(text)
  local ok, value, message, line = pcall(decode_all, text)
  if not ok then
    return nil, ("more than %d levels deep"):format(DEEPEST) -- the stack was used up
  elseif message then
    return nil, message, line
  end
  return value, {
    locate = function(keys)
      return places.line(text, keys)
    end,
  }
end

--- Read a JSON text. Arrays and objects remember what they were, so that `report.json`
-- writes an empty one back as it was.
-- @string text
-- @return[1] the value
-- @return[2] nil
-- @treturn[2] string message with the line, and nothing of the text itself
-- @treturn[2] string kind: "invalid"
function json.decode(text)
  local value, message, line = json.read(text)
  if type(message) == "string" then
    local where = line and (" at line %d"):format(line) or ""
    return nil, message .. where, "invalid"
  end
  return value
end

return json
