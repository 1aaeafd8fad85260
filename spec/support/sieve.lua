--- Many measurements, one after the other, of things that cost about the same: which of
-- them have to be looked at more closely. A machine is not as fast now as it was a
-- minute ago, so each is compared with what was measured around it.
local statistics = require "moonwire.report.statistics"

local sieve = {}

local AROUND = 6 -- measurements on either side

local function typical_around(timeline, number)
  local values = {}
  for i = math.max(1, number - AROUND), math.min(#timeline, number + AROUND) do
    values[#values + 1] = timeline[i].value
  end
  return statistics.median(values)
end

--- How much larger each of them is than what was measured around it.
-- @tparam {table,...} timeline in the order of time: `value`, `case`
-- @treturn {table,...} in the same order: `ratio`, `case`
function sieve.ratios(timeline)
  local ratios = {}
  for i, one in ipairs(timeline) do
    ratios[i] = { case = one.case, ratio = one.value / typical_around(timeline, i) }
  end
  return ratios
end

return sieve
