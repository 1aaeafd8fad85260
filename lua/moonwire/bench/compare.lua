--- This run beside an earlier one, and beside bare C against the same lab.
-- @module moonwire.bench.compare
local bench_floor = require "moonwire.bench.floor"
local chart = require "moonwire.report.chart"
local svg = require "moonwire.report.svg"
local text_table = require "moonwire.report.table"

local compare = {}

local AT_ONCE = 500 -- as fleet.run has it when nobody says otherwise

local COLUMNS = {
  { title = "run" },
  { title = "this s", align = "right" },
  { title = "earlier s", align = "right" },
  { title = "change", align = "right" },
  { title = "CPU ms/device", align = "right" },
  { title = "earlier", align = "right" },
  { title = "change", align = "right" },
  { title = "failed", align = "right" },
  { title = "earlier", align = "right" },
}

local function cpu_ms(run, devices)
  return run.cpu_seconds and devices > 0 and run.cpu_seconds / devices * 1000 or nil
end

local function find(runs, mode)
  for _, run in ipairs(runs) do
    if run.mode == mode then
      return run
    end
  end
end

local function earlier_of(run)
  return run and {
    seconds = run.seconds,
    devices = #run.results,
    cpu_ms = cpu_ms(run, #run.results),
    failed = run.count.failed,
  }
end

--- Put them beside each other.
-- @tparam table rows of `moonwire.bench.measure`
-- @tparam table earlier subject of `moonwire.report.run.source`
-- @tparam[opt] table floor figures of `moonwire.bench.floor`
-- @treturn {table,...} for each mode of this run `mode`, `now` and `earlier` (each
-- `seconds`, `devices`, `cpu_ms`, `failed`; `earlier` nil when it was not measured),
-- and last `{ mode = "C floor", now = }`, when it ran
function compare.rows(rows, earlier, floor)
  local lines = {}
  for i, row in ipairs(rows) do
    lines[i] = {
      mode = row.mode,
      now = {
        seconds = row.seconds,
        devices = row.devices,
        cpu_ms = cpu_ms(row, row.devices),
        failed = row.failed,
      },
      earlier = earlier_of(find(earlier.runs, row.mode)),
    }
  end
  if floor and not floor.problem then
    local now = {
      seconds = floor.seconds,
      devices = floor.ok + floor.failed,
      cpu_ms = cpu_ms(floor, floor.ok),
      failed = floor.failed,
    }
    lines[#lines + 1] = { mode = "C floor", now = now }
  end
  return lines
end

local function number(value)
  return value and ("%.3f"):format(value) or ""
end

local function change(now, earlier)
  if not now or not earlier or earlier == 0 then
    return ""
  end
  return ("%+.1f %%"):format((now / earlier - 1) * 100)
end

--- The comparison as a text table.
-- @tparam {table,...} lines of `rows`
-- @string[opt] style see `moonwire.report.table`
-- @treturn string
function compare.text(lines, style)
  local cells = {}
  for i, line in ipairs(lines) do
    local now, earlier = line.now, line.earlier or {}
    cells[i] = {
      line.mode,
      number(now.seconds),
      number(earlier.seconds),
      change(now.seconds, earlier.seconds),
      number(now.cpu_ms),
      number(earlier.cpu_ms),
      change(now.cpu_ms, earlier.cpu_ms),
      now.failed,
      earlier.failed,
    }
  end
  return text_table.format(COLUMNS, cells, style)
end

--- What makes the runs hard to compare.
-- @tparam {table,...} lines of `rows`
-- @treturn string lines; nothing when they are alike
function compare.notes(lines)
  local notes = {}
  for _, line in ipairs(lines) do
    if line.earlier and line.earlier.devices ~= line.now.devices then
      notes[#notes + 1] = ("%s: %d devices now, %d earlier\n"):format(
        line.mode, line.now.devices, line.earlier.devices)
    end
  end
  return table.concat(notes)
end

local function bar(line, what, hue)
  local seconds = line[what] and line[what].seconds
  if not seconds then
    return nil
  end
  return {
    label = what == "now" and line.mode or "earlier",
    value = seconds,
    note = ("%.2f s"):format(seconds),
    hue = svg.hues[hue],
  }
end

--- The comparison as a bar chart.
-- @tparam {table,...} lines of `rows`
-- @string subtitle what was measured
-- @treturn string an SVG file
function compare.svg(lines, subtitle)
  local bars = {}
  for _, line in ipairs(lines) do
    bars[#bars + 1] = bar(line, "now", 1)
    bars[#bars + 1] = bar(line, "earlier", 5)
  end
  return chart.bars {
    title = "This run and an earlier one",
    subtitle = subtitle,
    axis = "seconds, less is better",
    bars = bars,
  }
end

-- Bare C knows one command and one kind of device.
local function can_run(devices)
  local lab = devices.lab
  return lab ~= nil and (lab.platform == nil or lab.platform == "cisco_ios")
end

--- Run the bare C client against the lab of this run: as many commands, all of them the
-- first one. It is a process of its own, and its start is in its CPU.
-- @tparam table devices an inventory
-- @tparam table options `commands`, and at will `limit`
-- @treturn ?table figures of `moonwire.bench.floor`; nil without a lab or the client
-- @treturn ?string why
function compare.floor(devices, options)
  if not can_run(devices) then
    return nil, "no C floor: it knows a lab of cisco_ios only"
  end
  local path = bench_floor.find()
  if not path then
    return nil, "no C floor: `make floor` builds it"
  end
  local figures = bench_floor.run(path, {
    port = devices[1].port,
    devices = #devices,
    limit = options.limit or AT_ONCE,
    commands = #options.commands,
    command = options.commands[1],
  })
  return figures, figures.problem and "no C floor: " .. figures.problem
end

return compare
