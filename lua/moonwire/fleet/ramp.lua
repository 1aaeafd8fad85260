--- How many devices at once: few at first, more with every login that goes well while
-- this program has time left, half of it when logins time out. What a group of devices
-- or their authentication can take is found out, not guessed.
-- @module moonwire.fleet.ramp
local host = require "host.task"

local ramp = {}

local FIRST = 32 -- devices at once
local LATE, LATE_SHARE = 5, 0.2 -- so many logins in time-out, and such a share of them
local ROUND = 100 -- logins that are looked at together
local BUSY = 0.95 -- of the time; more devices would only wait for us

local LOGIN = {
  banner = true, kex = true, auth = true, shell = true, detect = true, prompt = true,
}
local TOO_MUCH = { timeout = true, dropped = true }

local Ramp = { __name = "moonwire.Ramp" }
Ramp.__index = Ramp

--- A ramp up to a number of devices.
-- @tparam table options `most`; optional: `first` (32), `say` (function of a text),
-- `busy` (function giving the share of time for which this program has worked lately)
-- @treturn Ramp
function ramp.new(options)
  return setmetatable({
    most = options.most,
    level = math.min(options.most, options.first or FIRST),
    is_young = true, -- no time-out so far: each login brings one more
    say = options.say or function() end,
    busy = options.busy or function() return 0 end,
    ended = 0,
    late = 0,
    generation = 0,
  }, Ramp)
end

--- How many devices may be in work at once.
-- @treturn int
function Ramp:allowed()
  return math.floor(self.level)
end

--- A device has been logged in to.
function Ramp:grow()
  self.ended = self.ended + 1
  if self.ended >= ROUND then -- what was long ago counts less and less
    self.ended, self.late = self.ended / 2, self.late / 2
  end
  if self.level < self.most and self.busy() < BUSY then
    local step = self.is_young and 1 or 1 / self.level
    self.level = math.min(self.most, self.level + step)
  end
end

function Ramp:_halve()
  local late, ended = self.late, self.ended
  self.level = math.max(1, self.level // 2)
  self.is_young, self.generation = false, self.generation + 1
  self.ended, self.late = 0, 0
  local message = "%d of %d logins were not answered in time: at most %d devices "
    .. "at once"
  self.say(message:format(late // 1 | 0, ended // 1 | 0, self:allowed()))
end

--- A device has ended. What began before the last halving tells nothing new.
-- @tparam table result
-- @int generation the ramp's when the device began
function Ramp:note(result, generation)
  if result.ok or not (LOGIN[result.phase] and TOO_MUCH[result.kind]) then
    return
  elseif generation ~= self.generation then
    return
  end
  self.ended, self.late = self.ended + 1, self.late + 1
  if self.late >= LATE and self.late > self.ended * LATE_SHARE then
    self:_halve()
  end
end

local SAMPLE = 0.1 -- seconds

--- A function that tells how busy this program is: the share of its time in which it
-- used the processor.
-- @tparam function cpu_seconds of the process so far
-- @int threads how many share the work
-- @treturn function
function ramp.meter(cpu_seconds, threads)
  local at, cpu, share = host.now(), cpu_seconds(), 0
  return function()
    local now = host.now()
    if now - at >= SAMPLE then
      local used = cpu_seconds()
      share = (used - cpu) / (now - at) / threads
      at, cpu = now, used
    end
    return share
  end
end

return ramp
