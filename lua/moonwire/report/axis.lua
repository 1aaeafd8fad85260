--- Where numbers lie on an axis, and which of them are written beside it.
-- @module moonwire.report.axis
local axis = {}

local Axis = { __name = "moonwire.Axis" }
Axis.__index = Axis

local STEPS = { 1, 2, 5, 10 }

local function nice_step(span, count)
  local raw = span / count
  local unit = 10.0 ^ math.floor(math.log(raw, 10))
  for _, step in ipairs(STEPS) do
    if unit * step >= raw * 0.999 then
      return unit * step
    end
  end
  return unit * 10
end

--- An axis from zero, evenly spaced.
-- @number greatest the largest value that must fit; zero or less counts as one
-- @number from where zero lies, in pixels
-- @number to where the end lies, in pixels
-- @bool[opt] is_count there is nothing between whole numbers
-- @treturn Axis with `ticks` (list of numbers) and `place(value)`
function axis.linear(greatest, from, to, is_count)
  local top = greatest > 0 and greatest or 1
  local step = nice_step(top, 5)
  step = is_count and math.max(step, 1) or step
  local steps = math.ceil(top / step - 1e-9)
  local ticks = {}
  for i = 0, steps do
    ticks[i + 1] = i * step
  end
  return setmetatable({
    ticks = ticks,
    low = 0,
    high = steps * step,
    from = from,
    to = to,
    scale = function(value)
      return value
    end,
  }, Axis)
end

local function steps_for(decades)
  if decades > 2.5 then
    return { 1 }
  end
  return decades > 0.8 and { 1, 2, 5 } or { 1, 2, 3, 4, 5, 6, 7, 8, 9 }
end

local function decade_ticks(low, high, steps)
  local ticks = {}
  for exponent = math.floor(low), math.ceil(high) do
    for _, step in ipairs(steps) do
      local tick = step * 10.0 ^ exponent
      local place = math.log(tick, 10)
      if place >= low - 1e-9 and place <= high + 1e-9 then
        ticks[#ticks + 1] = tick
      end
    end
  end
  return ticks
end

-- The largest of 1, 2, 5 × 10^n that is not above the value, or the smallest not below.
local function snap(value, is_up)
  local exponent = math.floor(math.log(value, 10))
  local unit = 10.0 ^ exponent
  local snapped = unit
  for _, step in ipairs(STEPS) do
    if is_up and unit * step >= value * 0.999 then
      return unit * step
    elseif not is_up and unit * step <= value * 1.001 then
      snapped = unit * step
    end
  end
  return snapped
end

--- A logarithmic axis.
-- @number least the smallest value that must fit, above zero
-- @number greatest the largest
-- @number from where the beginning lies, in pixels
-- @number to where the end lies, in pixels
-- @treturn Axis
function axis.log(least, greatest, from, to)
  local low, high = math.log(snap(least), 10), math.log(snap(greatest, true), 10)
  if high - low < 0.3 then -- one value, or as good as one
    low, high = low - 0.31, high + 0.31
  end
  return setmetatable({
    ticks = decade_ticks(low, high, steps_for(high - low)),
    low = low,
    high = high,
    from = from,
    to = to,
    scale = function(value)
      return math.log(value, 10)
    end,
  }, Axis)
end

--- Where a value lies.
-- @number value
-- @treturn number pixels
function Axis:place(value)
  local part = (self.scale(value) - self.low) / (self.high - self.low)
  return self.from + part * (self.to - self.from)
end

--- A number as it is written beside an axis: `10,000`, `0.25`.
-- @number value
-- @treturn string
function axis.number(value)
  local text = ("%.10g"):format(value)
  local sign, whole, rest = text:match "^(-?)(%d+)(.*)$"
  local reversed = whole:reverse():gsub("(%d%d%d)", "%1,")
  return sign .. reversed:reverse():gsub("^,", "") .. rest
end

return axis
