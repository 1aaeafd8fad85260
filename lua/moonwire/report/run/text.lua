--- A report for a terminal.
-- @module moonwire.report.run.text
local escape = require "moonwire.report.escape"
local figures = require "moonwire.report.run.figures"
local histogram = require "moonwire.report.run.histogram"
local plot = require "moonwire.report.plot"
local tables = require "moonwire.report.run.table"
local text_table = require "moonwire.report.table"

local text = {}

local WIDTH = 60 -- characters of a chart
local FEWEST = 20 -- sessions that are worth one

local function run_bars(subject, style)
  local bars = {}
  for i, run in ipairs(subject.runs) do
    local note = ("%.2f s"):format(run.seconds)
    bars[i] = { label = run.mode, value = run.seconds, note = note }
  end
  return plot.bars(bars, { style = style })
end

local function latency_area(run, style)
  local seconds = figures.latencies(run.results)
  if #seconds < FEWEST then
    return ""
  end
  local counts, x = histogram.count(seconds, 2 * WIDTH)
  local ticks = x.ticks
  return "sessions by their seconds\n" .. plot.area(counts, {
    style = style,
    width = WIDTH,
    from = ("%.3g s"):format(ticks[1]),
    to = ("%.3g s"):format(ticks[#ticks]),
  })
end

local function add_table(parts, title, style, columns, cells)
  if #cells > 0 then
    parts[#parts + 1] = title .. "\n" .. text_table.format(columns, cells, style)
  end
end

local function add_run(parts, run, style)
  local head = "%s: %d devices, %d ok, %d failed, %.3f s\n"
  parts[#parts + 1] = head:format(
    escape.line(run.mode), #run.results, run.count.ok,
    run.count.failed, run.seconds)
  add_table(parts, "where the time of a session goes", style, tables.phases(run))
  parts[#parts + 1] = latency_area(run, style)
  add_table(parts, "failures by cause", style, tables.causes(run))
end

--- Write it.
-- @tparam table subject of `moonwire.report.run.source`
-- @string[opt] style "utf8" or "ascii"; by the locale when left out
-- @treturn string
function text.write(subject, style)
  local columns, cells = tables.runs(subject)
  local parts = { text_table.format(columns, cells, style), run_bars(subject, style) }
  for _, run in ipairs(subject.runs) do
    add_run(parts, run, style)
  end
  local full = {}
  for _, part in ipairs(parts) do
    full[#full + 1] = part ~= "" and part or nil
  end
  return table.concat(full, "\n")
end

return text
