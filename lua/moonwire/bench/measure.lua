--- One mode measured: several runs, the median one shown, and what they cost.
-- The clock is monotonic, the CPU is that of this process with all its threads, and
-- nothing is left out: a run with failures counts like any other.
-- @module moonwire.bench.measure
local fleet = require "moonwire.fleet"
local host = require "host.task"
local job = require "moonwire.bench.job"
local progress = require "moonwire.report.progress"
local statistics = require "moonwire.report.statistics"
local usage = require "moonwire.bench.usage"

local measure = {}

--- The modes of the bench, in the order of its table.
measure.modes = { "sync", "threads", "nonblocking", "hybrid" }

-- How long each phase took, device by device. What is left of a device's time is the
-- dialogue: preparation, commands, answers, good-bye.
local function collect_phases(results)
  local lists = {}
  local function add(name, seconds)
    lists[name] = lists[name] or {}
    table.insert(lists[name], seconds)
  end
  for _, result in ipairs(results) do
    if result.ok then
      local rest = result.elapsed
      for name, seconds in pairs(result.phases or {}) do
        add(name, seconds)
        rest = rest - seconds
      end
      add("dialogue", math.max(rest, 0))
    end
  end
  return lists
end

--- The middle and the slow end of every phase, over the devices that did well.
-- @tparam table results
-- @treturn table by phase `{ p50 =, p99 = }` in seconds
function measure.phases(results)
  local phases = {}
  for name, seconds in pairs(collect_phases(results)) do
    phases[name] = {
      p50 = statistics.percentile(seconds, 0.5),
      p99 = statistics.percentile(seconds, 0.99),
    }
  end
  return phases
end

--- How long the sessions that did well took, over all runs.
-- @tparam table runs of `moonwire.fleet`
-- @treturn table `p50`, `p99` in seconds; empty when none did well
function measure.sessions(runs)
  local seconds = {}
  for _, run in ipairs(runs) do
    for _, result in ipairs(run.results) do
      seconds[#seconds + 1] = result.ok and result.elapsed or nil
    end
  end
  return {
    p50 = statistics.percentile(seconds, 0.5),
    p99 = statistics.percentile(seconds, 0.99),
  }
end

--- Run once.
-- @tparam table devices
-- @string mode
-- @tparam table options `commands`, `by_platform` (see `moonwire.bench.job`),
-- `workers`, `limit`, `dwell`, `record`, `recorder`, `label` (for the progress),
-- `stream`
-- @treturn table the run of `moonwire.fleet`
function measure.once(devices, mode, options)
  local bar <close> = progress.new {
    total = #devices,
    label = options.label,
    stream = options.stream,
  }
  collectgarbage()
  usage.forget_peak()
  host.sleep(0) -- what we did ourselves is no stall of the run
  host.statistics(true)
  local before = usage.now().cpu_seconds
  local run = fleet.run(devices, {
    mode = mode,
    workers = options.workers,
    limit = options.limit,
    dwell = options.dwell,
    record = options.record,
    recorder = options.recorder,
    job = job.commands(options.commands, options.by_platform),
    on_result = function(result)
      bar:step(result.ok)
    end,
  })
  local after = usage.now()
  run.cpu_seconds = after.cpu_seconds - before
  run.max_rss_bytes = after.max_rss_bytes
  host.sleep(0)
  run.stall_seconds = host.statistics().longest_turn
  return run
end

-- Which run speaks for all: the median one, or the one with the most failures.
local function choose(runs, seconds)
  local chosen = runs[statistics.median_index(seconds)]
  for _, run in ipairs(runs) do
    if run.count.failed > chosen.count.failed then
      chosen = run
    end
  end
  return chosen
end

--- Make one row of several runs of a mode.
-- @string mode
-- @tparam table runs of `moonwire.fleet`, at least one
-- @tparam {string,...} commands
-- @treturn table row: `mode`, `seconds` (the median), `runs` (seconds of each), `run`
-- (the one whose results are shown), `devices`, `commands`, `ok`, `failed`,
-- `peak_sessions`, `threads`, `cpu_seconds`, `max_rss_bytes`, `phases`, `session`, and
-- `stall_seconds` (the longest time this thread's loop did not look at the network)
function measure.row(mode, runs, commands)
  local seconds, cpu, memory, peak, stall = {}, {}, 0, 0, 0
  for i, run in ipairs(runs) do
    stall = math.max(stall, run.stall_seconds or 0) -- a playbook has no loop
    seconds[i], cpu[i] = run.seconds, run.cpu_seconds
    memory = math.max(memory, run.max_rss_bytes)
    peak = math.max(peak, run.peak_sessions)
  end
  local shown = choose(runs, seconds)
  return {
    mode = mode,
    seconds = statistics.median(seconds),
    runs = seconds,
    run = shown,
    devices = #shown.results,
    commands = #commands,
    ok = shown.count.ok,
    failed = shown.count.failed,
    peak_sessions = peak,
    threads = shown.threads,
    cpu_seconds = statistics.median(cpu),
    max_rss_bytes = memory,
    stall_seconds = stall,
    phases = measure.phases(shown.results),
    session = measure.sessions(runs),
  }
end

--- Measure variants of a run, taken in turns, so that what the machine does besides
-- hits all of them alike.
-- @tparam table devices
-- @tparam table variants list of `mode`, `label` (for the progress), and at will
-- `workers` and `limit`, which go before those of the options
-- @tparam table options as for `once`, and `runs` (how many of each)
-- @treturn table list of rows, in the order of the variants
function measure.variants(devices, variants, options)
  local runs = {}
  for i = 1, options.runs do
    for v, variant in ipairs(variants) do
      local chosen = setmetatable({
        label = ("%-11s %d/%d"):format(variant.label, i, options.runs),
        workers = variant.workers,
        limit = variant.limit,
      }, { __index = options })
      runs[v] = runs[v] or {}
      runs[v][i] = measure.once(devices, variant.mode, chosen)
    end
  end
  local rows = {}
  for v, variant in ipairs(variants) do
    rows[v] = measure.row(variant.mode, runs[v], options.commands)
  end
  return rows
end

--- Measure modes.
-- @tparam table devices
-- @tparam {string,...} modes
-- @tparam table options as for `variants`
-- @treturn table list of rows, in the order of the modes
function measure.all(devices, modes, options)
  local variants = {}
  for i, mode in ipairs(modes) do
    variants[i] = { mode = mode, label = mode }
  end
  return measure.variants(devices, variants, options)
end

return measure
