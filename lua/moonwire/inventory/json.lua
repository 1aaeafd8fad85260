--- JSON as people write it into inventories, read so that nothing is lost on the way:
-- what was an array, what an object, and what was `null`. A key that is there twice is
-- refused, and any value can be asked for its line. Writing is `report.json`'s.
--
-- yajl says what is well, and reads it. What is not is read again by dkjson, which is
-- slow, for the words of what is wrong with it.
-- @module moonwire.inventory.json
local dkjson = require "dkjson"
local host = require "host.json"

local places = require "moonwire.inventory.json_places"

local json = {}

local DEEPEST = 64
local OBJECT = { __jsontype = "object" }
local ARRAY = { __jsontype = "array" }

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

local function depth_of(value, depth)
  local deepest = depth
  for _, inner in next, value do
    if type(inner) == "table" and inner ~= json.null then
      deepest = math.max(deepest, depth_of(inner, depth + 1))
    end
  end
  return deepest
end

local function complaint_about(text, value)
  if depth_of(value, 1) > DEEPEST then
    return ("more than %d levels deep"):format(DEEPEST)
  end
  return places.duplicate(text)
end

local function line_of(text, at)
  local _, before = text:sub(1, at - 1):gsub("\n", "%0")
  return before + 1
end

local function decode_all(text)
  local value, after, message = dkjson.decode(text, 1, json.null)
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
  local complaint, line = complaint_about(text, value)
  if complaint then
    return nil, complaint, line
  end
  return value
end

-- yajl makes a question mark of half a surrogate pair: what may be one is not for it.
local function may_have_halves(text)
  return text:find("\\u", 1, true) and text:find "\\u[dD]"
end

-- dkjson lets more pass than JSON is, such as a comma that is missing.
local function decode_slowly(text, is_well, well_bytes)
  local ok, value, message, line = pcall(decode_all, text)
  if not ok then
    return nil, ("more than %d levels deep"):format(DEEPEST) -- the stack was used up
  elseif not is_well and not message then
    return nil, "this is no JSON", line_of(text, well_bytes)
  end
  return value, message, line
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
  local is_well, value = host.decode(text, json.null, OBJECT, ARRAY)
  if not is_well or may_have_halves(text) then
    local message, line
    value, message, line = decode_slowly(text, is_well, value)
    if message then
      return nil, message, line
    end
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
