--- The axes of a picture: numbers, their lines through it, and what they count.
-- @module moonwire.report.ruler
local axis = require "moonwire.report.axis"
local svg = require "moonwire.report.svg"

local ruler = {}

local function quiet(x, y, text, anchor)
  return svg.text(x, y, text, { class = "quiet", ["text-anchor"] = anchor })
end

--- Draw an axis that runs from left to right.
-- @tparam {string,...} elements to add to
-- @tparam Axis x
-- @number bottom where it lies
-- @string label what it counts, with the unit
-- @number[opt] top how far up lines go from its numbers; none when left out
function ruler.below(elements, x, bottom, label, top)
  for _, tick in ipairs(x.ticks) do
    local place = x:place(tick)
    if top then
      local class = tick == 0 and "axis" or "grid"
      elements[#elements + 1] = svg.line(place, top, place, bottom, class)
    end
    elements[#elements + 1] = quiet(place, bottom + 18, axis.number(tick), "middle")
  end
  elements[#elements + 1] = quiet((x.from + x.to) / 2, bottom + 40, label, "middle")
end

--- Draw an axis that runs upwards.
-- @tparam {string,...} elements to add to
-- @tparam Axis y
-- @number left where it lies
-- @number right how far lines go from its numbers
function ruler.beside(elements, y, left, right)
  for _, tick in ipairs(y.ticks) do
    local place = y:place(tick)
    elements[#elements + 1] = svg.line(left, place, right, place, "grid")
    elements[#elements + 1] = quiet(left - 8, place + 4, axis.number(tick), "end")
  end
end

return ruler
