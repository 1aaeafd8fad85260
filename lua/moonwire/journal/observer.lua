--- What watches a run and writes it down.
-- Before a byte of configuration goes to a device, it is on the disk that it may, and
-- what the device showed until then; so whatever was sent to a device, the journal
-- knows that it may have been. Where the job runs in this thread that is awaited when
-- the device is in configuration mode, which has taken as long; elsewhere before the
-- device is begun. Meanwhile other programs can ask things of the run.
-- @module moonwire.journal.observer
local new_scrub = require "moonwire.journal.scrub"
local request = require "moonwire.journal.request"

local observer = {}

local Observer = { __name = "moonwire.JournalObserver" }
Observer.__index = Observer

--- A watcher for `fleet.run`.
-- @param journal a writer, see `moonwire.journal.writer`
-- @tparam table options `numbers` (the number in the plan for each device of this run;
-- their order, when left out), `changes` (the run changes devices)
-- @treturn table
function observer.new(journal, options)
  return setmetatable({
    journal = journal,
    numbers = options.numbers,
    changes = options.changes,
    needed = {}, -- by the device's number in the run: a record that must be on the disk
  }, Observer)
end

function Observer:_number(index)
  return self.numbers and self.numbers[index] or index
end

local HEARD = { nonblocking = true, sync = true } -- modes that tell of events

--- The run starts: what the journal cannot keep must not happen.
-- @local here
function Observer:starts(run)
  self.hears_events = HEARD[run.mode] or false
  self.journal.on_failure = function(message)
    run:stop(message)
  end
  local listener, message = request.listen(run, self.journal.folder)
  self.listener = listener
  if not listener then
    run:note("no other program can pause or cancel this run: " .. message)
  end
end

--- @local here
function Observer:begins(index)
  local record = { type = "begin", i = self:_number(index) }
  if self.changes and not self.hears_events then
    return self.journal:commit(record)
  end
  self.needed[index] = self.journal:append(record)
  return not self.journal.failure, self.journal.failure
end

--- A step of a change. It sends when it is known on the disk that the device was begun,
-- and what it showed before; a timer is armed when that is.
-- @local here
function Observer:event(index, name, fields)
  if name == "sends" then
    return self.journal:await(self.needed[index])
  end
  local record = { type = "event", i = self:_number(index), event = name }
  for key, value in pairs(fields) do
    record[key] = value
  end
  if name == "armed" then
    return self.journal:commit(record)
  end
  local number = self.journal:append(record)
  if name == "intent" then
    self.needed[index] = number
  end
  return not self.journal.failure, self.journal.failure
end

--- @local here
function Observer:retries(index, result, pause)
  self.journal:append {
    type = "retry", i = self:_number(index), kind = result.kind, phase = result.phase,
    pause = pause,
  }
end

local function output_of(result, scrub)
  local list = {}
  for i, answer in ipairs(result.output or {}) do
    list[i] = {
      command = scrub(answer.command),
      output = scrub(answer.output or ""),
      elapsed = answer.elapsed,
      prompt = answer.prompt,
      is_partial = answer.is_partial,
    }
  end
  return list
end

-- Seconds to the microsecond: a journal is read by people, too.
local function phases_of(result)
  local phases = {}
  for name, seconds in pairs(result.phases or {}) do
    phases[name] = tonumber(("%.6f"):format(seconds))
  end
  return next(phases) and phases or nil
end

local function summary_of(value, scrub)
  if type(value) ~= "table" or not value.state then
    return nil
  end
  local plain = {}
  for name, what in pairs(value) do
    plain[name] = type(what) == "string" and scrub(what)
      or type(what) ~= "table" and what or nil
  end
  return plain
end

--- @local here
-- @treturn int the number of its record
function Observer:ended(index, result, device)
  self.needed[index] = nil
  local scrub = new_scrub(type(device) == "table" and device or {})
  return self.journal:append {
    type = "end", i = self:_number(index), device = result.device, host = result.host,
    ok = result.ok, state = result.state, kind = result.kind, phase = result.phase,
    message = result.message and scrub(result.message), elapsed = result.elapsed,
    attempts = result.attempts, output = output_of(result, scrub),
    phases = phases_of(result), warm = result.warm,
    root = result.root and scrub(result.root),
    value = summary_of(result.ok and result.value or result.detail, scrub),
  }
end

--- @local here
function Observer:noted(text)
  self.journal:append { type = "note", text = text }
end

--- @local here
function Observer:paused(is_paused)
  self.journal:append { type = "pause", is_paused = is_paused }
end

--- @local here
function Observer:finished(run)
  if self.listener then
    self.listener:close()
  end
  self.journal:commit {
    type = "finish", states = run.states, seconds = run.seconds, reason = run.reason,
    ok = run.ok, peak_sessions = run.peak_sessions, threads = run.threads,
  }
end

return observer
