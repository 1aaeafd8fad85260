--- The time of a lab's devices. By it they think, start again, wait before they undo a
-- change, and print dots; what lies between client and device (round trips, the key
-- exchange, the check of a password) always takes its real time.
-- A clock is real, or a number of times as fast, or virtual. Virtual time stands still
-- while anybody in the lab has something to do, and then jumps to where the first
-- device wakes up that sleeps. It does not wait for clients, and nothing but a sleep
-- draws it on: what happens at a time that nobody sleeps until (the end of a restart, a
-- change that is undone) comes when `advance` goes there.
-- @module moonwire.lab.clock
local task = require "moonwire.task"
local uv = require "luv"

local clock = {}

local START = 1772438400 -- of virtual time: 2026-03-02 08:00:00 UTC

local Scaled = { __name = "moonwire.lab.Clock" }
Scaled.__index = Scaled

function Scaled:now()
  return (task.now() - self.began) * self.factor
end

function Scaled:sleep(seconds)
  task.sleep(seconds / self.factor)
end

function Scaled:advance()
  error("only a virtual clock can be advanced", 2)
end

local Virtual = { __name = "moonwire.lab.Clock" }
Virtual.__index = Virtual

function Virtual:now()
  return self.time
end

-- All that sleep until the same time wake together, and time has come there.
local function wake_first(self)
  local at = self.sleepers[1].at
  self.time = math.max(self.time, at)
  while self.sleepers[1] and self.sleepers[1].at == at do
    table.remove(self.sleepers, 1).wake()
  end
end

-- Once the loop has turned, everybody who could go on has done so, and who came by what
-- it read has too.
local TURNS = 2

local function turn(self)
  if self.idle then
    return
  end
  local left = TURNS
  self.idle = uv.new_idle()
  self.idle:start(function()
    left = left - 1
    if left == 0 and self.sleepers[1] then
      wake_first(self)
      left = TURNS
    end
    if not self.sleepers[1] then
      self.idle:close()
      self.idle = nil
    end
  end)
end

local function add(self, sleeper)
  local i = #self.sleepers
  while i > 0 and self.sleepers[i].at > sleeper.at do
    i = i - 1
  end
  table.insert(self.sleepers, i + 1, sleeper)
end

-- one that was torn out of its sleep is not to be woken
local Sleeper = {}
function Sleeper:__close()
  for i, other in ipairs(self.sleepers) do
    if other == self then
      table.remove(self.sleepers, i)
      return
    end
  end
end

function Virtual:sleep(seconds)
  local sleeper <close> = setmetatable({
    at = self.time + seconds, sleepers = self.sleepers,
  }, Sleeper)
  add(self, sleeper)
  turn(self)
  task.await(function(done)
    sleeper.wake = done
  end)
end

function Virtual:advance(seconds)
  local target = self.time + seconds
  while self.sleepers[1] and self.sleepers[1].at <= target do
    wake_first(self)
  end
  self.time = target
end

-- seconds since 1970, in whole numbers and parts
local function since_1970(self)
  return self.start + self:now()
end
Scaled.date, Virtual.date = since_1970, since_1970

--- A clock.
-- @tparam string|number kind "real", "virtual", or how many times as fast as real
-- @treturn Clock with the methods `now()` (seconds since it began), `sleep(seconds)`
-- (waits), `date()` (seconds since 1970; virtual time begins on a day that is always
-- the same) and `advance(seconds)` (virtual only, else it raises; wakes those who sleep
-- no longer)
function clock.new(kind)
  if kind == "virtual" then
    return setmetatable({ time = 0, sleepers = {}, start = START }, Virtual)
  end
  local seconds, microseconds = uv.gettimeofday()
  return setmetatable({
    began = task.now(),
    factor = kind == "real" and 1 or kind,
    start = seconds + microseconds / 1e6,
  }, Scaled)
end

--- Complain about a kind of clock.
-- @param kind
-- @treturn string|nil what is wrong
function clock.complaint(kind)
  local is_factor = math.type(kind) ~= nil and kind > 0 and kind < math.huge
  if kind ~= "real" and kind ~= "virtual" and not is_factor then
    return 'clock: must be "real", "virtual", or how many times as fast as real'
  end
end

return clock
