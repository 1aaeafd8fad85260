--- JSON as people write it into inventories, read so that nothing is lost on the way:
-- what was an array, what an object, and what was `null`. Writing is `report.json`'s.
-- @module moonwire.inventory.json
local dkjson = require "dkjson"

local json = {}

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

--- Read a JSON text. Arrays and objects remember what they were, so that `report.json`
-- writes an empty one back as it was.
-- @string text
-- @return[1] the value
-- @return[2] nil
-- @treturn[2] string message with line and column, and nothing of the text itself
-- @treturn[2] string kind: "invalid"
function json.decode(text)
  local value, after, message = dkjson.decode(text, 1, json.null)
  if message then
    return nil, message, "invalid"
  end
  local rest = text:find("%S", after)
  if rest then
    local _, before = text:sub(1, rest):gsub("\n", "")
    local where = "text behind the end of the value at line %d"
    return nil, where:format(before + 1), "invalid"
  end
  return value
end

return json
