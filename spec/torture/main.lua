--- `make torture`: run all parts, or those that are named, each in a process of its own
-- and print the table of what was reached. It goes on behind a part that fails.
--   moonwire spec/torture/main.lua [--json FILE] [--parts FOLDER] [PART…]
local json = require "moonwire.report.json"
local task = require "moonwire.task"

local registry = require "spec.torture.registry"
local runner = require "spec.torture.runner"
local summary = require "spec.torture.summary"

local function say(...)
  io.stderr:write(string.format(...), "\n")
end

local TAKES_WORD = { ["--json"] = true, ["--one"] = true, ["--parts"] = true }

local function read_words(words)
  local names, options = {}, {}
  local i = 1
  while i <= #words do
    if TAKES_WORD[words[i]] then
      options[words[i]:sub(3)] = words[i + 1]
      i = i + 2
    else
      names[#names + 1] = words[i]
      i = i + 1
    end
  end
  return names, options
end

-- What a part's own process does: its rows are the last line.
local function run_here(name, folder)
  local began = task.now()
  local rows = registry.run(name, registry.load(name, folder), function(text)
    say("%9s %4.0f s  %s", name, task.now() - began, text)
  end)
  io.stdout:write(json.encode({ rows = rows }, true))
  return true
end

local function write_json(path, found)
  local file <close> = assert(io.open(path, "w"))
  assert(file:write(json.encode(found)))
end

local function run_all(names, folder, path)
  local began = task.now()
  local rows = runner.run(names, folder, function(...)
    say("[%4.0f s] %s", task.now() - began, string.format(...))
  end)
  local found = summary.of(rows, task.now() - began)
  io.stdout:write(summary.text(found))
  if path then
    write_json(path, found)
  end
  return found.reached == found.of
end

local names, options = read_words(arg)
if options.one then
  return run_here(options.one, options.parts)
elseif #names == 0 then
  names = registry.names(options.parts)
end
return run_all(names, options.parts, options.json)
