--- How the cost of a run grows with the number of devices.
-- Every measurement is a process of its own, so that memory is its own; client and lab
-- are pinned to different cores where there are two.
-- @module moonwire.bench.scale
local floor = require "moonwire.bench.floor"
local goal = require "moonwire.bench.goal"
local growth = require "moonwire.bench.growth"
local json = require "moonwire.report.json"
local output = require "moonwire.bench.output"
local process = require "moonwire.bench.process"
local statistics = require "moonwire.report.statistics"
local usage = require "moonwire.bench.usage"
local uv = require "luv"

local scale = {}

local SIZES = { 100, 1000, 10000, 19000 }
local OTHER_FILES = 100 -- beside the connections

local function sizes_within(limit, sizes)
  local taken, left_out = {}, {}
  for _, size in ipairs(sizes) do
    table.insert(size + OTHER_FILES <= limit and taken or left_out, size)
  end
  return taken, left_out
end

local function measure_one(entry, bare)
  local spec = {}
  for name, value in pairs(entry.spec) do
    spec[name] = value
  end
  spec.with_floor = nil
  spec.floor = entry.spec.with_floor and bare or nil
  local argv = { uv.exepath(), "bench", "--client", json.encode(spec, true) }
  local text, status = process.run(argv)
  if not text then
    return { problem = status }
  elseif status ~= 0 then
    return { problem = ("exit status %d"):format(status) }
  end
  local figures, message = json.decode(text)
  return figures or { problem = message }
end

-- CPU, beside the bare client's where it ran: the clock of the machine is in both.
local function cost_of(figures)
  local beside = figures.floor
  local has_floor = beside and not beside.problem and beside.cpu_seconds > 0
  return figures.cpu_seconds / (has_floor and beside.cpu_seconds or 1)
end

-- What was measured several times is the one in the middle; what went wrong once, that.
local function measure(entry, bare)
  local all, costs = {}, {}
  for i = 1, entry.times or 1 do
    local one = measure_one(entry, bare)
    if one.problem or one.failed > 0 then
      return one
    end
    all[i], costs[i] = one, cost_of(one)
  end
  local chosen = all[statistics.median_index(costs)]
  chosen.costs = #costs > 1 and costs or nil
  return chosen
end

local function measure_all(plan, bare, log)
  local figures = {}
  for i, entry in ipairs(plan) do
    log:write(("%2d/%d  %s "):format(i, #plan, entry.title))
    log:flush()
    local one = measure(entry, bare)
    figures[entry.id] = one
    if one.problem then
      log:write("— ", one.problem, "\n")
    else
      log:write(("— %.2f s, %d failed\n"):format(one.seconds, one.failed))
    end
  end
  return figures
end

local function points_of(sizes, figures)
  local points = {}
  for _, size in ipairs(sizes) do
    local through = figures[("growth-%d"):format(size)]
    local open = figures[("open-%d"):format(size)]
    if not through.problem and not open.problem then
      points[#points + 1] = growth.point(size, through, open)
    end
  end
  return points
end

local function plan_for(sizes, others)
  local plan = {}
  for _, size in ipairs(sizes) do
    for _, entry in ipairs(goal.growth(size)) do
      plan[#plan + 1] = entry
    end
  end
  for _, entry in ipairs(others) do
    plan[#plan + 1] = entry
  end
  return plan
end

local function count_failures(figures)
  local failed = 0
  for _, one in pairs(figures) do
    failed = failed + (one.problem and 1 or one.failed)
  end
  return failed
end

local function print_notes(bare, left_out, log)
  if not bare then
    log:write("the bare C client is not built: no floor beside the figures\n")
  end
  for _, size in ipairs(left_out) do
    local note = "%d devices left out: the limit of open files is too low\n"
    log:write(note:format(size))
  end
end

--- Measure, print and write.
-- @tparam table options `output` (folder), `json` (a path, or "-")
-- @tparam table streams `out` (what was found) and `log` (progress and complaints)
-- @tparam[opt] table sizes how many devices, in turn; up to 19,000 when left out
-- @tparam[opt] table others further measurements; those of the goals when left out
-- @treturn int exit status: 0 when nothing failed and all was written; a number that
-- was not reached is printed, and no failure
function scale.run(options, streams, sizes, others)
  local files = output.new(options, streams)
  local bare = floor.find()
  local taken, left_out = sizes_within(usage.file_limit(), sizes or SIZES)
  print_notes(bare, left_out, streams.log)
  local plan = plan_for(taken, others or goal.others())
  local figures = measure_all(plan, bare, streams.log)
  local points, judged = points_of(taken, figures), goal.judge(figures)
  files.told:write("\n", growth.text(points), "\n", growth.goals(judged))
  local text = json.encode { points = points, goals = judged, figures = figures }
  files:write("scale.svg", growth.svg(points))
  files:write_json("scale.json", text)
  return (files.is_complete and count_failures(figures) == 0) and 0 or 1
end

return scale
