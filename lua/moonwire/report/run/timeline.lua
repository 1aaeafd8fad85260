--- When each device was in which phase. A row for each of a few devices; of many, how
-- many were in which phase at each moment.
-- @module moonwire.report.run.timeline
local axis = require "moonwire.report.axis"
local escape = require "moonwire.report.escape"
local figures = require "moonwire.report.run.figures"
local ruler = require "moonwire.report.ruler"
local svg = require "moonwire.report.svg"

local timeline = {}

local MOST_ROWS = 60 -- devices that have a row of their own
local WIDTH = 960
local LEFT, RIGHT, TOP, FOOT = 150, 24, 40, 52
local ROW, BAR = 18, 12
local SURFACE = 240 -- how high the picture of many is
local BUCKETS = 200
local UNIT = "seconds of the run"
local LONGEST_LABEL = 20 -- characters

local FAILED = #figures.phases + 1

local function hue_of(part)
  return svg.hues[part] or svg.bad
end

local PART_OF = {}
for part, phase in ipairs(figures.phases) do
  for _, name in ipairs(phase.of) do
    PART_OF[name] = part
  end
end

--- The stretches of a device's time.
-- @tparam table result
-- @treturn {table,...} list of `part` (number of a phase; one more than there are: the
-- phase that failed), `from`, `to` (seconds)
function timeline.stretches(result)
  local stretches, from = {}, result.started or 0
  local parts = figures.split(result)
  local failed = not result.ok and (PART_OF[result.phase] or #parts) or nil
  for part, seconds in ipairs(parts) do
    if seconds > 0 then
      stretches[#stretches + 1] = {
        part = failed and part >= failed and FAILED or part,
        from = from,
        to = from + seconds,
      }
      from = from + seconds
    end
  end
  return stretches
end

local function short(text)
  local at = utf8.offset(text, LONGEST_LABEL)
  return at and at <= #text and text:sub(1, at - 1) .. "…" or text
end

local function draw_legend(elements)
  local left = LEFT
  for part = 1, FAILED do
    local name = part == FAILED and "failed" or figures.phases[part].name
    elements[#elements + 1] = svg.element("rect", {
      x = left, y = 12, width = 14, height = 14, class = hue_of(part),
    })
    elements[#elements + 1] = svg.text(left + 20, 24, name)
    left = left + 40 + 8 * #name
  end
end

local function draw_row(elements, x, result, i)
  local top = TOP + (i - 1) * ROW
  local label = short(escape.line(result.device))
  elements[#elements + 1] = svg.text(LEFT - 10, top + ROW - 5, label, {
    class = "quiet",
    ["text-anchor"] = "end",
  })
  if not result.started then
    elements[#elements + 1] = svg.text(LEFT + 4, top + ROW - 5, "had no turn", {
      class = "quiet",
    })
    return
  end
  for _, stretch in ipairs(timeline.stretches(result)) do
    local from, to = x:place(stretch.from), x:place(stretch.to)
    elements[#elements + 1] = svg.element("rect", {
      x = from,
      y = top + (ROW - BAR) / 2,
      width = math.max(to - from, stretch.part == FAILED and 2 or 0.5),
      height = BAR,
      class = hue_of(stretch.part),
    })
  end
end

local function draw_rows(results)
  local bottom = TOP + #results * ROW
  local x, elements = axis.linear(figures.end_of(results), LEFT, WIDTH - RIGHT), {}
  ruler.below(elements, x, bottom, UNIT, TOP)
  draw_legend(elements)
  for i, result in ipairs(results) do
    draw_row(elements, x, result, i)
  end
  return svg.part(WIDTH, bottom + FOOT, "When each device was in which phase", elements)
end

local function add_stretch(bucket_of, stretch, width)
  local first = math.floor(stretch.from / width)
  local last = math.min(math.floor(stretch.to / width), BUCKETS - 1)
  for bucket = first, last do
    local from = math.max(stretch.from, bucket * width)
    local to = math.min(stretch.to, (bucket + 1) * width)
    local counts = bucket_of[bucket + 1]
    counts[stretch.part] = counts[stretch.part] + math.max(to - from, 0) / width
  end
end

--- How many devices were in which phase, over time.
-- @tparam table results
-- @number seconds how long all took, above zero
-- @treturn {table,...} for each of 200 equal parts of that time the mean number of
-- devices in each phase, and, last, of those that were about to fail
function timeline.surface(results, seconds)
  local buckets, width = {}, seconds / BUCKETS
  for i = 1, BUCKETS do
    buckets[i] = {}
    for part = 1, FAILED do
      buckets[i][part] = 0.0
    end
  end
  for _, result in ipairs(results) do
    for _, stretch in ipairs(result.started and timeline.stretches(result) or {}) do
      add_stretch(buckets, stretch, width)
    end
  end
  return buckets
end

-- The heights of a stack's layers, the lowest first.
local function pile_up(buckets)
  local greatest = 0
  for _, counts in ipairs(buckets) do
    for part = 2, FAILED do
      counts[part] = counts[part] + counts[part - 1]
    end
    greatest = math.max(greatest, counts[FAILED])
  end
  return greatest
end

local function outline(buckets, part, x, y, width)
  local places = {}
  for i, counts in ipairs(buckets) do
    local at = x:place((i - 0.5) * width)
    places[i] = ("%.1f,%.1f"):format(at, y:place(counts[part]))
  end
  for i = #buckets, 1, -1 do
    local below = part > 1 and buckets[i][part - 1] or 0
    local at = x:place((i - 0.5) * width)
    places[#places + 1] = ("%.1f,%.1f"):format(at, y:place(below))
  end
  return table.concat(places, " ")
end

local function draw_surface(results)
  local seconds = figures.end_of(results)
  local buckets = timeline.surface(results, seconds)
  local bottom = TOP + SURFACE
  local x = axis.linear(seconds, LEFT, WIDTH - RIGHT)
  local y, elements = axis.linear(pile_up(buckets), bottom, TOP, true), {}
  ruler.below(elements, x, bottom, UNIT, TOP)
  ruler.beside(elements, y, LEFT, WIDTH - RIGHT)
  elements[#elements + 1] = svg.text(8, 24, "devices at once", { class = "quiet" })
  draw_legend(elements)
  for part = 1, FAILED do
    elements[#elements + 1] = svg.element("polygon", {
      points = outline(buckets, part, x, y, seconds / BUCKETS),
      class = hue_of(part),
    })
  end
  local title = "How many devices were in which phase"
  return svg.part(WIDTH, bottom + FOOT, title, elements)
end

--- Draw it.
-- @tparam table results
-- @treturn ?string an SVG element for a page; nil when there is nothing to draw
-- @treturn ?string why
function timeline.draw(results)
  local starts = 0
  for _, result in ipairs(results) do
    starts = starts + (result.started and 1 or 0)
  end
  if starts == 0 then
    return nil, "It is not known when the devices had their turn."
  elseif figures.end_of(results) <= 0 then
    return nil, "No device took any time."
  elseif #results > MOST_ROWS then
    return draw_surface(results)
  end
  return draw_rows(results)
end

return timeline
