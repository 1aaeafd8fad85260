--- Whose turn it is in a run: in the order of the devices, but never more at once than
-- may be, than any label's limit allows, or faster than the rate. Waves, retries and
-- pauses are waits in here, so that all modes have them alike.
--
-- A device is a number in here; nothing is made for it before its turn. One that waits
-- for a place under its label is looked at again only when such a place gets free.
-- @module moonwire.fleet.turns
local host = require "host.task"
local uv = require "luv"

local turns = {}

local Turns = { __name = "moonwire.Turns" }
Turns.__index = Turns

--- The turns of a run.
-- @tparam table options `count` (devices), `limit` (function: how many at once);
-- optional: `labels` (a limit for each, such as `{ site = 50 }`), `label_of` (function
-- of index and label), `rate` (starts in a second), `jitter` (0 to 1: how far the time
-- between two of them varies), `ends` (of the waves), `check` (function of a wave's
-- number, at its end: whether the next one may begin), `random`
-- @treturn Turns
function turns.new(options)
  local ends = options.ends or { options.count }
  return setmetatable({
    limit = options.limit,
    labels = options.labels or {},
    label_of = options.label_of,
    distance = options.rate and 1 / options.rate or 0,
    jitter = options.jitter or 0,
    random = options.random or math.random,
    ends = ends,
    wave = 1,
    check = options.check,
    fresh = 1, -- the first device that nobody has looked at
    last = ends[1] or 0, -- of this wave
    ready = {}, -- those that may be looked at again: { index, label, value }
    first_ready = 1,
    last_ready = 0,
    retries = {}, -- { index, at }
    waiting = {}, -- by label and value: indexes
    waiting_count = 0,
    used = {}, -- by label and value: places taken
    open = 0,
    peak = 0,
    start_at = 0,
  }, Turns)
end

local function wake(self)
  if self.waiter then
    host.wake(self.waiter)
  end
end

local function make_ready(self, entry)
  self.last_ready = self.last_ready + 1
  self.ready[self.last_ready] = entry
end

local function value_of(self, index, label)
  local value = self.label_of(index, label)
  return value ~= nil and tostring(value) or nil
end

local function places(self, label)
  self.used[label] = self.used[label] or {}
  return self.used[label]
end

-- The first label under which there is no place for a device.
local function obstacle(self, index)
  for label, most in pairs(self.labels) do
    local value = value_of(self, index, label)
    if value and (places(self, label)[value] or 0) >= most then
      return label, value
    end
  end
end

local function take_places(self, index)
  for label in pairs(self.labels) do
    local value = value_of(self, index, label)
    if value then
      local used = places(self, label)
      used[value] = (used[value] or 0) + 1
    end
  end
end

local function line_at(self, label, value)
  local lines = self.waiting[label] or {}
  self.waiting[label] = lines
  lines[value] = lines[value] or { first = 1, last = 0 }
  return lines[value]
end

local function wait_in_line(self, index, label, value)
  local line = line_at(self, label, value)
  line.last = line.last + 1
  line[line.last] = index
  self.waiting_count = self.waiting_count + 1
end

-- A place is free: the first that waits for it may be looked at again.
local function call_next(self, label, value)
  local line = self.waiting[label] and self.waiting[label][value]
  if not line then
    return
  end
  local index = line[line.first]
  line[line.first] = nil
  line.first = line.first + 1
  if line.first > line.last then
    self.waiting[label][value] = nil
  end
  self.waiting_count = self.waiting_count - 1
  make_ready(self, { index, label, value })
end

local function give_places(self, index)
  for label in pairs(self.labels) do
    local value = value_of(self, index, label)
    if value then
      local used = places(self, label)
      used[value] = used[value] > 1 and used[value] - 1 or nil
      call_next(self, label, value)
    end
  end
end

local function take_retries(self, now)
  if now < (self.retry_at or math.huge) then
    return
  end
  local kept, soonest = {}, nil
  for _, retry in ipairs(self.retries) do
    if retry[2] <= now then
      make_ready(self, { retry[1] })
    else
      kept[#kept + 1] = retry
      soonest = math.min(soonest or retry[2], retry[2])
    end
  end
  self.retries, self.retry_at = kept, soonest
end

-- The next to look at: one that has waited goes first.
local function next_candidate(self)
  local first = self.ready[self.first_ready]
  if first then
    self.ready[self.first_ready] = nil
    self.first_ready = self.first_ready + 1
    return first[1], first[2], first[3]
  end
  if self.fresh <= self.last then
    self.fresh = self.fresh + 1
    return self.fresh - 1
  end
end

-- The next for which there is a place. Where one was called for a place that it cannot
-- use now, the place is the next one's.
local function pick(self)
  while true do
    local index, called, called_value = next_candidate(self)
    if not index then
      return nil
    end
    local is_out = self.still and not self.still(index)
    local label, value
    if not is_out then
      label, value = obstacle(self, index)
      if not label then
        return index
      end
      wait_in_line(self, index, label, value)
    end
    if called and (called ~= label or called_value ~= value) then
      call_next(self, called, called_value)
    end
  end
end

local function start(self, index, now)
  take_places(self, index)
  self.open = self.open + 1
  self.peak = math.max(self.peak, self.open)
  if self.distance > 0 then
    local vary = 1 + self.jitter * (2 * self.random() - 1)
    self.start_at = math.max(self.start_at, now) + self.distance * vary
  end
  return index
end

local function is_wave_over(self)
  return self.open == 0 and self.waiting_count == 0 and #self.retries == 0
    and self.fresh > self.last and self.first_ready > self.last_ready
end

-- Until when there is nothing to do but wait: a time, or nil when an event will tell.
local function wait_time(self, now)
  if self.is_paused or self.open >= self.limit() then
    return nil
  elseif now < self.start_at then
    return self.start_at
  end
  return self.retry_at
end

local function sleep_until(self, at)
  self.waiter = host.current()
  if at then
    self.timer = self.timer or uv.new_timer()
    local milliseconds = math.max(1, math.ceil((at - host.now()) * 1000))
    self.timer:start(milliseconds, 0, function() wake(self) end)
  end
  local ok, err = pcall(host.park)
  self.waiter = nil
  if self.timer then
    self.timer:stop()
  end
  if not ok then
    error(err, 0)
  end
end

local function begin_next_wave(self)
  if self.is_stopped or self.ends[self.wave + 1] == nil then
    return false
  end
  local goes_on = not self.check or self.check(self.wave)
  if self.is_stopped or not goes_on then
    return self.still ~= nil
  end
  self.wave = self.wave + 1
  self.last = self.ends[self.wave]
  return true
end

local function may_start(self, now)
  return not self.is_paused and self.open < self.limit() and now >= self.start_at
end

-- Nil: to be asked again; those that have no turn may have been passed over.
local function pick_or_wait(self, now)
  local index = may_start(self, now) and pick(self)
  if not index and not is_wave_over(self) then
    sleep_until(self, wait_time(self, now))
  end
  return index
end

--- Wait for the next turn.
-- @treturn int|nil the index of a device; nil: all are over, or no more may start and
-- those that were begun are over
function Turns:next()
  while true do
    local now = host.now()
    take_retries(self, now)
    if self.is_stopped and not self.still then
      if self.open == 0 or self.is_abandoned then
        return nil
      end
      sleep_until(self)
    elseif is_wave_over(self) then
      if not begin_next_wave(self) then
        return nil
      end
    else
      local index = pick_or_wait(self, now)
      if index then
        return start(self, index, now)
      end
    end
  end
end

--- A device is over.
-- @int index
function Turns:done(index)
  self.open = self.open - 1
  give_places(self, index)
  wake(self)
end

--- A device shall be tried once more.
-- @int index
-- @number seconds from now
function Turns:again(index, seconds)
  local at = host.now() + seconds
  self.retries[#self.retries + 1] = { index, at }
  self.retry_at = math.min(self.retry_at or at, at)
  self:done(index)
end

--- Let nothing begin any more. What is under way goes on.
-- @tparam[opt] function still whether a device, by its index, has its turn all the
-- same; who stops it without that, stops those, too
function Turns:stop(still)
  if not still then
    self.still = nil
  elseif not self.is_stopped then
    self.still, self.last = still, self.ends[#self.ends]
    for _, retry in ipairs(self.retries) do
      make_ready(self, { retry[1] })
    end
    self.retries, self.retry_at = {}, nil
  end
  self.is_stopped = true
  wake(self)
end

--- Let nothing begin, and do not wait for what is under way.
function Turns:abandon()
  self.is_abandoned = true
  self:stop()
end

--- Let nothing begin until `go_on`.
function Turns:pause()
  self.is_paused = true
end

--- Go on behind a pause.
function Turns:go_on()
  self.is_paused = nil
  wake(self)
end

--- The limit may have changed.
function Turns:look()
  wake(self)
end

--- Give the timer back. Harmless when repeated.
function Turns:close()
  if self.timer then
    self.timer:close()
    self.timer = nil
  end
end
Turns.__close = Turns.close

return turns
