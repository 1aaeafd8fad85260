--- Amounts of bytes as people write them: `100`, `64k`, `100M`, `2G`.
-- @module moonwire.size
local size = {}

local UNITS = { [""] = 1, k = 1 << 10, M = 1 << 20, G = 1 << 30 }
local LONGEST = 9 -- digits; no unit makes more of them than an integer holds

--- Read an amount.
-- @string text digits, and k, M or G: the powers of 1,024
-- @treturn[1] int bytes
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: "invalid"
function size.parse(text)
  local number, unit = text:match "^(%d+)([kMG]?)$"
  if not number or #number > LONGEST then
    return nil, ("'%s' is no size: write it like 100M"):format(text), "invalid"
  end
  return math.tointeger(tonumber(number)) * UNITS[unit]
end

--- A reader for one option of a command line, as argparse's `convert` wants it: its
-- messages begin with the option's name.
-- @string name such as "--stream"
-- @treturn function of the text, giving what `parse` gives
function size.option(name)
  return function(text)
    local bytes, message, kind = size.parse(text)
    if not bytes then
      return nil, name .. ": " .. message, kind
    end
    return bytes
  end
end

return size
