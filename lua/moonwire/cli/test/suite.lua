--- One process's share of `moonwire test`: busted over some files, each test in a task
-- of its own under a deadline. Nothing in here starts another process.
-- @module moonwire.cli.test.suite
local host = require "host.task"

local task = require "moonwire.task"

local suite = {}

local TIMEOUT = 60 -- seconds a test may take, unless MOONWIRE_TEST_TIMEOUT says more

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

local COLUMNS = { success = "passed", pending = "skipped" }

local function collect_results(busted)
  local full_name = require "busted.outputHandlers.base"().getFullName
  local result = { passed = 0, failed = 0, skipped = 0, tests = {} }
  busted.subscribe({ "test", "end" }, function(element, _, status)
    local column = COLUMNS[status] or "failed"
    result[column] = result[column] + 1
    table.insert(result.tests, {
      name = full_name(element), seconds = element.duration or 0,
    })
    return nil, true
  end)
  busted.subscribe({ "error" }, function(element)
    if element.descriptor ~= "it" then
      result.failed = result.failed + 1 -- a file, describe or hook: no test ends for it
    end
    return nil, true
  end)
  return result
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
  local result = collect_results(busted)
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
  return result
end

--- Run files here, one after the other.
-- @tparam {string,...} paths
-- @string[opt] handler one of busted's; made for reading when left out
-- @treturn table `passed`, `failed`, `skipped`, and `tests`: `name` and `seconds` of
-- each that ended
function suite.run(paths, handler)
  set_collector()
  local seconds = tonumber(os.getenv "MOONWIRE_TEST_TIMEOUT") or TIMEOUT
  return task.group(function(group)
    local result = run_busted(paths, seconds, handler)
    group:cancel() -- what hooks left running
    return result
  end)
end

return suite
