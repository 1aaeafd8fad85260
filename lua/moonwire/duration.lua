--- Lengths of time as people write them: "50ms", "0.2s", "2m".
-- Everywhere else a length of time is a number of seconds.
-- @module moonwire.duration
local duration = {}

local UNITS = { us = 1e-6, ms = 1e-3, s = 1, m = 60, h = 3600 }

-- largest first: format takes the first that makes a whole number of at least one
local SHORT = { { 1, "s" }, { 1e-3, "ms" }, { 1e-6, "us" } }

--- Read a length of time.
-- @tparam string|number text a number with a unit (`us`, `ms`, `s`, `m`, `h`), or a
-- plain number of seconds
-- @treturn[1] number seconds, never negative
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: "invalid"
function duration.parse(text)
  local number, unit = tostring(text):match "^%s*(%d*%.?%d*)%s*(%a*)%s*$"
  local count, seconds = tonumber(number), UNITS[unit == "" and "s" or unit]
  if not count or not seconds then
    local message = "'%s' is not a length of time: write it like 50ms, 0.2s, 2s or 1m"
    return nil, message:format(text), "invalid"
  end
  return count * seconds
end

--- A reader for one option of a command line, as argparse's `convert` wants it: its
-- messages begin with the option's name.
-- @string name such as "--rtt"
-- @treturn function of the text, giving what `parse` gives
function duration.option(name)
  return function(text)
    local seconds, message, kind = duration.parse(text)
    if not seconds then
      return nil, name .. ": " .. message, kind
    end
    return seconds
  end
end

--- Write a length of time for people.
-- @number seconds
-- @treturn string such as "50 ms" or "2 s"
function duration.format(seconds)
  for _, short in ipairs(SHORT) do
    if seconds >= short[1] then
      return ("%.4g %s"):format(seconds / short[1], short[2])
    end
  end
  return ("%.4g s"):format(seconds)
end

return duration
