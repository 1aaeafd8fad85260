--- A fleet in which one device may be bad: run it, and see what became of the others,
-- of the loop and of this process.
local fleet = require "moonwire.fleet"
local lfs = require "lfs"
local task = require "moonwire.task"
local usage = require "moonwire.bench.usage"

local crowd = {}

local COMMANDS = { "show version", "show vlan", "show running-config" }
local TICK = 0.005 -- seconds between two looks at how late the loop is

-- runs in other threads too: no upvalues
local function job(session)
  return session:send_commands { "show version", "show vlan", "show running-config" }
end

--- How many descriptors this process has open.
function crowd.descriptors()
  local count = 0
  for _ in lfs.dir "/proc/self/fd" do
    count = count + 1
  end
  return count
end

--- How much memory this process has, in bytes, after all garbage has gone.
function crowd.memory()
  collectgarbage()
  collectgarbage()
  for line in io.lines "/proc/self/status" do
    local kilobytes = line:match "^VmRSS:%s*(%d+)"
    if kilobytes then
      return tonumber(kilobytes) * 1024
    end
  end
end

-- For how many seconds this thread had work and no core, ever: others had them all.
local function without_core()
  local file <close> = io.open "/proc/thread-self/schedstat"
  local nanoseconds = file and file:read "l":match "^%d+ (%d+)"
  return (tonumber(nanoseconds) or 0) / 1e9
end

-- How late the loop comes back to us by its own doing.
local function watch_loop(lags)
  while true do
    local due, waited = task.now() + TICK, without_core()
    task.sleep(TICK)
    local late = task.now() - due
    lags[#lags + 1] = math.max(0, late - (without_core() - waited))
  end
end

local function outputs_of(result)
  local outputs = {}
  for i, answer in ipairs(result.output or {}) do
    outputs[i] = answer.output
  end
  return table.concat(outputs, "\0")
end

-- The bad one stands among the others: begun neither first nor last.
local function with_bad(healthy, bad)
  local devices = table.move(healthy, 1, #healthy, 1, {})
  if bad then
    table.insert(devices, #healthy // 2 + 1, bad)
  end
  return devices
end

--- Run the fleet: three commands on each device.
-- @tparam {table,...} healthy devices
-- @tparam[opt] table bad device
-- @tparam[opt] table options of `fleet.run`; `job` if it is not to be the three
-- @tparam[opt] function on_others called with what this gives, as far as it is known,
-- when the last of the others has its result
-- @treturn table `run`, `bad` (its result), `outputs` (of the others, by name),
-- `seconds` and `cpu` (of this process, until the last of the others had its result;
-- no `cpu` when some have none), `lags` (seconds, one for each look, without those in
-- which other programs had all cores)
function crowd.run(healthy, bad, options, on_others)
  local seen, left = { outputs = {}, lags = {}, failed = {} }, #healthy
  local how = { mode = "nonblocking", job = job, keep_results = false }
  for name, value in pairs(options or {}) do
    how[name] = value
  end
  local began, cpu = task.now(), usage.now().cpu_seconds
  function how.on_result(result)
    if bad and result.device == bad.name then
      seen.bad = result
      return
    end
    seen.outputs[result.device] = outputs_of(result)
    seen.failed[#seen.failed + 1] = not result.ok and result.message or nil
    seen.seconds, left = task.now() - began, left - 1
    if left == 0 then
      seen.cpu = usage.now().cpu_seconds - cpu
      if on_others then
        on_others(seen)
      end
    end
  end
  task.group(function(group)
    group:spawn(watch_loop, seen.lags)
    seen.run = fleet.run(with_bad(healthy, bad), how)
    group:cancel()
  end)
  return seen
end

--- What the others cost, until the last of them is done; the bad one is then dropped.
-- @tparam {table,...} healthy devices
-- @tparam[opt] table bad device
-- @tparam table options as for `crowd.run`
-- @treturn table what `crowd.run` has seen by then
function crowd.cost(healthy, bad, options)
  local cost
  collectgarbage()
  task.group(function(group)
    local is_over = task.queue(2)
    group:spawn(function()
      crowd.run(healthy, bad, options, function(seen)
        cost = seen
        is_over:put(true)
      end)
      is_over:put(true)
    end)
    is_over:get()
    group:cancel()
  end)
  return cost
end

--- What a bad device makes this process compute when it has it for itself.
-- @tparam table bad device
-- @tparam table options as for `crowd.run`
-- @number seconds for so long, or until it has its result
-- @treturn number seconds
function crowd.own_cpu(bad, options, seconds)
  collectgarbage()
  local before = usage.now().cpu_seconds
  task.timeout(seconds, crowd.run, {}, bad, options)
  return usage.now().cpu_seconds - before
end

--- How many of the others said something else than they should.
-- @tparam table seen
-- @tparam table expected outputs by name
-- @treturn int
-- @treturn ?string the first of them and what happened
function crowd.differences(seen, expected)
  local count, first = 0, seen.failed[1]
  for name, output in pairs(expected) do
    if seen.outputs[name] ~= output then
      count = count + 1
      first = first or name .. " said something else"
    end
  end
  return count, first
end

crowd.commands = COMMANDS

return crowd
