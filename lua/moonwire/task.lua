--- Many things at once, each to be read as a straight line.
-- Concurrency is structured: a task belongs to the group it was spawned in, no task
-- outlives its group, and an error in one cancels the others. A cancelled task is
-- unwound by an error at its next wait, so its `<close>` variables run.
-- @module moonwire.task
local host = require "host.task"
local queue = require "moonwire.task.queue"
local semaphore = require "moonwire.task.semaphore"

local task = {}

--- The running time in seconds, from a clock that is never set back.
-- @treturn number
task.now = host.now

--- Let time pass; the other tasks run meanwhile.
-- @function task.sleep
-- @number seconds
task.sleep = host.sleep

--- See `moonwire.task.queue`.
-- @function task.queue
-- @int[opt] capacity
task.queue = queue.new

--- See `moonwire.task.semaphore`.
-- @function task.semaphore
-- @int places
task.semaphore = semaphore.new

local Task = { __name = "moonwire.Task" }
Task.__index = Task

local Group = { __name = "moonwire.Group" }
Group.__index = Group

-- which group a running task spawns into: one entry per live task
local group_of = setmetatable({}, { __mode = "k" })

local function is_cancellation(err)
  return err == host.cancelled
end

local function describe(err)
  if type(err) == "string" and not err:find("\nstack traceback:", 1, true) then
    return debug.traceback(err, 2)
  end
  return err
end

local function wake_joiners(self)
  local joiners = self.joiners
  self.joiners = nil
  for _, joiner in ipairs(joiners or {}) do
    host.wake(joiner)
  end
end

local function finish(self, ok, ...)
  self.is_done = true
  self.ok = ok
  if ok then
    self.results = table.pack(...)
  else
    self.err = ...
  end
  wake_joiners(self)
  self.group:_ended(self)
end

local function body(self, fn, ...)
  group_of[self.handle] = self.group
  if host.is_cancelled() then
    return finish(self, false, host.cancelled)
  end
  finish(self, host.finally(describe, fn, ...))
end

--- Wait for the task to end.
-- @treturn boolean whether it returned rather than raised
-- @return its results, or the error
function Task:join()
  while not self.is_done do
    self.joiners = self.joiners or {}
    table.insert(self.joiners, host.current())
    host.park()
  end
  if not self.ok then
    return false, self.err
  end
  return true, table.unpack(self.results, 1, self.results.n)
end

--- End the task at its next wait. Its group goes on.
function Task:cancel()
  self.is_cancelled = true
  host.cancel(self.handle)
end

local function new_group()
  return setmetatable({ tasks = {}, live = 0 }, Group)
end

--- Start a function as a task of this group.
-- @tparam function fn
-- @param ... its arguments
-- @treturn Task
function Group:spawn(fn, ...)
  if self.is_closed then
    error("the group has ended", 2)
  end
  local self_task = setmetatable({ group = self }, Task)
  self.live = self.live + 1
  self.tasks[self_task] = true
  self_task.handle = host.spawn(body, self_task, fn, ...)
  if self.is_cancelled then
    host.cancel(self_task.handle)
  end
  return self_task
end

--- Cancel every task of the group.
function Group:cancel()
  self.is_cancelled = true
  for member in pairs(self.tasks) do
    host.cancel(member.handle)
  end
end

function Group:_ended(member)
  self.tasks[member] = nil
  self.live = self.live - 1
  if not member.ok and not is_cancellation(member.err) and not self.err then
    self.err = { member.err } -- boxed: the error may be nil
    self:cancel()
    self:_stop_body()
  end
  if self.live == 0 and self.waiter then
    host.wake(self.waiter)
  end
end

-- The body of the group is one of the siblings: end its wait too, but not what comes
-- after the group.
function Group:_stop_body()
  if self.body and not self.has_stopped_body then
    self.has_stopped_body = true
    host.cancel(self.body)
  end
end

-- Wait until every task has ended; a cancel of the waiter is passed on to them first.
function Group:_wait()
  while self.live > 0 do
    self.waiter = host.current()
    local ok, err = pcall(host.park)
    if not ok then
      self:cancel()
      host.shield(true)
      while self.live > 0 do
        host.park()
      end
      host.shield(false)
      error(err, 0)
    end
  end
  self.is_closed = true
end

local function run_group(group, handle, fn, ...)
  local outer = group_of[handle]
  group_of[handle] = group
  group.body = handle
  local results = table.pack(xpcall(fn, describe, ...))
  group.body = nil
  group_of[handle] = outer
  if group.has_stopped_body then
    host.pardon(handle)
  end
  if not results[1] then
    group:cancel()
  end
  group:_wait()
  return results
end

--- Run `fn(group, ...)`, and wait for all that it spawned.
-- An error in `fn` or in a task of the group cancels the rest of them and is raised
-- here once all have ended.
-- @tparam function fn
-- @param ... its arguments after the group
-- @return what `fn` returned
function task.group(fn, ...)
  local group = new_group()
  local handle = assert(host.current(), "task.group: not inside a task")
  local results = run_group(group, handle, fn, group, ...)
  if group.err then
    error(group.err[1], 0)
  end
  if not results[1] then
    error(results[2], 0)
  end
  return table.unpack(results, 2, results.n)
end

--- Start a function as a task of the innermost group around the running task.
-- @tparam function fn
-- @param ... its arguments
-- @treturn Task
function task.spawn(fn, ...)
  local group = group_of[host.current()]
  if not group then
    error("task.spawn: not inside a task", 2)
  end
  return group:spawn(fn, ...)
end

--- Call `fn(item, index)` for every item, at most `limit` at a time.
-- Nothing is made for an item before its turn. An error cancels the rest.
-- @tparam table list
-- @int limit
-- @tparam function fn
-- @treturn table what `fn` returned first, in the order of `list`
function task.map(list, limit, fn)
  local results, taken, n = {}, 0, #list
  local function worker()
    while taken < n do
      taken = taken + 1
      local index = taken
      results[index] = fn(list[index], index)
    end
  end
  task.group(function(group)
    for _ = 1, math.min(limit, n) do
      group:spawn(worker)
    end
  end)
  return results
end

--- Call a function, but no longer than so many seconds.
-- @number seconds
-- @tparam function fn
-- @param ... its arguments
-- @return[1] what `fn` returned
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: "timeout"
function task.timeout(seconds, fn, ...)
  local arguments = table.pack(...)
  return task.group(function(group)
    local main, is_late = nil, false
    local alarm = group:spawn(function()
      host.sleep(seconds)
      is_late = true
      main:cancel()
    end)
    main = group:spawn(fn, table.unpack(arguments, 1, arguments.n))
    local results = table.pack(main:join())
    alarm:cancel()
    if results[1] then
      return table.unpack(results, 2, results.n)
    end
    if is_late and is_cancellation(results[2]) then
      return nil, ("not done within %g s"):format(seconds), "timeout"
    end
    error(results[2], 0)
  end)
end

--- Turn a callback into a wait: call `start(done)`, and sleep until `done(...)`.
-- @tparam function start given a function to call once, with the results
-- @return what `done` was given
function task.await(start)
  local current = assert(host.current(), "task.await: not inside a task")
  local results
  start(function(...)
    if not results then
      results = table.pack(...)
      host.wake(current)
    end
  end)
  while not results do
    host.park()
  end
  return table.unpack(results, 1, results.n)
end

return task
