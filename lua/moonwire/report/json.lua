--- JSON as our files promise it: keys sorted, integers kept, no lone invalid byte.
-- A string that is not valid UTF-8 cannot be said in JSON: each offending byte is
-- written as the four characters `\xNN`, the way the terminal shows it, so that every
-- reader can load the file. An empty table is `[]`; an empty object: `json.object`.
-- @module moonwire.report.json
local dkjson = require "dkjson"

local escape = require "moonwire.report.escape"
local reader = require "moonwire.inventory.json"

-- reading is the inventory's; whoever writes may want to read as well
local json = {
  decode = reader.decode,
  is_array = reader.is_array,
  is_object = reader.is_object,
  null = reader.null,
}

--- Mark a table as an object, so that it stays `{}` when it is empty.
-- @tparam[opt] table fields
-- @treturn table the same one, with a metatable
function json.object(fields)
  return setmetatable(fields or {}, { __jsontype = "object" })
end

local DEEPEST = 100 -- nothing of ours is; a table that contains itself would be

local prepare

local function prepare_array(list, n, depth)
  local copy = {}
  for i = 1, n do
    copy[i] = prepare(list[i], depth)
  end
  return copy
end

local function prepare_object(fields, depth)
  local copy, order = {}, {}
  for key, value in pairs(fields) do
    local name = escape.utf8(tostring(key))
    copy[name] = prepare(value, depth)
    order[#order + 1] = name
  end
  table.sort(order)
  return setmetatable(copy, { __jsonorder = order, __jsontype = "object" })
end

local function length_of_array(value)
  local n = 0
  for _ in pairs(value) do
    n = n + 1
  end
  return #value == n and n or nil
end

function prepare(value, depth)
  local kind = type(value)
  if kind == "string" then
    return escape.utf8(value)
  elseif kind == "userdata" then
    return tostring(value) -- a secret says that it is one, and no more
  elseif kind ~= "table" or value == json.null then
    return value
  end
  if depth > DEEPEST then
    error("nested too deep for JSON", 0)
  end
  local n = length_of_array(value)
  if n and not (n == 0 and json.is_object(value)) then
    return prepare_array(value, n, depth + 1)
  end
  return prepare_object(value, depth + 1)
end

--- Write a value as JSON.
-- Raises for what JSON cannot say: functions, tables that contain themselves. Numbers
-- that are not finite become `null`.
-- @param value
-- @bool[opt] is_compact on one line; indented when left out
-- @treturn string ends with a newline
function json.encode(value, is_compact)
  return dkjson.encode(prepare(value, 1), { indent = not is_compact }) .. "\n"
end

return json
