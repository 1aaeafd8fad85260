--- One knob turned: the same run with other numbers of workers, or of sessions at once.
-- The shape to expect: one worker takes the sum of all devices, as many workers as
-- devices take the slowest of them.
-- @module moonwire.bench.sweep
local bench_table = require "moonwire.bench.table"
local chart = require "moonwire.report.chart"
local json = require "moonwire.report.json"
local measure = require "moonwire.bench.measure"
local output = require "moonwire.bench.output"
local plot = require "moonwire.report.plot"
local text_table = require "moonwire.report.table"
local words = require "moonwire.bench.words"

local sweep = {}

-- Which mode a knob belongs to, where no mode is named.
local MODES = { workers = "threads", limit = "nonblocking" }
-- Which modes listen to it.
local LISTENING = {
  workers = { threads = true, hybrid = true },
  limit = { nonblocking = true, hybrid = true },
}

local GREATEST = 1000000

local function range(from, to)
  local values = {}
  while from < to do
    values[#values + 1] = from
    from = from * 2
  end
  values[#values + 1] = to
  return values
end

local function whole(text)
  local number = math.tointeger(tonumber(text))
  return number and number >= 1 and number <= GREATEST and number or nil
end

local function read_part(part)
  local from, to = part:match "^(%d+)%.%.(%d+)$"
  from, to = whole(from or part), whole(to or part)
  if not from or not to or from > to then
    return nil
  end
  return range(from, to)
end

--- Read what is to be turned.
-- @string text such as "workers=1,3" or "limit=1..64"; a range doubles: 1, 2, 4, … 64
-- @treturn[1] table `name` and `values` (whole numbers, as they stand)
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: "invalid"
function sweep.read(text)
  local name, list = text:match "^(%a+)=(.+)$"
  if not MODES[name] then
    local message = "'%s': write it like workers=1,3 or limit=1..64"
    return nil, message:format(text), "invalid"
  end
  local values = {}
  for part in (list .. ","):gmatch "([^,]*)," do
    local some = read_part(part)
    if not some then
      local message = "%s: '%s' is neither a whole number from 1 on nor a range of them"
      return nil, message:format(name, part), "invalid"
    end
    table.move(some, 1, #some, #values + 1, values)
  end
  return { name = name, values = values }
end

--- The mode that is measured.
-- @string name of the knob
-- @tparam[opt] {string,...} modes that were named
-- @treturn[1] string
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: "invalid"
function sweep.mode(name, modes)
  if not modes then
    return MODES[name]
  elseif #modes > 1 then
    return nil, "--mode: name one mode only, as one is measured", "invalid"
  elseif not LISTENING[name][modes[1]] then
    return nil, ("--mode: %s does not heed --%s"):format(modes[1], name), "invalid"
  end
  return modes[1]
end

local function variants_of(knob, mode)
  local variants = {}
  for i, value in ipairs(knob.values) do
    local label = ("%s=%d"):format(knob.name, value)
    variants[i] = { mode = mode, label = label, [knob.name] = value }
  end
  return variants
end

local function columns_for(name)
  local columns = { { title = name, align = "right" } }
  for i, title in ipairs {
    "median s", "spread s", "speed-up", "p99 of a session s", "peak sessions",
    "threads", "CPU ms/device", "failed",
  } do
    columns[i + 1] = { title = title, align = "right" }
  end
  return columns
end

local function speed_up(row, rows)
  return row.seconds > 0 and rows[1].seconds / row.seconds or nil
end

--- The rows as a text table.
-- @tparam table knob of `read`
-- @tparam table rows one for each of its values
-- @string[opt] style see `moonwire.report.table`
-- @treturn string
function sweep.text(knob, rows, style)
  local lines = {}
  for i, row in ipairs(rows) do
    local factor, p99 = speed_up(row, rows), row.session.p99
    lines[i] = {
      knob.values[i],
      ("%.3f"):format(row.seconds),
      bench_table.spread(row),
      factor and ("%.2fx"):format(factor) or "",
      p99 and ("%.3f"):format(p99) or "",
      row.peak_sessions,
      row.threads,
      ("%.3f"):format(row.cpu_seconds * 1000 / math.max(row.devices, 1)),
      row.failed,
    }
  end
  return text_table.format(columns_for(knob.name), lines, style)
end

local function bars_of(knob, rows)
  local bars = {}
  for i, row in ipairs(rows) do
    bars[i] = {
      label = ("%s=%d"):format(knob.name, knob.values[i]),
      value = row.seconds,
      note = ("%.2f s"):format(row.seconds),
    }
  end
  return bars
end

--- The rows as JSON: `{"lab": {…}, "sweep": {"name", "mode", "rows": [{"value", …}]}}`.
-- @tparam table knob of `read`
-- @tparam table rows
-- @tparam table|nil lab
-- @treturn string
function sweep.json(knob, rows, lab)
  local entries = {}
  for i, row in ipairs(rows) do
    entries[i] = bench_table.entry(row)
    entries[i].value = knob.values[i]
    entries[i].results = nil -- of the runs that are compared, not of one to look into
  end
  return json.encode {
    lab = json.object(lab),
    sweep = { name = knob.name, mode = rows[1].mode, rows = entries },
  }
end

local function write_all(knob, rows, devices, subtitle, options, streams)
  local files, text = output.new(options, streams), sweep.json(knob, rows, devices.lab)
  files:write("sweep.svg", chart.bars {
    title = ("How long %s takes by %s"):format(rows[1].mode, knob.name),
    subtitle = subtitle,
    axis = "seconds, less is better",
    bars = bars_of(knob, rows),
  })
  files:write_json("sweep.json", text)
  return files.is_complete
end

local function count_failures(rows)
  local failed = 0
  for _, row in ipairs(rows) do
    failed = failed + row.failed
  end
  return failed
end

--- Measure, print and write sweep.json and sweep.svg.
-- @tparam table devices an inventory
-- @tparam table options as for `moonwire.bench`, with `sweep` (of `read`), `mode` and
-- `commands`
-- @tparam table streams `out` (what was found) and `log` (progress and complaints)
-- @treturn int exit status: 0 when no device failed and all was written
function sweep.run(devices, options, streams)
  local knob, out = options.sweep, options.json == "-" and streams.log or streams.out
  local subtitle = words.circumstances(devices, options)
  out:write(options.mode, ": ", subtitle, "\n")
  local rows = measure.variants(devices, variants_of(knob, options.mode), options)
  out:write("\n", sweep.text(knob, rows), "\n", plot.bars(bars_of(knob, rows)))
  out:write(words.failures(rows))
  local is_written = write_all(knob, rows, devices, subtitle, options, streams)
  return (is_written and count_failures(rows) == 0) and 0 or 1
end

return sweep
