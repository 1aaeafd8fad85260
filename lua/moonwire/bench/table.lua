--- The bench's table, chart and JSON: the same rows for people and for programs.
-- @module moonwire.bench.table
local chart = require "moonwire.report.chart"
local json = require "moonwire.report.json"
local plot = require "moonwire.report.plot"
local statistics = require "moonwire.report.statistics"
local svg = require "moonwire.report.svg"
local text_table = require "moonwire.report.table"
local time = require "moonwire.report.time"

local bench_table = {}

local COLUMNS = {
  { title = "mode" },
  { title = "median s", align = "right" },
  { title = "spread s", align = "right" },
  { title = "speed-up", align = "right" },
  { title = "peak sessions", align = "right" },
  { title = "threads", align = "right" },
  { title = "CPU ms/device", align = "right" },
  { title = "failed", align = "right" },
}

local function find_sync(rows)
  for _, row in ipairs(rows) do
    if row.mode == "sync" then
      return row
    end
  end
  return nil
end

--- From the fastest run to the slowest, in seconds.
-- @tparam table row
-- @treturn string
function bench_table.spread(row)
  if #row.runs < 2 then
    return "one run"
  end
  return ("%.3f to %.3f"):format(statistics.extremes(row.runs))
end

local function speed_up(row, sync)
  if not sync or row.seconds == 0 then
    return nil
  end
  return sync.seconds / row.seconds
end

local function speed_up_text(row, sync)
  local factor = speed_up(row, sync)
  return factor and ("%.2fx"):format(factor) or ""
end

--- The rows as a text table.
-- @tparam table rows
-- @string[opt] style see `moonwire.report.table`
-- @treturn string
function bench_table.text(rows, style)
  local sync, lines = find_sync(rows), {}
  for i, row in ipairs(rows) do
    lines[i] = {
      row.mode,
      ("%.3f"):format(row.seconds),
      bench_table.spread(row),
      speed_up_text(row, sync),
      row.peak_sessions,
      row.threads,
      ("%.3f"):format(row.cpu_seconds * 1000 / math.max(row.devices, 1)),
      row.failed,
    }
  end
  return text_table.format(COLUMNS, lines, style)
end

local function note_of(row, sync)
  local note = ("%.2f s"):format(row.seconds)
  local factor = row ~= sync and speed_up(row, sync)
  return factor and note .. (", %.1f× faster"):format(factor) or note
end

local function bars_of(rows)
  local sync, bars = find_sync(rows), {}
  for i, row in ipairs(rows) do
    bars[i] = {
      label = row.mode,
      value = row.seconds,
      note = note_of(row, sync),
      hue = svg.hues[(i - 1) % #svg.hues + 1],
    }
  end
  return bars
end

--- The rows as bars of characters.
-- @tparam table rows
-- @string[opt] style see `moonwire.report.plot`
-- @treturn string
function bench_table.bars(rows, style)
  return plot.bars(bars_of(rows), { style = style })
end

--- The rows as a bar chart.
-- @tparam table rows
-- @string subtitle what was measured
-- @treturn string an SVG file
function bench_table.svg(rows, subtitle)
  return chart.bars {
    title = "How long the modes take",
    subtitle = subtitle,
    axis = "seconds, less is better",
    bars = bars_of(rows),
  }
end

local function result_entry(result)
  return {
    device = result.device,
    host = result.host,
    ok = result.ok,
    kind = result.kind,
    message = result.message,
    phase = result.phase,
    started = result.started,
    elapsed = result.elapsed,
    phases = json.object(result.phases),
  }
end

--- One row as it stands in JSON.
-- @tparam table row
-- @treturn table plain data
function bench_table.entry(row)
  local results = {}
  for i, result in ipairs(row.run.results) do
    results[i] = result_entry(result)
  end
  return {
    mode = row.mode,
    result = time.total(row.seconds),
    seconds = row.seconds,
    runs = row.runs,
    devices = row.devices,
    commands = row.commands,
    ok = row.ok,
    failed = row.failed,
    peak_sessions = row.peak_sessions,
    threads = row.threads,
    cpu_seconds = row.cpu_seconds,
    max_rss_bytes = row.max_rss_bytes,
    phases = json.object(row.phases),
    session = json.object(row.session),
    results = results,
  }
end

--- The rows as JSON: `{"lab": {…}, "modes": [{"mode", "result", "seconds", …}]}`.
-- @tparam table rows
-- @tparam table|nil lab the options of the lab; `{}` is written when there was none
-- @tparam[opt] table extra more fields of the top object
-- @treturn string
function bench_table.json(rows, lab, extra)
  local modes = {}
  for i, row in ipairs(rows) do
    modes[i] = bench_table.entry(row)
  end
  local document = { lab = json.object(lab), modes = modes }
  for name, value in pairs(extra or {}) do
    document[name] = value
  end
  return json.encode(document)
end

return bench_table
