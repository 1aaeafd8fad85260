--- The time of a lab's devices. By it they think, start again, wait before they undo a
-- change, and print dots; what lies between client and device (round trips, the key
-- exchange, the check of a password) always takes its real time.
-- A clock is real, or a number of times as fast, or virtual. Virtual time stands still
-- while anybody in the lab has something to do, and then jumps to where the first
-- device wakes up that sleeps. It does not wait for clients, and nothing but a sleep
-- draws it on: what happens at a time that nobody sleeps until (the end of a restart, a
-- change that is undone, the end of an idle session) comes when `advance` goes there.
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

local Timer = {}
function Timer:__close()
  if not self.handle:is_closing() then
    self.handle:close()
  end
end

function Scaled:alarm(seconds, fn)
  local handle = uv.new_timer()
  handle:start(math.ceil(seconds / self.factor * 1000), 0, function()
    handle:close()
    fn()
  end)
  return setmetatable({ handle = handle }, Timer)
end

function Scaled:advance()
  error("only a virtual clock can be advanced", 2)
end

local Virtual = { __name = "moonwire.lab.Clock" }
Virtual.__index = Virtual

function Virtual:now()
  return self.time
end

-- Whoever is to wake up to then, in order; time comes along.
local function wake_until(self, target)
  local first = self.sleepers[1]
  while first and first.at <= target do
    self.time = math.max(self.time, first.at)
    table.remove(self.sleepers, 1).wake()
    first = self.sleepers[1]
  end
end

-- An alarm waits for time; it does not draw it on.
local function first_sleep(self)
  for _, sleeper in ipairs(self.sleepers) do
    if not sleeper.is_alarm then
      return sleeper.at
    end
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
    local at = first_sleep(self)
    if left == 0 and at then
      wake_until(self, at)
      at, left = first_sleep(self), TURNS
    end
    if not at then
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

-- one that was torn out of its sleep is not to be woken, and an alarm can be taken back
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

function Virtual:alarm(seconds, fn)
  local alarm = setmetatable({
    at = self.time + seconds, sleepers = self.sleepers, wake = fn, is_alarm = true,
  }, Sleeper)
  add(self, alarm)
  return alarm
end

function Virtual:advance(seconds)
  local target = self.time + seconds
  wake_until(self, target)
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
-- (waits), `alarm(seconds, fn)` (gives what takes the alarm back when it is closed;
-- `fn` must not wait), `date()` (seconds since 1970; virtual time begins on a day that
-- is always the same) and `advance(seconds)` (virtual only, else it raises; wakes those
-- who sleep no longer)
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
