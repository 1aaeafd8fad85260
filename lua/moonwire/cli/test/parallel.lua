--- `moonwire test` over many files: so many at a time, each in a process of its own,
-- told in the order in which they were named. Specs mostly wait.
-- @module moonwire.cli.test.parallel
local escape = require "moonwire.report.escape"
local member = require "moonwire.cli.test.member"
local task = require "moonwire.task"
local text_table = require "moonwire.report.table"

local parallel = {}

local MOST_AGAIN = 3 -- files; where more fail, it is not the machine
local SLOWEST = 10 -- tests in the table
local SLOW = 1 -- seconds; a quicker test is not worth a line

-- Of a file that went well nobody reads more than a line, unless a handler was named.
local function tell(result, handler)
  if handler or result.failed > 0 then
    io.stdout:write(result.output)
  end
  if result.complaint then
    io.stdout:write(result.path, ": ", result.complaint, "\n")
  end
  local verdict = result.failed > 0 and ("%d FAILED"):format(result.failed) or "ok"
  io.stdout:write(("%-10s %4d passed %7.2f s  %s\n"):format(
    verdict, result.passed, result.seconds, escape.line(result.path)))
  io.stdout:flush()
end

local function by_seconds(left, right)
  return left.seconds > right.seconds
end

local function tell_slowest(results)
  local slow = {}
  for _, result in ipairs(results) do
    for _, test in ipairs(result.tests) do
      if test.seconds >= SLOW then
        test.path = result.path
        slow[#slow + 1] = test
      end
    end
  end
  table.sort(slow, by_seconds)
  local rows = {}
  for i = 1, math.min(#slow, SLOWEST) do
    rows[i] = { ("%.1f"):format(slow[i].seconds), slow[i].path, slow[i].name }
  end
  if #rows > 0 then
    local columns = { { title = "s", align = "right" }, { title = "file" },
      { title = "slowest tests" } }
    io.stdout:write(text_table.format(columns, rows))
  end
end

local function list_failed(results)
  local failed = {}
  for index, result in ipairs(results) do
    if result.failed > 0 then
      failed[#failed + 1] = index
    end
  end
  return failed
end

-- What a busy machine did to a few files it does not do twice, and not to one that is
-- alone. That they are unsteady is told: it is a fault, of theirs or of ours.
local function try_again(results, handler)
  local failed = list_failed(results)
  if #failed > MOST_AGAIN then
    return {}
  end
  local unsteady = {}
  for _, index in ipairs(failed) do
    local path = results[index].path
    io.stdout:write("once more, alone: ", escape.line(path), "\n")
    local second = member.run(path, handler)
    tell(second, handler)
    if second.failed == 0 then
      unsteady[#unsteady + 1] = path
      results[index] = second
    end
  end
  return unsteady
end

local function tell_unsteady(unsteady)
  for _, path in ipairs(unsteady) do
    io.stdout:write("unsteady, it failed and then passed alone: ",
      escape.line(path), "\n")
  end
end

local function add_up(results)
  local sum = { passed = 0, failed = 0, skipped = 0 }
  for _, result in ipairs(results) do
    for column, count in pairs(sum) do
      sum[column] = count + result[column]
    end
    if result.failed > 0 then
      io.stdout:write("failed: ", escape.line(result.path), "\n")
    end
  end
  return sum
end

--- Run files, and print what came of them.
-- @tparam {string,...} paths
-- @int jobs how many processes at a time
-- @string[opt] handler one of busted's for what each file prints
-- @bool[opt] again run three failed files at most once more, alone; what they do then
-- counts, and that they were unsteady is told
-- @treturn table `passed`, `failed`, `skipped`
function parallel.run(paths, jobs, handler, again)
  local results, told = {}, 0
  task.map(paths, jobs, function(path, index)
    results[index] = member.run(path, handler)
    while results[told + 1] do
      told = told + 1
      tell(results[told], handler)
    end
  end)
  local unsteady = again and try_again(results, handler) or {}
  tell_slowest(results)
  tell_unsteady(unsteady)
  return add_up(results)
end

return parallel
