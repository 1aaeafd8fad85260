--- `make torture`: run all parts, or those that are named, one after another, each in a
-- process of its own, and print the table of what was reached.
--   moonwire spec/torture/main.lua [--json FILE] [PART…]
local dkjson = require "dkjson"

local json = require "moonwire.report.json"
local process = require "moonwire.bench.process"
local task = require "moonwire.task"
local text_table = require "moonwire.report.table"
local uv = require "luv"

local catalogue = require "spec.torture.catalogue"
local registry = require "spec.torture.registry"

local SCRIPT = "spec/torture/main.lua"
local PART_TIMEOUT = 1200 -- seconds

local COLUMNS = {
  { title = "part" }, { title = "what" }, { title = "reach" },
  { title = "reached" }, { title = "" },
}

local function say(...)
  io.stderr:write(string.format(...), "\n")
end

local function read_words(words)
  local names, options = {}, {}
  local i = 1
  while i <= #words do
    if words[i] == "--json" or words[i] == "--one" then
      options[words[i]:sub(3)] = words[i + 1]
      i = i + 2
    else
      names[#names + 1] = words[i]
      i = i + 1
    end
  end
  return names, options
end

local function run_here(name)
  local rows = registry.run(name, registry.load(name), function(text)
    say("  %s: %s", name, text)
  end)
  io.stdout:write(json.encode({ rows = rows }, true))
  return 0
end

local function failure(name, why)
  return {
    { part = name, what = "runs to its end", goal = "yes", note = why,
      is_reached = false },
  }
end

-- The last line is the result: a part may have said more.
local function rows_of(name, output, status)
  local document = dkjson.decode(output:match "([^\n]*)\n$" or "")
  if not document or status ~= 0 then
    return failure(name, ("it ended with status %s"):format(tostring(status)))
  end
  return document.rows
end

local function run_apart(name)
  local ok, output, status = pcall(task.timeout, PART_TIMEOUT, process.run,
    { uv.exepath(), SCRIPT, "--one", name })
  if not ok or not output then
    return failure(name, tostring(output or status))
  end
  return rows_of(name, output, status)
end

local function print_table(rows)
  local lines = {}
  for i, row in ipairs(rows) do
    lines[i] = {
      row.part, row.what, row.goal, row.value or "not measured",
      row.is_reached and "" or "MISSED",
    }
  end
  io.stdout:write(text_table.format(COLUMNS, lines))
  for _, row in ipairs(rows) do
    if row.note then
      io.stdout:write(("%s, %s: %s\n"):format(row.part, row.what, row.note))
    end
  end
end

local function summarise(rows, seconds)
  local reached, covered = 0, {}
  for _, row in ipairs(rows) do
    reached = reached + (row.is_reached and 1 or 0)
    for _, id in ipairs(row.covers or {}) do
      covered[id] = true
    end
  end
  local here = 0
  for _ in pairs(covered) do
    here = here + 1
  end
  local specs, all = catalogue.covered()
  local summary = {
    reached = reached, of = #rows, seconds = seconds, rows = rows,
    catalogue = { rows = all, with_spec = specs, tortured = here },
  }
  io.stdout:write(("%d of %d reached in %.0f s; of the %d rows of the catalogue "
    .. "%d have a spec, %d were tortured here\n"):format(
      reached, #rows, seconds, all, specs, here))
  return summary
end

local function write_json(path, summary)
  local file <close> = assert(io.open(path, "w"))
  assert(file:write(json.encode(summary)))
end

local names, options = read_words(arg)
if options.one then
  return run_here(options.one)
end
local began, rows = task.now(), {}
for _, name in ipairs(#names > 0 and names or registry.names()) do
  say("%s: %s", name, registry.load(name).about)
  local found = run_apart(name)
  table.move(found, 1, #found, #rows + 1, rows)
end
print_table(rows)
local summary = summarise(rows, task.now() - began)
if options.json then
  write_json(options.json, summary)
end
return summary.reached == summary.of
