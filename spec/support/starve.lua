--- For specs: a script of spec/sweep/scene run again and again, another call of ours
-- failing each time, until all of them have had their turn.
local files = require "spec.support.files"
local lfs = require "lfs"
local task = require "moonwire.task"
local uv = require "luv"

local starve = {}

local TIMEOUT = 50 -- seconds for one run: its deadlines are shorter

--- What can be made to fail: memory, and the calls of .ci/starve.c.
starve.calls = {
  "malloc", "lua", "socket", "socketpair", "connect", "setsockopt", "getsockopt",
  "recv", "send", "read", "write", "fsync", "fdatasync", "epoll_create1", "epoll_ctl",
  "dup", "mprotect", "mmap", "open", "fcntl", "pthread_create",
}

local library = uv.exepath():gsub("[^/]*$", "starve.so")

--- Why it cannot be done here; nil when it can.
function starve.obstacle()
  if not lfs.attributes(library, "mode") then
    return "`make starve` has not built " .. library
  end
end

local function environment(what, at, tell)
  local variables = {
    "LD_PRELOAD=" .. library, "STARVE_WHAT=" .. what, "STARVE_AT=" .. at,
    "STARVE_TELL=" .. tell,
  }
  for name, value in pairs(uv.os_environ()) do
    variables[#variables + 1] = name .. "=" .. value
  end
  return variables
end

local function collect(pipe, parts, done)
  pipe:read_start(function(_, bytes)
    parts[#parts + 1] = bytes
    if not bytes then
      pipe:close()
      done()
    end
  end)
end

local function spawn(words, variables)
  local output, errors = uv.new_pipe(), uv.new_pipe()
  local result = { output = {}, errors = {} }
  local handle
  local ok, why = pcall(task.timeout, TIMEOUT, task.await, function(done)
    local open = 3
    local function finish()
      open = open - 1
      if open == 0 then
        done()
      end
    end
    handle = assert(uv.spawn(uv.exepath(), {
      args = words, env = variables, stdio = { nil, output, errors },
    }, function(status, signal)
      result.status, result.signal = status, signal
      finish()
    end))
    collect(output, result.output, finish)
    collect(errors, result.errors, finish)
  end)
  if not handle then
    error(why, 0)
  end
  result.is_late = not ok or result.status == nil
  if result.is_late then
    handle:kill "sigkill"
  end
  handle:close()
  result.output = table.concat(result.output)
  result.errors = table.concat(result.errors)
  return result
end

--- Run a scene with one call failing.
-- @string scene
-- @tparam {string,...} words for it
-- @string what one of `calls`
-- @int at which of them; 0: none
-- @treturn table `output`, `errors`, `status`, `signal`, `is_late`, `count` (of calls)
function starve.run(scene, words, what, at)
  local tell = os.tmpname()
  local all = { ("spec/sweep/scene/%s.lua"):format(scene), table.unpack(words) }
  local result = spawn(all, environment(what, at, tell))
  result.count = tonumber(files.read(tell) or "") or 0
  os.remove(tell)
  return result
end

--- What is wrong with how a run ended; nil: nothing.
-- @tparam table result
-- @string expected the output of a run in which nothing fails
-- @treturn ?string
function starve.problem(result, expected)
  if result.is_late then
    return "it does not end"
  elseif result.signal ~= 0 then
    return ("signal %d"):format(result.signal)
  elseif result.status == 0 and result.output ~= expected then
    return "false success: " .. result.output
  elseif result.status ~= 0 and not result.errors:find "%S" then
    return "it fails without a word"
  end
end

--- Run a scene with each call of a kind failing in turn.
-- @string scene
-- @tparam function words_of gives the words for each run
-- @string what
-- @int[opt] most so many of them, spread over all
-- @treturn int how many runs
-- @treturn {string,...} what was wrong
function starve.sweep(scene, words_of, what, most)
  local free = starve.run(scene, words_of(), what, 0)
  if free.status ~= 0 then
    return 0, { ("%s without a fault: %s"):format(scene, free.errors) }
  end
  local step = math.max(1, free.count // (most or math.huge) + (most and 1 or 0))
  local runs, problems = 0, {}
  for at = 1, free.count, step do
    local result = starve.run(scene, words_of(), what, at)
    local problem = starve.problem(result, free.output)
    runs = runs + 1
    problems[#problems + 1] = problem and ("%s, %s %d of %d: %s; %s"):format(
      scene, what, at, free.count, problem, result.errors:sub(1, 300))
  end
  return runs, problems
end

return starve
