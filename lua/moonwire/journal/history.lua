--- What a journal tells about a run: its plan, and how far each device got.
-- A device is `planned` until something was handed to it; `handed` from there until its
-- end is recorded (behind a crash that means that nobody knows what came of it); and
-- then in its state. Where it ended several times the last time counts.
-- @module moonwire.journal.history
local state = require "moonwire.fleet.state"

local history = {}

local History = { __name = "moonwire.History" }
History.__index = History

local take = {}

function take.run(self, record)
  self.head, self.pid = record, record.pid
end

function take.plan(self, record)
  for _, name in ipairs(record.names) do
    self.names[#self.names + 1] = name
  end
end

function take.resume(self, record)
  self.resumes = self.resumes + 1
  self.pid, self.finish, self.is_paused = record.pid, nil, nil
end

function take.pause(self, record)
  self.is_paused = record.is_paused or nil
end

take["begin"] = function(self, record)
  self.handed[record.i] = true
  self.begins[record.i] = (self.begins[record.i] or 0) + 1
end

take["end"] = function(self, record)
  self.handed[record.i] = nil
  if record.state ~= "unknown" then -- of one that was dropped it still runs
    self.timers[record.i], self.before[record.i] = nil, nil
  end
  self.ends[record.i], self.records[record.i] = record.state, record.n
  self.causes[record.i] = not record.ok and record.kind or nil
  if self.on_end then
    self.on_end(record)
  end
end

-- A timer that runs on the device, and what ends it; and what the device showed before
-- the first line.
function take.event(self, record)
  if record.event == "intent" then
    self.before[record.i] = record.before or self.before[record.i]
  elseif record.event == "armed" and record.seconds then
    self.timers[record.i] = record.t + record.seconds
  elseif record.event == "confirmed" or record.event == "rolled_back" then
    self.timers[record.i] = nil
  end
end

function take.note(self, record)
  self.notes[#self.notes + 1] = { t = record.t, text = record.text }
end

function take.finish(self, record)
  self.finish = record
end

--- An empty history, to be given the records of a journal.
-- @tparam[opt] function on_end called with every record of an end
-- @treturn History `head` (the record of the run), `names` (of the devices), `ends`
-- (the state of each that has ended, by its number), `records` (and the number of the
-- record that says so), `handed` (true, by number, for
-- those in doubt), `timers` (by number: when the device takes back what nobody has
-- confirmed, in seconds since 1970), `before` (by number: the digest of what a device
-- that is in doubt or unknown showed before it was changed), `begins` (how often each
-- was begun), `causes` (kinds of failures), `notes`, `resumes`, `pid`, `is_paused`,
-- `finish` (the last record, when it came to its end)
function history.new(on_end)
  return setmetatable({
    names = {}, ends = {}, handed = {}, begins = {}, causes = {}, notes = {},
    timers = {}, before = {}, records = {}, resumes = 0, on_end = on_end,
  }, History)
end

--- Take in a record.
-- @tparam table record
function History:take(record)
  self.seen = record.t
  if take[record.type] then
    take[record.type](self, record)
  end
end

--- The state of a device.
-- @int index
-- @treturn string one of `moonwire.fleet.state`, "handed" or "planned"
function History:state(index)
  if self.handed[index] then
    return "handed"
  end
  return self.ends[index] or "planned"
end

--- How many devices are in which state. They add up to the devices of the plan.
-- @treturn table
function History:tally()
  local tally = state.tally()
  tally.planned, tally.handed = 0, 0
  for index = 1, #self.names do
    local name = self:state(index)
    tally[name] = (tally[name] or 0) + 1
  end
  return tally
end

local OPEN = { planned = true, handed = true, skipped = true, cancelled = true }
local FAILED = { failed = true, failed_clean = true }

local function numbers_of(self, is_wanted)
  local list = {}
  for index = 1, #self.names do
    if is_wanted(self:state(index)) then
      list[#list + 1] = index
    end
  end
  return list
end

--- The devices that are not finished.
-- @treturn {int,...} their numbers
function History:unfinished()
  return numbers_of(self, function(name) return OPEN[name] end)
end

--- The devices that whoever resumes the run has something to do with: those that are
-- not finished, and those of which nobody knows how they were left.
-- @bool[opt] with_failed those that failed without a change, too
-- @treturn {int,...} their numbers
function History:resumable(with_failed)
  return numbers_of(self, function(name)
    return OPEN[name] or name == "unknown" or with_failed and FAILED[name]
  end)
end

return history
