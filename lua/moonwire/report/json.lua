--- JSON as our files promise it: keys sorted, integers kept, no lone invalid byte.
-- A string that is not valid UTF-8 cannot be said in JSON: each offending byte is
-- written as the four characters `\xNN`, the way the terminal shows it, so that every
-- reader can load the file. An empty table is `[]`; an empty object: `json.object`.
-- @module moonwire.report.json
local dkjson = require "dkjson"
local writer = require "host.json_writer"

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

-- What only dkjson escapes: C1, DEL, and the marks that reorder or break a line.
local function quote(text)
  return dkjson.quotestring(escape.utf8(text))
end

--- Write a value as JSON.
-- Raises for what JSON cannot say: functions, tables that contain themselves. Numbers
-- that are not finite become `null`.
-- @param value
-- @bool[opt] is_compact on one line; indented when left out
-- @treturn string ends with a newline
function json.encode(value, is_compact)
  local text = writer.encode(value, not is_compact, json.null, quote, escape.text)
  return is_compact and text .. "\n" or text
end

return json
