--- One bad device among a thousand, for each fault in turn: what becomes of the others,
-- of the loop, and of the bad one itself.
local bad = require "spec.support.bad"
local child = require "moonwire.lab.child"
local crowd = require "spec.support.crowd"
local r0 = require "spec.support.r0"
local task = require "moonwire.task"

local HEALTHY = 999
local FREE_RUNS = 7 -- without a fault, to know how long they take
local AT_ONCE = 6 -- bad devices that are still awaited when the next fleet begins
local AGAIN = 8 -- pairs of runs with nothing beside them, where one seemed too slow
local PATIENCE = 500 -- seconds for all of these
local PHASE, DEVICE = 3, 5 -- deadlines, in seconds
local GRACE = 0.1 -- behind a deadline
local SLOWER = 1.05 -- than without a fault
local LAG = 0.05 -- seconds: 99.9 of 100 looks see less
local MEMORY = 32 << 20 -- bytes that a heap may keep for itself

local TIMEOUTS = {}
for _, phase in ipairs { "connect", "banner", "kex", "auth", "shell" } do
  TIMEOUTS[phase] = PHASE
end

local function options_for(device)
  return { timeout = PHASE, timeouts = TIMEOUTS, device_timeout = device }
end

local function deadlines_for(device)
  return setmetatable({ device = device }, { __index = TIMEOUTS })
end

-- Where it is about what one of them costs the others, it need not be long.
local LONG, BRIEF = options_for(DEVICE), options_for(PHASE)
local LONG_DEADLINES, BRIEF_DEADLINES = deadlines_for(DEVICE), deadlines_for(PHASE)

local function without_fault(healthy)
  local seconds, expected = {}, nil
  for i = 1, FREE_RUNS do
    local seen = crowd.run(healthy, nil, LONG)
    assert(seen.run.ok, seen.failed[1])
    seconds[i], expected = seen.seconds, expected or seen.outputs
  end
  return crowd.percentile(seconds, 0.5), expected
end

local function lag_of(seen)
  return crowd.percentile(seen.lags, 0.999)
end

local Sum = {}
Sum.__index = Sum

local function note(self, what, case, text)
  self.notes[what] = self.notes[what] or {}
  table.insert(self.notes[what], ("%s (%s)"):format(case.name, text))
end

-- What no other work on this machine can change.
function Sum:judge(case, seen)
  for _, problem in ipairs(r0.problems(seen.bad)) do
    note(self, "rule", case, problem)
  end
  local count, first = crowd.differences(seen, self.expected)
  self.differences = self.differences + count
  if count > 0 then
    note(self, "others", case, ("%d: %s"):format(count, first))
  end
end

local function is_well(times)
  return times.late <= GRACE and times.ratio <= SLOWER and times.lag < LAG
end

-- What other work can change: the best of several runs that have the machine for
-- themselves, each beside one without a fault.
function Sum:measure_alone(case)
  local with, without = math.huge, math.huge
  local best = { late = math.huge, lag = math.huge }
  for _ = 1, AGAIN do
    without = math.min(without, crowd.run(self.healthy, nil, BRIEF).seconds)
    local seen = crowd.run(self.healthy, case.device, BRIEF)
    self:judge(case, seen)
    with = math.min(with, seen.seconds)
    best.ratio = with / without
    best.lag = math.min(best.lag, lag_of(seen))
    best.late = math.min(best.late,
      seen.bad and r0.lateness(seen.bad, BRIEF_DEADLINES) or 0)
    if is_well(best) then
      break
    end
  end
  return best
end

function Sum:keep(case, times)
  self.latest = math.max(self.latest, times.late)
  self.slowest = math.max(self.slowest, times.ratio)
  self.lag = math.max(self.lag, times.lag)
  if times.late > GRACE then
    note(self, "late", case, ("%.0f ms"):format(times.late * 1000))
  end
  if times.ratio > SLOWER then
    note(self, "slower", case, ("%.3f"):format(times.ratio))
  end
  if times.lag >= LAG then
    note(self, "lag", case, ("%.0f ms"):format(times.lag * 1000))
  end
end

-- The next fleet begins as soon as the healthy ones of this one have ended, while its
-- bad one is still awaited: who is well beside those of others is well beside its own.
-- Who is not is looked at again by itself.
function Sum:try(case, turn)
  turn:acquire()
  local is_over = false
  local function pass_on()
    if not is_over then
      is_over = true
      turn:release()
    end
  end
  local seen = crowd.run(self.healthy, case.device, LONG, pass_on)
  pass_on() -- also when some have no result
  self:judge(case, seen)
  local times = {
    late = seen.bad and r0.lateness(seen.bad, LONG_DEADLINES) or 0,
    ratio = (seen.seconds or math.huge) / self.free_seconds, lag = lag_of(seen),
  }
  self.cases = self.cases + 1
  self.covers[#self.covers + 1] = case.row
  if is_well(times) then
    return self:keep(case, times)
  end
  self.doubtful[#self.doubtful + 1] = { case = case, times = times }
end

function Sum:try_all(cases, say)
  local turn = task.semaphore(1)
  task.map(cases, AT_ONCE, function(case)
    self:try(case, turn)
    if self.cases % 20 == 0 then
      say(("%d of %d faults"):format(self.cases, #cases))
    end
  end)
  say(("%d faults, %d to be measured again"):format(#cases, #self.doubtful))
  local deadline = task.now() + PATIENCE
  for _, doubt in ipairs(self.doubtful) do
    local times = doubt.times
    if task.now() < deadline then
      times = self:measure_alone(doubt.case)
    end
    say(("%s: %.3f of the time, lag %.0f ms, %.0f ms late"):format(doubt.case.name,
      times.ratio, times.lag * 1000, times.late * 1000))
    self:keep(doubt.case, times)
  end
end

function Sum:row(what, goal, value, name)
  local notes = self.notes[name]
  return {
    what = what, goal = goal, value = value, is_reached = notes == nil,
    note = notes and table.concat(notes, "; ") or nil, covers = self.covers,
  }
end

function Sum:rows()
  local grown = math.max(0, crowd.memory() - self.memory)
  local descriptors = crowd.descriptors() - self.descriptors
  if descriptors ~= 0 then
    note(self, "descriptors", { name = "all" }, descriptors .. " more than before")
  end
  if grown > MEMORY then
    note(self, "memory", { name = "all" }, "more than a heap keeps for itself")
  end
  local all = ("of %d faults"):format(self.cases)
  return {
    self:row(("each result has its state, phase and cause, %s"):format(all),
      "all", self.notes.rule and "not all" or "all", "rule"),
    self:row("a bad device ends behind its deadline", "<= 100 ms",
      ("%.0f ms"):format(self.latest * 1000), "late"),
    self:row(("bytes of the other %d that differ, %s"):format(HEALTHY, all),
      "0 devices", ("%d devices"):format(self.differences), "others"),
    self:row("until the last of them is done, beside that without a fault", "<= 1.05",
      ("%.3f"):format(self.slowest), "slower"),
    self:row("lag of the loop by its own doing, p99.9", "< 50 ms",
      ("%.0f ms"):format(self.lag * 1000), "lag"),
    self:row("descriptors left open", "0", tostring(descriptors), "descriptors"),
    self:row("memory kept", "<= 32 MiB",
      ("%.0f MiB"):format(grown / (1 << 20)), "memory"),
  }
end

local function begin(healthy)
  local free_seconds, expected = without_fault(healthy)
  return setmetatable({
    healthy = healthy, free_seconds = free_seconds, expected = expected, notes = {},
    covers = {}, doubtful = {}, cases = 0, differences = 0,
    latest = 0, slowest = 0, lag = 0,
    memory = crowd.memory(), descriptors = crowd.descriptors(),
  }, Sum)
end

return {
  about = "one bad device in a thousand, each fault in turn",
  run = function(say)
    local lab <close> = assert(child.start { devices = HEALTHY })
    local owner <close>, cases = bad.all() -- luacheck: ignore 211/owner
    local sum = begin(lab.devices)
    say(("%.2f s without a fault"):format(sum.free_seconds))
    sum:try_all(cases, say)
    return sum:rows()
  end,
}
