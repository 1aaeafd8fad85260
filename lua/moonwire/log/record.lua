--- One line of the log. Whatever a device has said stays inside its line: control
-- characters, marks that turn a line around and broken UTF-8 are written as escapes.
-- @module moonwire.log.record
local dkjson = require "dkjson"

local record = {}

-- in this order, before all others
local FIRST = { "run", "device", "event" }
local IS_FIRST = { run = true, device = true, event = true }

local function quote(text)
  if not utf8.len(text) then
    text = text:gsub("[\x80-\xff]", function(byte)
      return ("\\x%02x"):format(byte:byte())
    end)
  end
  return dkjson.quotestring(text)
end

local function json_value(value)
  if type(value) == "number" then
    return value == value and math.abs(value) < math.huge and ("%.14g"):format(value)
      or "null"
  elseif type(value) == "boolean" then
    return tostring(value)
  end
  return quote(tostring(value))
end

local function text_value(value)
  if type(value) == "number" then
    return ("%.6g"):format(value)
  end
  local text = tostring(value)
  return text:find "^[%w_.:/@+-]+$" and text or quote(text)
end

local function sorted_names(fields)
  local names = {}
  for name in pairs(fields) do
    names[#names + 1] = not IS_FIRST[name] and name or nil
  end
  table.sort(names)
  return names
end

-- Names and values, those of FIRST at the beginning.
local function each(fields, add)
  for _, name in ipairs(FIRST) do
    if fields[name] ~= nil then
      add(name, fields[name])
    end
  end
  for _, name in ipairs(sorted_names(fields)) do
    add(name, fields[name])
  end
end

--- A line for programs.
-- @string time
-- @string level
-- @tparam table fields by name: strings, numbers, booleans
-- @treturn string JSON, with a newline at its end only
function record.json(time, level, fields)
  local parts = { ('"time":%s,"level":%s'):format(quote(time), quote(level)) }
  each(fields, function(name, value)
    parts[#parts + 1] = quote(name) .. ":" .. json_value(value)
  end)
  return "{" .. table.concat(parts, ",") .. "}\n"
end

--- A line for people.
-- @string time
-- @string level
-- @tparam table fields
-- @treturn string `time level name=value …`, with a newline at its end only
function record.text(time, level, fields)
  local parts = { time, ("%-7s"):format(level) }
  each(fields, function(name, value)
    parts[#parts + 1] = name .. "=" .. text_value(value)
  end)
  return table.concat(parts, " ") .. "\n"
end

return record
