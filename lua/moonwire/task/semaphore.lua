--- Places that tasks take and give back.
-- @module moonwire.task.semaphore
local host = require "host.task"

local Semaphore = { __name = "moonwire.Semaphore" }
Semaphore.__index = Semaphore

local semaphore = {}

--- A number of places that tasks take and give back, first come, first served.
-- @int places
-- @treturn Semaphore
function semaphore.new(places)
  return setmetatable({ free = places, first = 1, last = 0, line = {} }, Semaphore)
end

local function leave_line(self, ticket)
  if ticket.is_called then
    self:release() -- cancelled with the place already in hand
  end
  ticket.has_left = true
end

--- Take a place, waiting for one when none is free.
function Semaphore:acquire()
  if self.free > 0 then
    self.free = self.free - 1
    return
  end
  local ticket = { task = host.current() }
  self.last = self.last + 1
  self.line[self.last] = ticket
  while not ticket.is_called do
    local ok, err = pcall(host.park)
    if not ok then
      leave_line(self, ticket)
      error(err, 0)
    end
  end
end

--- Give a place back.
function Semaphore:release()
  while self.first <= self.last do
    local ticket = self.line[self.first]
    self.line[self.first] = nil
    self.first = self.first + 1
    if not ticket.has_left then
      ticket.is_called = true -- the place goes from hand to hand
      host.wake(ticket.task)
      return
    end
  end
  self.free = self.free + 1
end

return semaphore
