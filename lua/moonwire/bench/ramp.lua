--- How many sessions at once are still good: none fails, and the slow end of them stays
-- under a bound. The number is doubled until it is too many, and the edge is then
-- searched between the last that was good and the first that was not.
-- @module moonwire.bench.ramp
local axis = require "moonwire.report.axis"
local bench_table = require "moonwire.bench.table"
local chart = require "moonwire.report.chart"
local duration = require "moonwire.duration"
local json = require "moonwire.report.json"
local measure = require "moonwire.bench.measure"
local output = require "moonwire.bench.output"
local plot = require "moonwire.report.plot"
local svg = require "moonwire.report.svg"
local text_table = require "moonwire.report.table"
local words = require "moonwire.bench.words"

local ramp = {}

local FIRST = 8 -- sessions at once, to begin with
local PRECISION = 0.05 -- of the number: a machine is not more certain than that

local COLUMNS = {
  { title = "at once", align = "right" },
  { title = "p99 of a session s", align = "right" },
  { title = "all of them s", align = "right" },
  { title = "devices/s", align = "right" },
  { title = "CPU ms/device", align = "right" },
  { title = "failed", align = "right" },
  { title = "" },
}

local function is_near(good, bad)
  return bad - good <= math.max(1, math.floor(good * PRECISION))
end

--- Search for the largest number that is good.
-- @int greatest no number above it is tried
-- @tparam function is_good of a number: whether it is; asked once for each
-- @treturn int the largest that was good; 0 when not even one at a time is
-- @treturn boolean whether the edge was found; false when even `greatest` is good
function ramp.search(greatest, is_good)
  local good, bad = 0, nil
  local try = math.min(FIRST, greatest)
  while not bad and good < greatest do
    if is_good(try) then
      good, try = try, math.min(try * 2, greatest)
    else
      bad = try
    end
  end
  while bad and not is_near(good, bad) do
    local middle = (good + bad) // 2
    if is_good(middle) then
      good = middle
    else
      bad = middle
    end
  end
  return good, bad ~= nil
end

local function first_kind(results)
  for _, result in ipairs(results) do
    if not result.ok then
      return result.kind
    end
  end
end

-- A session that fails has no time of its own; that it fails is enough.
local function verdict_of(row, bound)
  if row.failed > 0 then
    return "failed: " .. first_kind(row.run.results)
  elseif row.session.p99 > bound then
    return "too slow"
  end
end

local function measure_at(limit, devices, options)
  local label = ("%d at once"):format(limit)
  local variant = { mode = options.mode, label = label, limit = limit }
  local row = measure.variants(devices, { variant }, options)[1]
  row.limit = limit
  row.verdict = verdict_of(row, options.ramp)
  return row
end

--- The steps as a text table, in the order of their numbers.
-- @tparam table rows each with `limit`, and `verdict` when it was too many
-- @string[opt] style see `moonwire.report.table`
-- @treturn string
function ramp.text(rows, style)
  local lines = {}
  for i, row in ipairs(rows) do
    local p99 = row.session.p99
    lines[i] = {
      row.limit,
      p99 and ("%.3f"):format(p99) or "",
      ("%.3f"):format(row.seconds),
      row.seconds > 0 and ("%.0f"):format(row.devices / row.seconds) or "",
      ("%.3f"):format(row.cpu_seconds * 1000 / row.devices),
      row.failed,
      row.verdict or "good",
    }
  end
  return text_table.format(COLUMNS, lines, style)
end

local function bars_of(rows)
  local bars = {}
  for i, row in ipairs(rows) do
    local p99 = row.session.p99 or 0
    bars[i] = {
      label = ("%s at once"):format(axis.number(row.limit)),
      value = p99,
      note = row.verdict and ("%.3f s, %s"):format(p99, row.verdict)
        or ("%.3f s"):format(p99),
      hue = svg.hues[row.verdict and 2 or 1],
    }
  end
  return bars
end

local function sentence(found, bound)
  local shape = "%s sessions at once: none fails, and 99 of 100 take less than %s"
  if found.limit == 0 then
    return ("not even one session at a time is good within %s"):format(
      duration.format(bound))
  end
  local text = shape:format(axis.number(found.limit), duration.format(bound))
  return found.is_edge and text or text .. "; there are no more devices to try more"
end

local function document(found, rows, devices, options)
  local steps = {}
  for i, row in ipairs(rows) do
    steps[i] = bench_table.entry(row)
    steps[i].results = nil
    steps[i].limit, steps[i].verdict = row.limit, row.verdict or "good"
  end
  return json.encode {
    lab = json.object(devices.lab),
    ramp = {
      mode = options.mode,
      p99 = options.ramp,
      limit = found.limit,
      is_edge = found.is_edge,
      rows = steps,
    },
  }
end

local function search(devices, options)
  local rows, found = {}, {}
  found.limit, found.is_edge = ramp.search(#devices, function(limit)
    local row = measure_at(limit, devices, options)
    rows[#rows + 1] = row
    return not row.verdict
  end)
  table.sort(rows, function(one, other)
    return one.limit < other.limit
  end)
  return found, rows
end

--- Search, print and write ramp.json and ramp.svg.
-- @tparam table devices an inventory
-- @tparam table options as for `moonwire.bench`, with `ramp` (the bound in seconds),
-- `mode` ("nonblocking" or "hybrid") and `commands`
-- @tparam table streams `out` and `log`
-- @treturn int exit status: 0 when a number was found and all was written
function ramp.run(devices, options, streams)
  local files = output.new(options, streams)
  local subtitle = words.circumstances(devices, options)
  files.told:write(options.mode, ": ", subtitle, "\n")
  local found, rows = search(devices, options)
  local answer = sentence(found, options.ramp)
  local bars = plot.bars(bars_of(rows))
  files.told:write("\n", ramp.text(rows), "\n", bars, "\n", answer, "\n")
  local text = document(found, rows, devices, options)
  files:write("ramp.svg", chart.bars {
    title = ("%s sessions at once stay within %s"):format(
      axis.number(found.limit), duration.format(options.ramp)),
    subtitle = subtitle,
    axis = "p99 of a session in seconds, less is better",
    bars = bars_of(rows),
  })
  files:write_json("ramp.json", text)
  return (files.is_complete and found.limit > 0) and 0 or 1
end

return ramp
