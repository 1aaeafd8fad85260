--- A run: a job on many devices, which can be watched, paused, stopped and dropped.
-- It ends with every device in exactly one state; see `moonwire.fleet.state`.
-- @module moonwire.fleet.run
local Run = { __name = "moonwire.Run" }
Run.__index = Run

local ending = require "moonwire.fleet.ending"
local flags = require "moonwire.fleet.flags"
local guard = require "moonwire.fleet.guard"
local host = require "host.task"
local ramp = require "moonwire.fleet.ramp"
local record = require "moonwire.fleet.record"
local retry = require "moonwire.fleet.retry"
local state = require "moonwire.fleet.state"
local turns = require "moonwire.fleet.turns"
local usage = require "moonwire.usage"

-- Tell whoever watches, if it wants to know.
local function tell(self, event, ...)
  local observer = self.observer
  if observer and observer[event] then
    return observer[event](observer, ...)
  end
  return true
end

--- Say what is not about one device: to the observer, which keeps it.
-- @string text
function Run:note(text)
  self.notes[#self.notes + 1] = text
  record.note(self, text)
  tell(self, "noted", text)
end

local function label_of(self)
  return function(index, label)
    local device = self.devices[index]
    local labels = type(device) == "table" and device.labels
    local value = labels and labels[label]
    if value == nil and type(device) == "table" then
      value = device[label]
    end
    return type(value) ~= "table" and value or nil
  end
end

local function new_turns(self, options)
  return turns.new {
    count = #self.devices,
    limit = function()
      return self.ramp and math.min(self.limit, self.ramp:allowed()) or self.limit
    end,
    labels = options.limits,
    label_of = label_of(self),
    rate = options.rate,
    jitter = options.jitter,
    ends = options.ends,
    check = function(wave)
      return self:_check_wave(wave)
    end,
  }
end

local function new_ramp(self, options, threads)
  if not options.ramp then
    return nil
  end
  return ramp.new {
    most = self.limit,
    first = math.type(options.ramp) == "integer" and options.ramp or nil,
    busy = ramp.meter(usage.cpu_seconds, threads),
    say = function(text)
      self:note(text)
    end,
  }
end

--- A run that has not begun.
-- @tparam {table,...} devices
-- @tparam table options checked, see `moonwire.fleet.run`; `limit` (devices at once),
-- `thread_count`, `ends` (of the waves), `abort_count`
-- @treturn Run
function Run.new(devices, options)
  local self = setmetatable({
    id = options.id,
    mode = options.mode or "nonblocking",
    devices = devices,
    job = options.job,
    changes = options.changes or false,
    limit = options.limit,
    results = {},
    count = { ok = 0, failed = 0 },
    new_failures = 0, -- which may end it
    failed_before = 0, -- of them, in the waves before this one
    states = state.tally(),
    notes = {},
    is_noted = {},
    has_results = options.keep_results ~= false,
    on_result = options.on_result,
    observer = options.observer,
    check = options.check,
    retries = options.retries or 0,
    retry_pause = options.retry_pause,
    abort_count = options.abort_count or math.huge,
    run_timeout = options.run_timeout,
    has_ended = flags.new(), -- by index
    under_way = {}, -- by index: the ramp's generation when it began
    tries = {}, -- by index, from the second one on
    threads = 1,
    guard = guard.new(#devices, options),
    device_options = options.device_options,
  }, Run)
  self.ramp = new_ramp(self, options, options.thread_count or 1)
  self.turns = new_turns(self, options)
  return self
end

-- What the guard refuses for, once for each kind.
function Run:_note_once(refusal)
  if not self.is_noted[refusal.kind] then
    self.is_noted[refusal.kind] = true
    self:note(refusal.message)
  end
end

--- Before a device is begun, in its own task: it may be refused.
-- @local here
-- @treturn ?table its result then
function Run:admit(index, device)
  local refusal = type(device) == "table" and self.guard:refusal(device)
  if refusal then
    refusal.is_skipped = true
    self:_note_once(refusal)
    return refusal
  end
  self.under_way[index] = self.ramp and self.ramp.generation or 0
  local ok, message = tell(self, "begins", index, device)
  if not ok then
    return state.skipped(device, "local", message)
  end
end

--- A device is changed: what is about to happen to it, or has. What watches the run
-- may have to note it before it goes on, and refuse by nil and a message.
-- @local here
function Run:event(index, name, fields)
  return tell(self, "event", index, name, fields)
end

--- A device has been logged in to.
-- @local here
function Run:opened()
  if self.ramp then
    self.ramp:grow()
    self.turns:look()
  end
end

function Run:_may_retry(index, result)
  local tries = self.tries[index] or 1
  return tries <= self.retries and not self.turns.is_stopped and retry.is_safe(result)
end

function Run:_try_again(index, result)
  local tries = (self.tries[index] or 1) + 1
  self.tries[index] = tries
  local pause = retry.pause(tries - 1, self.retry_pause)
  record.retry(self, result, tries, pause)
  tell(self, "retries", index, result, pause)
  self.turns:again(index, pause)
end

--- A device has ended: it is tried again, or this is its result.
-- @local here
function Run:over(index, result)
  if self.has_ended:has(index) then
    return -- it was given up before
  end
  local generation = self.under_way[index]
  self.under_way[index] = nil
  if generation and not result.is_skipped then
    self.guard:note(self.devices[index], result)
    if self.ramp then
      self.ramp:note(result, generation)
    end
    if self:_may_retry(index, result) then
      return self:_try_again(index, result)
    end
  end
  self:keep(index, result)
  self.turns:done(index)
end

--- A device was dropped in the midst of it; its result comes when all are.
-- @local here
function Run:dropped(index, result)
  self.dropped_results = self.dropped_results or {}
  self.dropped_results[index] = result
  self.turns:done(index)
end

-- That a device is still as an earlier run has left it says nothing about this one.
local function is_only_looked_at(device)
  return type(device) == "table" and device.is_only_looked_at
end

local function count(self, result, device)
  local column = result.ok and "ok" or "failed"
  self.count[column] = self.count[column] + 1
  self.states[result.state] = self.states[result.state] + 1
  if not result.ok and not is_only_looked_at(device) then
    self.new_failures = self.new_failures + 1
  end
end

--- The result of a device: noted, counted, told.
-- @local here
function Run:keep(index, result)
  result.index, result.attempts = index, self.tries[index]
  if result.began then -- one that was not tried has no time
    result.started, result.began = result.began - self.began, nil
  end
  result.state = state.of(result, self.changes, self.devices[index])
  self.has_ended:set(index)
  self.tries[index] = nil
  if self.has_results then
    self.results[index] = result
  end
  count(self, result, self.devices[index])
  record.result(self, result)
  if not result.is_skipped and self.new_failures >= self.abort_count then
    self:_end_early(("%d devices have failed, which ends this run"):format(
      self.new_failures))
  end
  if self.on_result then
    self.on_result(result, self.count)
  end
  tell(self, "ended", index, result, self.devices[index]) -- last: now all is done
end

-- At the end of a wave: may the next one begin?
function Run:_check_wave(wave)
  local ok, message
  if self.check then
    ok, message = self.check(self, wave)
  else
    ok = self.new_failures == self.failed_before
    message = ("%d failed"):format(self.new_failures - self.failed_before)
  end
  self.failed_before = self.new_failures
  if not ok then
    self:_end_early(("wave %d is not well: %s"):format(wave,
      message or "the check says no"))
  else
    self:note(("wave %d is well"):format(wave))
  end
  return ok
end

local function note_end(self, reason)
  if not self.reason then
    self.reason = reason
    self:note("nothing more is begun: " .. reason)
  end
end

--- Let nothing begin any more. What is under way goes on to its end; what was not begun
-- is skipped.
-- @string[opt] reason
function Run:stop(reason)
  note_end(self, reason or "stopped")
  self.turns:stop()
end

-- The same for what was seen on some devices. What an earlier run has left in doubt is
-- looked at all the same: nobody is helped by not knowing.
function Run:_end_early(reason)
  note_end(self, reason)
  self.turns:stop(function(index)
    return state.is_doubtful(self.devices[index])
  end)
end

--- A device as it is begun now: where nothing begins any more, it is only looked at.
-- @local here
-- @tparam table device
-- @treturn table
function Run:as_begun(device)
  if not self.turns.is_stopped or not state.is_doubtful(device) then
    return device
  end
  local copy = setmetatable({ is_only_looked_at = true }, getmetatable(device))
  for name, value in pairs(device) do
    copy[name] = value
  end
  return copy
end

--- Drop everything: what is under way is broken off, and its connections are closed.
-- @string[opt] reason
-- @string[opt="cancelled"] kind of the results
function Run:cancel(reason, kind)
  self:stop(reason or "cancelled")
  self.drop_reason = self.drop_reason or reason or "cancelled"
  self.drop_kind = self.drop_kind or kind or "cancelled"
  self.turns:abandon()
  if self.drop then
    self.drop()
  end
end

--- Let nothing begin until `go_on`. What is under way goes on.
function Run:pause()
  if self.turns.is_paused then
    return
  end
  self:note "paused"
  self.turns:pause()
  tell(self, "paused", true)
end

--- Go on behind a pause.
function Run:go_on()
  if not self.turns.is_paused then
    return
  end
  self:note "goes on"
  self.turns:go_on()
  tell(self, "paused", false)
end

--- Run it, in this task, and wait for its end.
-- @local here
-- @tparam function execute given the run, in which thread whatever is done
function Run:go(execute)
  local cpu = usage.cpu_seconds()
  self.began = host.now()
  local alarm <close> = ending.alarm(self) -- luacheck: ignore 211
  local own_turns <close> = self.turns
  record.begin(self, #self.devices)
  tell(self, "starts", self)
  execute(self)
  ending.settle(self)
  self.peak_sessions = own_turns.peak
  self.seconds = host.now() - self.began
  self.cpu_seconds = usage.cpu_seconds() - cpu
  self.max_rss_bytes = usage.max_rss_bytes()
  self.ok = self.count.failed == 0
  self.is_over = true
  record.finish(self)
  tell(self, "finished", self)
  return self
end

--- Wait for the end of a run that `fleet.start` has begun.
-- @treturn Run itself
function Run:wait()
  if self.member then
    local ok, err = self.member:join()
    if not ok then
      error(err, 0)
    end
  end
  return self
end

return Run
