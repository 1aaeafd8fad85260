--- Charts as SVG files: bars to compare, lines to see growth.
-- @module moonwire.report.chart
local axis = require "moonwire.report.axis"
local ruler = require "moonwire.report.ruler"
local svg = require "moonwire.report.svg"

local chart = {}

local WIDTH = 720
local MARGIN = 24
local HEAD = 72 -- title and subtitle
local BAR = 26
local BAR_PITCH = 42
local LABEL = 130 -- the names beside the bars
local NOTE = 150 -- what is written behind the longest bar
local FOOT = 56 -- numbers and name of the axis

local function head(options)
  local elements = {
    svg.text(MARGIN, 34, options.title, { class = "title" }),
  }
  if options.subtitle then
    elements[2] = svg.text(MARGIN, 54, options.subtitle, { class = "quiet" })
  end
  return elements
end

local function draw_bar(elements, scale, bar, i)
  local y = HEAD + (i - 1) * BAR_PITCH + (BAR_PITCH - BAR) / 2
  local base = y + BAR / 2 + 5
  local x = scale:place(bar.value)
  elements[#elements + 1] = svg.text(scale.from - 10, base, bar.label, {
    ["text-anchor"] = "end",
  })
  elements[#elements + 1] = svg.element("rect", {
    x = scale.from,
    y = y,
    width = math.max(x - scale.from, 1),
    height = BAR,
    class = bar.hue or svg.hues[1],
  })
  elements[#elements + 1] = svg.text(x + 8, base, bar.note or axis.number(bar.value))
end

--- A bar chart, a bar under the other, from zero.
-- @tparam table options `title`, `subtitle` (may be left out), `axis` (name and unit),
-- `bars`: list of `{ label =, value =, note = (text behind it), hue = (of svg.hues) }`,
-- `is_part` (of a page, see `svg.part`)
-- @treturn string an SVG file
function chart.bars(options)
  local greatest = 0
  for _, bar in ipairs(options.bars) do
    greatest = math.max(greatest, bar.value)
  end
  local bottom = HEAD + #options.bars * BAR_PITCH
  local scale = axis.linear(greatest, MARGIN + LABEL, WIDTH - MARGIN - NOTE)
  local elements = head(options)
  ruler.below(elements, scale, bottom, options.axis, HEAD)
  for i, bar in ipairs(options.bars) do
    draw_bar(elements, scale, bar, i)
  end
  local draw = options.is_part and svg.part or svg.document
  return draw(WIDTH, bottom + FOOT, options.title, elements)
end

local PANEL_HEIGHT = 300
local PLOT = { left = 90, right = 180, top = 44, bottom = 62 }

local function extent(series, key)
  local least, greatest = math.huge, -math.huge
  for _, one in ipairs(series) do
    for _, point in ipairs(one.points) do
      least, greatest = math.min(least, point[key]), math.max(greatest, point[key])
    end
  end
  return least, greatest
end

local function draw_series(elements, x, y, series, hue)
  local places = {}
  for i, point in ipairs(series.points) do
    local px, py = x:place(point[1]), y:place(point[2])
    places[i] = ("%.2f,%.2f"):format(px, py)
    elements[#elements + 1] = svg.element("circle", {
      cx = px,
      cy = py,
      r = 4,
      class = hue,
    }, svg.element("title", {}, axis.number(point[1]) .. ": " .. axis.number(point[2])))
  end
  elements[#elements + 1] = svg.element("polyline", {
    points = table.concat(places, " "),
    class = "line " .. hue,
  })
end

local function draw_legend(elements, series, left, top)
  for i, one in ipairs(series) do
    local y = top + (i - 1) * 22
    elements[#elements + 1] = svg.element("rect", {
      x = left,
      y = y,
      width = 14,
      height = 14,
      class = svg.hues[(i - 1) % #svg.hues + 1],
    })
    elements[#elements + 1] = svg.text(left + 20, y + 12, one.name)
  end
end

local function draw_panel(elements, panel, offset)
  local left, right = MARGIN + PLOT.left, WIDTH - MARGIN - PLOT.right
  local top, bottom = offset + PLOT.top, offset + PANEL_HEIGHT - PLOT.bottom
  local least_x, greatest_x = extent(panel.series, 1)
  local least_y, greatest_y = extent(panel.series, 2)
  elements[#elements + 1] = svg.text(MARGIN, offset + 24, panel.title)
  if least_x <= 0 or least_y <= 0 or greatest_x < least_x then
    elements[#elements + 1] = svg.text(left, top + 40, "nothing was measured")
    return
  end
  local x = axis.log(least_x, greatest_x, left, right)
  local y = axis.log(least_y, greatest_y, bottom, top)
  ruler.below(elements, x, bottom, panel.x_axis, top)
  elements[#elements + 1] = svg.line(left, bottom, right, bottom, "axis")
  ruler.beside(elements, y, left, right)
  for i, series in ipairs(panel.series) do
    draw_series(elements, x, y, series, svg.hues[(i - 1) % #svg.hues + 1])
  end
  draw_legend(elements, panel.series, right + 24, top)
end

--- Growth: one or more panels below each other, both axes logarithmic.
-- @tparam table options `title`, `subtitle` (may be left out), `panels`: list of
-- `{ title = (with the unit of y), x_axis =, series = list of { name =, points = } }`,
-- `points`: list of `{ x, y }`, all above zero
-- @treturn string an SVG file
function chart.growth(options)
  local elements = head(options)
  for i, panel in ipairs(options.panels) do
    draw_panel(elements, panel, HEAD + (i - 1) * PANEL_HEIGHT)
  end
  local height = HEAD + #options.panels * PANEL_HEIGHT + MARGIN
  return svg.document(WIDTH, height, options.title, elements)
end

return chart
