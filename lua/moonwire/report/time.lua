--- Lengths of time as the result line shows them: `0:00:05.962356`.
-- @module moonwire.report.time
local time = {}

local MICROSECONDS_A_DAY = 86400 * 1000000

local function days_text(days)
  if days == 0 then
    return ""
  end
  return days == 1 and "1 day, " or ("%d days, "):format(days)
end

--- A length of time as `H:MM:SS.ffffff`. The fraction is left out when it is exactly
-- zero; past a day it reads `1 day, 0:00:03.000005`.
-- @number seconds not negative
-- @treturn string
function time.text(seconds)
  if not (seconds >= 0 and seconds < math.huge) then
    error(("not a length of time: %s"):format(seconds), 2)
  end
  local total = math.floor(seconds * 1e6 + 0.5)
  local days, rest = total // MICROSECONDS_A_DAY, total % MICROSECONDS_A_DAY
  local whole, fraction = rest // 1000000, rest % 1000000
  local hours, minutes = whole // 3600, whole // 60 % 60
  local text = ("%s%d:%02d:%02d"):format(days_text(days), hours, minutes, whole % 60)
  return fraction == 0 and text or ("%s.%06d"):format(text, fraction)
end

--- The result line of a run.
-- @number seconds
-- @treturn string `Total time: H:MM:SS.ffffff`
function time.total(seconds)
  return "Total time: " .. time.text(seconds)
end

return time
