--- Values handed from task to task.
-- @module moonwire.task.queue
local host = require "host.task"

local Queue = { __name = "moonwire.Queue" }
Queue.__index = Queue

local queue = {}

--- A first-in, first-out queue between tasks.
-- @int[opt] capacity how many values it holds before `put` waits; endless when left out
-- @treturn Queue
function queue.new(capacity)
  return setmetatable({
    capacity = capacity or math.huge,
    first = 1,
    last = 0,
    values = {},
    getters = {},
    putters = {},
  }, Queue)
end

local function wait_in(line)
  local current = host.current()
  table.insert(line, current)
  local ok, err = pcall(host.park)
  if not ok then
    for i, waiting in ipairs(line) do
      if waiting == current then
        table.remove(line, i)
        break
      end
    end
    error(err, 0)
  end
end

local function wake_first(line)
  while #line > 0 do
    if host.wake(table.remove(line, 1)) then
      return
    end
  end
end

local function wake_all(line)
  while #line > 0 do
    host.wake(table.remove(line, 1))
  end
end

--- How many values lie in the queue.
-- @treturn int
function Queue:__len()
  return self.last - self.first + 1
end

--- Put a value in, waiting while the queue is full.
-- @param value anything but nil
-- @treturn[1] boolean true
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: "closed"
function Queue:put(value)
  if value == nil then
    error("a queue holds no nil", 2)
  end
  while #self >= self.capacity and not self.is_closed do
    wait_in(self.putters)
  end
  if self.is_closed then
    return nil, "the queue is closed", "closed"
  end
  self.last = self.last + 1
  self.values[self.last] = value
  wake_first(self.getters)
  return true
end

--- Take the oldest value out, waiting while the queue is empty.
-- @return[1] the value
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: "closed", once it is closed and empty
function Queue:get()
  while #self == 0 do
    if self.is_closed then
      return nil, "the queue is closed", "closed"
    end
    wait_in(self.getters)
  end
  local value = self.values[self.first]
  self.values[self.first] = nil
  self.first = self.first + 1
  wake_first(self.putters)
  return value
end

--- Let nothing more in. What lies in the queue can still be taken.
function Queue:close()
  self.is_closed = true
  wake_all(self.getters)
  wake_all(self.putters)
end
Queue.__close = Queue.close

return queue
