--- `moonwire test`: busted inside the host, so that a spec simply waits.
-- @module moonwire.cli.test
local argparse = require "argparse"
local host = require "host.task"
local lfs = require "lfs"

local inventory_option = require "moonwire.cli.inventory_option"
local task = require "moonwire.task"

local test = { summary = "run busted specs inside the host" }

local DESCRIPTION = [[
Runs busted specs inside the host, so that a spec simply waits; all below spec/ when
none is named. A test that takes longer than MOONWIRE_TEST_TIMEOUT seconds (60) is
cancelled and fails, and the rest go on. MOONWIRE_GC=stress collects garbage at every
opportunity. The last line is "N passed, N failed, N skipped"; the exit status is 0 when
at least one passed and none failed. With -i, require("moonwire.testing").devices() are
the devices of an inventory.]]

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

-- A test runs in a task of its own under a deadline. What it spawned and left behind is
-- cancelled with it; one that hangs fails at the place where it waits.
local function guard_tests(busted, seconds)
  local safe = busted.safe
  local function run_test(...)
    local status
    local arguments = table.pack(...)
    task.timeout(seconds, function()
      task.group(function(group)
        status = safe(table.unpack(arguments, 1, arguments.n))
        group:cancel()
      end)
    end)
    return status
  end
  busted.safe = function(descriptor, run, element)
    local is_test = descriptor == "it" and run == element.run
    local results = table.pack((is_test and run_test or safe)(descriptor, run, element))
    if host.is_cancelled() then
      error(host.cancelled, 0) -- or busted would go on to the next test
    end
    return table.unpack(results, 1, results.n)
  end
end

local function count_results(busted)
  local count = { passed = 0, failed = 0, skipped = 0 }
  local columns = { success = "passed", pending = "skipped" }
  busted.subscribe({ "test", "end" }, function(_, _, status)
    local column = columns[status] or "failed"
    count[column] = count[column] + 1
    return nil, true
  end)
  busted.subscribe({ "error" }, function(element)
    if element.descriptor ~= "it" then
      count.failed = count.failed + 1 -- a file, describe or hook: no test ends for it
    end
    return nil, true
  end)
  return count
end

local function set_collector()
  if os.getenv "MOONWIRE_GC" == "stress" then
    collectgarbage("incremental", 10, 1000, 4)
  end
end

local function is_terminal()
  return require("luv").guess_handle(1) == "tty"
end

local function run_busted(paths, seconds, output)
  local busted = require "busted.core"()
  require "busted"(busted)
  guard_tests(busted, seconds)
  local count = count_results(busted)
  local load_handler = require "busted.modules.output_handler_loader"()
  output = output or (is_terminal() and "utfTerminal" or "plainTerminal")
  load_handler(busted, output, {
    defaultOutput = output,
    verbose = true,
    suppressPending = false,
    language = "en",
    deferPrint = false,
    arguments = {},
  })
  local load_files = require "busted.modules.test_file_loader"(busted, { "lua" })
  load_files(paths, {}, { excludes = {}, verbose = true, recursive = true })
  require "busted.execute"(busted)(1, {})
  busted.publish { "exit" }
  return count
end

local function find_all(words)
  local paths = {}
  for _, word in ipairs(#words > 0 and words or { "spec" }) do
    find_specs(word, paths)
  end
  return paths
end

local function run_all(given)
  set_collector()
  local seconds = tonumber(os.getenv "MOONWIRE_TEST_TIMEOUT") or 60
  local count = task.group(function(group)
    local result = run_busted(find_all(given.paths), seconds, given.handler)
    group:cancel() -- what hooks left running
    return result
  end)
  local line = "%d passed, %d failed, %d skipped\n"
  io.stdout:write(line:format(count.passed, count.failed, count.skipped))
  return (count.failed == 0 and count.passed > 0) and 0 or 1
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
  elseif given.inventory then
    return run_with_devices(given)
  end
  return run_all(given)
end

return test
