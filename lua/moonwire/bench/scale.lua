--- `moonwire bench --scale`: how cost grows with the number of devices.
-- Every measurement is a process of its own, so that memory is its own; client and lab
-- are pinned to different cores where there are two.
-- @module moonwire.bench.scale
local file = require "moonwire.report.file"
local goal = require "moonwire.bench.goal"
local growth = require "moonwire.bench.growth"
local json = require "moonwire.report.json"
local process = require "moonwire.bench.process"
local usage = require "moonwire.bench.usage"
local uv = require "luv"

local scale = {}

local SIZES = { 100, 1000, 10000, 19000 }
local OTHER_FILES = 100 -- beside the connections

local function is_there(path)
  return uv.fs_access(path, "x") == true
end

-- The bare C client lies beside our own program.
local function find_floor()
  local path = uv.exepath():match "^(.*)/[^/]*$" .. "/floor"
  return is_there(path) and path or nil
end

local function sizes_within(limit)
  local sizes, left_out = {}, {}
  for _, size in ipairs(SIZES) do
    table.insert(size + OTHER_FILES <= limit and sizes or left_out, size)
  end
  return sizes, left_out
end

local function measure_one(entry, floor)
  local spec = {}
  for name, value in pairs(entry.spec) do
    spec[name] = value
  end
  spec.with_floor = nil
  spec.floor = entry.spec.with_floor and floor or nil
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

local function measure_all(plan, floor, log)
  local figures = {}
  for i, entry in ipairs(plan) do
    log:write(("%2d/%d  %s "):format(i, #plan, entry.title))
    log:flush()
    local one = measure_one(entry, floor)
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

local function plan_for(sizes)
  local plan = {}
  for _, size in ipairs(sizes) do
    for _, entry in ipairs(goal.growth(size)) do
      plan[#plan + 1] = entry
    end
  end
  for _, entry in ipairs(goal.others()) do
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

local function write(path, bytes, out)
  local ok, message = file.write(path, bytes)
  if not ok then
    io.stderr:write("moonwire bench: ", message, "\n")
    return false
  end
  out:write("wrote ", path, "\n")
  return true
end

local function write_all(text, picture, given, out)
  local folder = given.output or "outputs"
  local ok = write(folder .. "/scale.json", text, out)
  ok = write(folder .. "/scale.svg", picture, out) and ok
  if given.json == "-" then
    io.stdout:write(text)
  elseif given.json then
    ok = write(given.json, text, out) and ok
  end
  return ok
end

local function print_notes(floor, left_out, log)
  if not floor then
    log:write("the bare C client is not built: no floor beside the figures\n")
  end
  for _, size in ipairs(left_out) do
    local note = "%d devices left out: the limit of open files is too low\n"
    log:write(note:format(size))
  end
end

--- Measure, print and write.
-- @tparam table given `output` (folder), `json` (a path, or "-")
-- @treturn int exit status: 0 when nothing failed and all was written; a number that
-- was not reached is printed, and no failure
function scale.run(given)
  local out = given.json == "-" and io.stderr or io.stdout
  local floor = find_floor()
  local sizes, left_out = sizes_within(usage.file_limit())
  print_notes(floor, left_out, io.stderr)
  local figures = measure_all(plan_for(sizes), floor, io.stderr)
  local points, judged = points_of(sizes, figures), goal.judge(figures)
  out:write("\n", growth.text(points), "\n", growth.goals(judged))
  local document = { points = points, goals = judged, figures = figures }
  local is_written = write_all(json.encode(document), growth.svg(points), given, out)
  return (is_written and count_failures(figures) == 0) and 0 or 1
end

return scale
