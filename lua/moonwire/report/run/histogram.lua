--- How sessions spread: how many took how long.
-- @module moonwire.report.run.histogram
local axis = require "moonwire.report.axis"
local ruler = require "moonwire.report.ruler"
local statistics = require "moonwire.report.statistics"
local svg = require "moonwire.report.svg"

local histogram = {}

local WIDTH, HEIGHT = 960, 240
local LEFT, RIGHT, TOP, FOOT = 90, 24, 40, 52
local BINS = 60
local WIDE = 20 -- so many times the least: a logarithmic axis shows more

local MARKS = { { 0.5, "median" }, { 0.99, "p99" } }

local function axis_for(seconds, from, to)
  local least, greatest = statistics.extremes(seconds)
  if least > 0 and greatest / least > WIDE then
    return axis.log(least, greatest, from, to)
  end
  return axis.linear(greatest, from, to)
end

--- Count.
-- @tparam {number,...} seconds not negative
-- @int bins how many
-- @treturn {int,...} how many values lie in each
-- @treturn Axis from 0 to `bins`, which places values among them
function histogram.count(seconds, bins)
  local x, counts = axis_for(seconds, 0, bins), {}
  for bin = 1, bins do
    counts[bin] = 0
  end
  for _, value in ipairs(seconds) do
    local bin = math.floor(x:place(value) + 1e-9) + 1
    bin = math.max(1, math.min(bin, bins))
    counts[bin] = counts[bin] + 1
  end
  return counts, x
end

local function draw_marks(elements, seconds, x, bottom)
  for i, mark in ipairs(MARKS) do
    local value = statistics.percentile(seconds, mark[1])
    local place, top = x:place(value), TOP - 22 + 14 * (i - 1)
    local is_right = place > WIDTH - 200
    elements[#elements + 1] = svg.line(place, top, place, bottom, "mark")
    local text = ("%s %.3f s"):format(mark[2], value)
    elements[#elements + 1] = svg.text(place + (is_right and -6 or 6), top + 8, text, {
      ["text-anchor"] = is_right and "end" or "start",
    })
  end
end

--- Draw it.
-- @tparam {number,...} seconds
-- @treturn ?string an SVG element for a page; nil of no values
function histogram.draw(seconds)
  if #seconds == 0 then
    return nil
  end
  local bottom, greatest = TOP + HEIGHT - FOOT, 0
  local counts = histogram.count(seconds, BINS)
  for _, count in ipairs(counts) do
    greatest = math.max(greatest, count)
  end
  local x = axis_for(seconds, LEFT, WIDTH - RIGHT)
  local y = axis.linear(greatest, bottom, TOP, true)
  local elements, width = {}, (x.to - x.from) / BINS
  ruler.below(elements, x, bottom, "seconds of a session")
  ruler.beside(elements, y, LEFT, WIDTH - RIGHT)
  for bin, count in ipairs(counts) do
    local top = y:place(count)
    elements[#elements + 1] = count > 0 and svg.element("rect", {
      x = x.from + (bin - 1) * width + 0.5,
      y = top,
      width = width - 1,
      height = bottom - top,
      class = svg.hues[1],
    }) or nil
  end
  draw_marks(elements, seconds, x, bottom)
  return svg.part(WIDTH, bottom + FOOT, "How long the sessions took", elements)
end

return histogram
