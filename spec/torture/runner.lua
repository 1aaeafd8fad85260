--- Runs parts of `make torture`, each in a process of its own: first those that measure
-- time, one by one with nothing beside them; then the others, as many at once as there
-- are processors. A part that fails, hangs or raises is a row, and the others go on.
local dkjson = require "dkjson"

local process = require "moonwire.bench.process"
local registry = require "spec.torture.registry"
local task = require "moonwire.task"
local uv = require "luv"

local runner = {}

local SCRIPT = "spec/torture/main.lua"
local TIMEOUT = 1200 -- seconds for a part

local function failure(name, why)
  return {
    { part = name, what = "runs to its end", goal = "yes", note = why,
      is_reached = false },
  }
end

--- The rows in what a part's process has written: its last line. It may have said more.
-- @string name
-- @string output
-- @int status with which it ended
-- @treturn {table,...}
function runner.rows_of(name, output, status)
  local document = dkjson.decode(output:match "([^\n]*)\n$" or "")
  if status ~= 0 or type(document) ~= "table" or type(document.rows) ~= "table" then
    return failure(name, ("it ended with status %s"):format(tostring(status)))
  end
  return document.rows
end

local function run_apart(name, folder)
  local words = { uv.exepath(), SCRIPT, "--one", name }
  if folder then
    table.move({ "--parts", folder }, 1, 2, 5, words)
  end
  local ok, output, status = pcall(task.timeout, TIMEOUT, process.run, words)
  if not ok or not output then
    return failure(name, tostring(output or status))
  end
  return runner.rows_of(name, output, status)
end

--- The names of those that need the machine for themselves, and of those that do not.
-- @tparam {string,...} names
-- @tparam table parts by name
-- @treturn {string,...}
-- @treturn {string,...} those that take longest first
function runner.sort(names, parts)
  local alone, beside = {}, {}
  for _, name in ipairs(names) do
    local list = parts[name].beside and beside or alone
    list[#list + 1] = name
  end
  table.sort(beside, function(a, b)
    return parts[a].beside > parts[b].beside
  end)
  return alone, beside
end

local function count_reached(rows)
  local count = 0
  for _, row in ipairs(rows) do
    count = count + (row.is_reached and 1 or 0)
  end
  return count
end

local function load_all(names, folder)
  local parts = {}
  for _, name in ipairs(names) do
    parts[name] = registry.load(name, folder)
  end
  return parts
end

--- Run parts.
-- @tparam {string,...} names
-- @string[opt] folder where they are; spec/torture/part when left out
-- @tparam function say takes what `string.format` does, for whoever waits
-- @treturn {table,...} the rows of all, in the order of the names
function runner.run(names, folder, say)
  local parts, found, rows = load_all(names, folder), {}, {}
  local function run(name)
    say("%s: %s", name, parts[name].about)
    local began = task.now()
    found[name] = run_apart(name, folder)
    say("%s: %d of %d reached, in %.0f s", name, count_reached(found[name]),
      #found[name], task.now() - began)
  end
  local alone, beside = runner.sort(names, parts)
  for _, name in ipairs(alone) do
    run(name)
  end
  task.map(beside, uv.available_parallelism(), run)
  for _, name in ipairs(names) do
    table.move(found[name], 1, #found[name], #rows + 1, rows)
  end
  return rows
end

return runner
