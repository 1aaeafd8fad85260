--- The bench: the same job in every mode, measured, shown and written down.
-- @module moonwire.bench
local bench_compare = require "moonwire.bench.compare"
local bench_table = require "moonwire.bench.table"
local duration = require "moonwire.duration"
local escape = require "moonwire.report.escape"
local group = require "moonwire.bench.group"
local inventory = require "moonwire.inventory"
local measure = require "moonwire.bench.measure"
local output = require "moonwire.bench.output"
local profile = require "moonwire.bench.profile"
local repertoire = require "moonwire.bench.repertoire"
local seeds = require "moonwire.bench.seeds"
local transcript = require "moonwire.report.transcript"
local trips = require "moonwire.bench.trips"
local usage = require "moonwire.bench.usage"
local warm = require "moonwire.bench.warm"
local words = require "moonwire.bench.words"

local bench = {}

local LONGEST_RUN = 60 -- seconds, of a mode that nobody has named

local function measure_rows(devices, options)
  local rows = measure.all(devices, options.modes, options)
  if options.warm then
    rows[#rows + 1] = warm.measure(devices, options)
  end
  if options.ansible then
    local more = require("moonwire.bench.ansible").measure(devices, options)
    table.move(more, 1, #more, #rows + 1, rows)
  end
  return rows
end

-- The mode whose sessions do not wait for each other tells best where time goes.
local function row_for_trips(rows)
  local chosen
  for _, row in ipairs(rows) do
    local has_phases = row.mode ~= "warm" and row.ok > 0
    if has_phases and (not chosen or row.mode == "nonblocking") then
      chosen = row
    end
  end
  return chosen
end

local function count_trips(rows, lab)
  local row = lab and (lab.rtt or 0) > 0 and row_for_trips(rows)
  return row and trips.count(row, lab), row
end

local function print_trips(rows, lab, out)
  local counted, row = count_trips(rows, lab)
  if counted then
    local head = "\nwhere the round trips of a session go (%s, %s each)\n"
    out:write(head:format(row.mode, duration.format(lab.rtt)), trips.text(counted))
  end
end

local function print_seeds(rows, lab, published, out)
  out:write "\nbeside the published figures; the floor is what the devices take\n"
  out:write(seeds.text(seeds.compare(rows, lab, published)))
end

local function longest_stall(rows)
  local longest = 0
  for _, row in ipairs(rows) do
    longest = math.max(longest, row.stall_seconds)
  end
  return longest
end

-- This run beside the one that it is to be compared with; nil when there is none.
local function compare_runs(rows, devices, options, out)
  if not options.earlier then
    return nil
  end
  local floor, complaint = bench_compare.floor(devices, options)
  local lines = bench_compare.rows(rows, options.earlier, floor)
  out:write("\nbeside ", escape.line(options.earlier.name), "\n")
  out:write(bench_compare.text(lines), bench_compare.notes(lines))
  out:write(complaint and complaint .. "\n" or "")
  return lines
end

local function print_all(rows, devices, options, out)
  out:write("\n", bench_table.text(rows), "\n", bench_table.bars(rows))
  local platforms = group.by_platform(rows, devices)
  if platforms then
    out:write("\na session's seconds by platform\n", group.text(platforms, rows))
  end
  out:write(words.failures(rows))
  print_trips(rows, devices.lab, out)
  local chosen = profile.profiles[options.profile]
  if chosen and chosen.published and devices.lab then
    print_seeds(rows, devices.lab, chosen.published, out)
  end
  out:write(("\nlongest stall of the loop: %s\n"):format(
    duration.format(longest_stall(rows))))
end

local function lab_entry(devices)
  local lab = devices.lab
  if not lab then
    return nil
  end
  local entry = {}
  for name, value in pairs(lab) do
    entry[name] = value
  end
  local pid = devices.running_lab and devices.running_lab.pid
  local used = pid and usage.of(pid)
  if used then
    entry.cpu_seconds, entry.max_rss_bytes = used.cpu_seconds, used.max_rss_bytes
  end
  return entry
end

local function extras(rows, devices, options)
  local chosen = profile.profiles[options.profile]
  local published = chosen and devices.lab and chosen.published
  local counted = count_trips(rows, devices.lab)
  return {
    commands = options.by_platform or options.commands,
    platforms = group.by_platform(rows, devices),
    trips = counted,
    published = published and seeds.compare(rows, devices.lab, published),
    longest_stall_seconds = longest_stall(rows),
  }
end

local function write_all(rows, text, subtitle, compared, options, streams)
  local files = output.new(options, streams)
  for _, row in ipairs(rows) do
    local log = transcript.text { results = row.run.results, seconds = row.seconds }
    files:write(row.mode .. ".log", log)
  end
  files:write("bench.svg", bench_table.svg(rows, subtitle))
  if compared then
    files:write("compare.svg", bench_compare.svg(compared, subtitle))
  end
  files:write_json("bench.json", text)
  return files.is_complete
end

local function has_failed(rows)
  for _, row in ipairs(rows) do
    if row.failed > 0 then
      return true
    end
  end
  return false
end

local function choose_commands(devices, options)
  options.commands = options.commands or devices.commands
  if not options.commands then
    options.by_platform = repertoire.of(devices)
    options.commands = profile.commands
  end
end

-- Unless modes were named, those are left out that would keep a person waiting.
local function choose_modes(devices, options, log)
  if options.modes then
    return
  end
  options.modes = {}
  for _, mode in ipairs(measure.modes) do
    local seconds = profile.expected(mode, #devices, devices.lab, options)
    if seconds <= LONGEST_RUN then
      table.insert(options.modes, mode)
    else
      local note = "left out: %s, as a run would take %s (--mode %s measures it)\n"
      log:write(note:format(mode, duration.format(seconds), mode))
    end
  end
end

local function compare_modes(devices, options, streams)
  local out = options.json == "-" and streams.log or streams.out
  choose_commands(devices, options)
  choose_modes(devices, options, streams.log)
  local subtitle = words.circumstances(devices, options)
  out:write(subtitle, "\n")
  local rows = measure_rows(devices, options)
  print_all(rows, devices, options, out)
  local extra, lab = extras(rows, devices, options), lab_entry(devices)
  extra.compare = compare_runs(rows, devices, options, out) -- bare C costs the lab, too
  local text = bench_table.json(rows, lab, extra)
  local is_written = write_all(rows, text, subtitle, extra.compare, options, streams)
  return (is_written and not has_failed(rows)) and 0 or 1
end

-- What a run of the bench is about, where it is not the modes.
local function run_on(devices, options, streams)
  local kind = options.sweep and "sweep" or options.ramp and "ramp"
  if not kind then
    return compare_modes(devices, options, streams)
  end
  options.commands = options.commands or devices.commands or profile.one_command
  return require("moonwire.bench." .. kind).run(devices, options, streams)
end

--- Measure, print and write.
-- @tparam table options `source` (for `moonwire.inventory.load`), `runs`, `output`
-- (folder), and at will: `modes` (else all that do not take minutes), `commands`,
-- `workers`, `limit`, `dwell` (seconds), `profile` (a name), `warm`, `ansible` (true:
-- more rows, see `moonwire.bench.ansible`), `earlier` (a subject of
-- `moonwire.report.run.source`, to compare with), `json` (a path, or "-": then
-- everything else goes to stderr); `sweep` (see `moonwire.bench.sweep`) or `ramp` (see
-- `moonwire.bench.ramp`), both with `mode`
-- @tparam table streams `out` (what was found) and `log` (progress and complaints)
-- @treturn int exit status: 0 when no device failed and all was written; 2 for an
-- inventory that cannot be used, or when there is no Ansible
function bench.run(options, streams)
  if options.ansible and not require("moonwire.bench.ansible").is_there() then
    streams.log:write "moonwire bench: --ansible: there is no ansible-playbook here\n"
    return 2
  end
  local loaded, message = inventory.load(options.source)
  if not loaded then
    streams.log:write("moonwire bench: ", message, "\n")
    return 2
  end
  local devices <close> = loaded
  options.stream = streams.log
  return run_on(devices, options, streams)
end

return bench
