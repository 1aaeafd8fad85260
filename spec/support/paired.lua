--- How much more something costs than the same without it, on a machine that also does
-- other things: from pairs of measurements that follow on each other, each order as
-- often as the other, so that what drifts falls out. It is measured until it is known
-- well enough, which is earlier where it is far from the limit. That it is above needs
-- more proof than that it is below: most things cost nothing, and of a hundred of them
-- some always seem to.
local paired = {}

local FEWEST, MOST = 8, 40 -- pairs
local WELL = 0.01 -- the standard error that is small enough
local ABOVE, BELOW = 4, 1.5 -- standard errors from the limit

local Paired = {}
Paired.__index = Paired

-- Unlike that of moonwire.report.statistics it may lie between two values.
local function median(list)
  local sorted = table.move(list, 1, #list, 1, {})
  table.sort(sorted)
  local half = #sorted // 2
  return #sorted % 2 == 1 and sorted[half + 1] or (sorted[half] + sorted[half + 1]) / 2
end

-- Of the median, as far as it is normal: from the median of the deviations, to which a
-- few measurements that went wrong mean nothing.
local function error_of(list)
  local middle, deviations = median(list), {}
  for i, value in ipairs(list) do
    deviations[i] = math.abs(value - middle)
  end
  return 1.4826 * 1.2533 * median(deviations) / math.sqrt(#list)
end

--- A comparison with no pair yet.
-- @tparam function with measures once; gives a table of numbers by name
-- @tparam function without likewise
-- @string what by which of them it is known when to stop
-- @number limit the ratio about which there is to be no doubt
-- @treturn Paired `count` of pairs
function paired.new(with, without, what, limit)
  return setmetatable({
    with = with, without = without, what = what, limit = limit, count = 0, ratios = {},
  }, Paired)
end

function Paired:_keep(with, without)
  self.count = self.count + 1
  for name, value in pairs(with) do
    self.ratios[name] = self.ratios[name] or {}
    self.ratios[name][self.count] = value / without[name]
  end
end

--- Measure two more pairs, one of each order.
function Paired:go_on()
  local without = self.without()
  self:_keep(self.with(), without)
  local with = self.with()
  self:_keep(with, self.without())
end

--- What is known of a number that was measured.
-- @string[opt] name that by which it is known when to stop, when left out
-- @treturn number ratio: the median of all pairs
-- @treturn number its standard error
function Paired:ratio(name)
  local list = self.ratios[name or self.what]
  return median(list), error_of(list)
end

--- Whether more pairs would tell nothing more.
function Paired:is_known()
  if self.count < FEWEST then
    return false
  end
  local ratio, deviation = self:ratio()
  return self.count >= MOST or deviation <= WELL
    or ratio - self.limit > ABOVE * deviation
    or self.limit - ratio > BELOW * deviation
end

return paired
