--- `moonwire test`: busted inside the host, so that a spec simply waits.
-- @module moonwire.cli.test
local argparse = require "argparse"
local lfs = require "lfs"
local uv = require "luv"
local via_option = require "moonwire.cli.via_option"

local inventory_option = require "moonwire.cli.inventory_option"
local member = require "moonwire.cli.test.member"
local parallel = require "moonwire.cli.test.parallel"
local suite = require "moonwire.cli.test.suite"
local whole = require "moonwire.cli.whole"

local test = { summary = "run busted specs inside the host" }

local DESCRIPTION = [[
Runs busted specs inside the host, so that a spec simply waits; all below spec/ when
none is named. Several files run in processes of their own, two a core at a time unless
--jobs says otherwise; one after the other in this process with -i, and for TAP, junit
and json. A test that takes longer than MOONWIRE_TEST_TIMEOUT seconds (60) is
cancelled and fails, and the rest go on. MOONWIRE_GC=stress collects garbage at every
opportunity. The last line is "N passed, N failed, N skipped"; the exit status is 0 when
at least one passed and none failed. With -i, require("moonwire.testing").devices() are
the devices of an inventory.]]

local JOBS_PER_CORE = 2 -- specs mostly wait
local DOCUMENTS = { TAP = true, junit = true, json = true } -- of the whole run

--- The options as argparse knows them.
function test.parser()
  local parser = argparse("moonwire test", DESCRIPTION)
  parser:add_help(false)
  parser:usage_max_width(88):help_max_width(88):help_description_margin(27)
  parser:flag("-h --help", "Show this text.")
  parser:argument("paths", "Specs, or folders of *_spec.lua."):args("*")
    :argname "<path>"
  parser:option("-o --handler", "One of busted's output handlers: plainTerminal, "
    .. "utfTerminal, TAP, junit, json, gtest (which tells how long each test took).")
    :argname "<name>"
  parser:option("-i --inventory", "The devices that specs are about, such as lab:3.")
    :argname "<inventory>"
  inventory_option.add(parser)
  via_option.add(parser)
  parser:option("-j --jobs", "How many files at a time (two a core); 1: all in this "
    .. "process."):argname("<n>"):convert(whole "--jobs")
  parser:flag("--again", "With several files at a time: run up to three that failed "
    .. "once more, alone; what they do then counts, and it is told.")
  parser:option("--report", "For a process that runs one file of several.")
    :convert(math.tointeger):hidden(true)
  return parser
end

local function is_folder(path)
  return lfs.attributes(path, "mode") == "directory"
end

local function sorted_names(folder)
  local names = {}
  for name in lfs.dir(folder) do
    if not name:find "^%." then
      names[#names + 1] = name
    end
  end
  table.sort(names)
  return names
end

local function find_specs(path, found)
  if not is_folder(path) then
    found[#found + 1] = path
    return found
  end
  for _, name in ipairs(sorted_names(path)) do
    local below = path .. "/" .. name
    if is_folder(below) or name:find "_spec%.lua$" then
      find_specs(below, found)
    end
  end
  return found
end

local function find_all(words)
  local paths = {}
  for _, word in ipairs(#words > 0 and words or { "spec" }) do
    find_specs(word, paths)
  end
  return paths
end

-- Documents of one file each would not make a document; and devices are not to be met
-- by all files at once.
local function cannot_share(given)
  return given.inventory or given.report or DOCUMENTS[given.handler]
end

local function jobs_of(given, paths)
  local jobs = given.jobs or JOBS_PER_CORE * uv.available_parallelism()
  return cannot_share(given) and 1 or math.min(jobs, #paths)
end

local function run_all(given)
  local paths = find_all(given.paths)
  local jobs = jobs_of(given, paths)
  local result
  if jobs > 1 then
    result = parallel.run(paths, jobs, given.handler, given.again)
  else
    result = suite.run(paths, given.handler)
  end
  if given.report then
    return member.report(given.report, result)
  end
  local line = "%d passed, %d failed, %d skipped\n"
  io.stdout:write(line:format(result.passed, result.failed, result.skipped))
  return (result.failed == 0 and result.passed > 0) and 0 or 1
end

local function run_with_devices(given)
  local options, complaint = inventory_option.read(given)
  local inventory, message
  if options then
    inventory, message = require("moonwire.inventory").load(given.inventory, options)
  end
  if not inventory then
    io.stderr:write("moonwire test: ", complaint or message, "\n")
    return 2
  end
  local loaded <close> = inventory
  local testing = require "moonwire.testing"
  testing.use(loaded)
  local status = run_all(given)
  testing.use(nil)
  return status
end

--- Run specs.
-- @tparam {string,...} words of the command line
-- @treturn int exit status: 0 when at least one test passed and none failed; 2: none
-- was started
function test.run(words)
  local parser = test.parser()
  local ok, given = parser:pparse(words)
  if not ok then
    io.stderr:write(parser:get_usage(), "\n\nmoonwire test: ", given, "\n")
    return 2
  elseif given.help then
    io.stdout:write(parser:get_help(), "\n")
    return 0
  end
  via_option.apply(given)
  if given.inventory then
    return run_with_devices(given)
  end
  return run_all(given)
end

return test
