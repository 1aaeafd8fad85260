--- Numbers that stand for many numbers.
-- @module moonwire.report.statistics
local statistics = {}

local function sorted(values)
  local copy = table.move(values, 1, #values, 1, {})
  table.sort(copy)
  return copy
end

--- The smallest value that at least so large a part of the values does not exceed.
-- It is always one of the values.
-- @tparam {number,...} values
-- @number part 0.5 for the median, 0.99 for the 99th percentile
-- @treturn number|nil nil of no values
function statistics.percentile(values, part)
  local order = sorted(values)
  return order[math.max(1, math.ceil(part * #order))]
end

--- The median; of an even number of values the lower of the two in the middle, so that
-- it is one that was measured.
-- @tparam {number,...} values
-- @treturn number|nil
function statistics.median(values)
  return statistics.percentile(values, 0.5)
end

--- Where the median is.
-- @tparam {number,...} values
-- @treturn int|nil its first place in the list
function statistics.median_index(values)
  local median = statistics.median(values)
  for i, value in ipairs(values) do
    if value == median then
      return i
    end
  end
  return nil
end

--- The smallest and the largest value.
-- @tparam {number,...} values
-- @treturn number|nil
-- @treturn number|nil
function statistics.extremes(values)
  local order = sorted(values)
  return order[1], order[#order]
end

return statistics
