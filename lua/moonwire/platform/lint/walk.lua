--- Ways through a platform's table that all parts of the lint need.
-- @module moonwire.platform.lint.walk
local ending = require "moonwire.parse.ending"

local walk = {}

--- The keys of a table in a fixed order.
-- @tparam[opt] table value
-- @treturn {string|int,...}
function walk.keys(value)
  local keys = {}
  for key in pairs(value or {}) do
    keys[#keys + 1] = key
  end
  table.sort(keys, function(a, b)
    if type(a) == type(b) then
      return a < b
    end
    return type(a) == "number"
  end)
  return keys
end

local function visit(value, place, see)
  if type(value) ~= "table" then
    see(place, value)
    return
  end
  for _, key in ipairs(walk.keys(value)) do
    local form = type(key) == "number" and "%s[%d]" or "%s.%s"
    visit(value[key], form:format(place, key), see)
  end
end

--- See every string of some fields, with its place.
-- @tparam table value the platform
-- @tparam {string,...} fields
-- @tparam function see takes place and string
function walk.strings(value, fields, see)
  for _, field in ipairs(fields) do
    visit(value[field], field, function(place, content)
      if type(content) == "string" then
        see(place, content)
      end
    end)
  end
end

--- A sample's last line, and the one above it.
-- @string sample
-- @treturn string
-- @treturn string
function walk.split(sample)
  local line, previous = ending.lines(sample)
  return line, previous or ""
end

--- A text in one printable line.
-- @string text
-- @treturn string
function walk.show(text)
  return (text:gsub("\n", "\\n"):gsub("%c", "."))
end

--- The lines of a text.
-- @string[opt] text
-- @treturn function iterator
function walk.lines(text)
  return (text or ""):gmatch "[^\n]+"
end

return walk
