--- `moonwire test`: busted inside the host, so that a spec simply waits.
-- @module moonwire.cli.test
local lfs = require "lfs"
local task = require "moonwire.task"

local test = { summary = "run busted specs inside the host" }

local HELP = [[
usage: moonwire test [-o HANDLER] [FILE|FOLDER…]

Runs busted specs inside the host, so that a spec simply waits; all below spec/ when
none is named. A test that takes longer than MOONWIRE_TEST_TIMEOUT seconds (60) is
cancelled and fails, and the rest go on. HANDLER is one of busted's output handlers:
plainTerminal, utfTerminal, TAP, junit, json, gtest (which tells how long each test
took). MOONWIRE_GC=stress collects garbage at every opportunity. The last line is
"N passed, N failed, N skipped"; the exit status is 0 when at least one passed and none
failed.
]]

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
  busted.safe = function(descriptor, run, element)
    if descriptor ~= "it" or run ~= element.run then
      return safe(descriptor, run, element)
    end
    local status
    task.timeout(seconds, function()
      task.group(function(group)
        status = safe(descriptor, run, element)
        group:cancel()
      end)
    end)
    return status
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

--- Run specs.
-- @tparam table words files and folders
-- @treturn int exit status: 0 when at least one test passed and none failed
function test.run(words)
  if words[1] == "--help" then
    io.stdout:write(HELP)
    return 0
  end
  set_collector()
  local output
  if words[1] == "-o" then
    output = words[2]
    words = table.move(words, 3, #words, 1, {})
  end
  local seconds = tonumber(os.getenv "MOONWIRE_TEST_TIMEOUT") or 60
  local count = task.group(function(group)
    local result = run_busted(find_all(words), seconds, output)
    group:cancel() -- what hooks left running
    return result
  end)
  local line = "%d passed, %d failed, %d skipped\n"
  io.stdout:write(line:format(count.passed, count.failed, count.skipped))
  return (count.failed == 0 and count.passed > 0) and 0 or 1
end

return test
