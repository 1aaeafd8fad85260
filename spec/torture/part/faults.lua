--- One bad device among a thousand, for each fault in turn: what becomes of the others,
-- of the loop, and of the bad one itself.
local bad = require "spec.support.bad"
local child = require "moonwire.lab.child"
local crowd = require "spec.support.crowd"
local paired = require "spec.support.paired"
local r0 = require "spec.support.r0"
local sieve = require "spec.support.sieve"
local statistics = require "moonwire.report.statistics"
local task = require "moonwire.task"

local HEALTHY = 999
local FREE_RUNS = 5 -- without a fault, to know how much work that is
local STRIDE = 7 -- of the faults by which it is seen what one of them costs in general
local AT_ONCE = 6 -- bad devices that are still awaited when the next fleet begins
local AGAIN = 8 -- runs with nothing beside them, where one seemed late
local PATIENCE = 500 -- seconds for pairs of runs, where one seemed too slow
local PHASE, DEVICE = 3, 5 -- deadlines, in seconds
local GRACE = 0.1 -- behind a deadline
local SLOWER = 1.05 -- than without a fault
local GREEDY = 1.03 -- of the work of a fleet, that one bad device makes alone
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

local function lag_of(seen)
  return statistics.percentile(seen.lags, 0.999)
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

function Sum:keep(case, times)
  self.latest = math.max(self.latest, times.late)
  self.lag = math.max(self.lag, times.lag)
  if times.late > GRACE then
    note(self, "late", case, ("%.0f ms"):format(times.late * 1000))
  end
  if times.lag >= LAG then
    note(self, "lag", case, ("%.0f ms"):format(times.lag * 1000))
  end
end

function Sum:keep_ratio(case, ratio)
  self.slowest = math.max(self.slowest, ratio)
  if ratio > SLOWER then
    note(self, "slower", case, ("%.3f"):format(ratio))
  end
end

local function is_in_time(times)
  return times.late <= GRACE and times.lag < LAG
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
  self.cases = self.cases + 1
  local seen = crowd.run(self.healthy, case.device, LONG, pass_on)
  pass_on() -- also when some have no result
  self:judge(case, seen)
  self.covers[#self.covers + 1] = case.row
  table.insert(self.timeline, {
    case = case, value = seen.cpu and seen.seconds / seen.cpu or math.huge,
  })
  local times = {
    late = seen.bad and r0.lateness(seen.bad, LONG_DEADLINES) or 0, lag = lag_of(seen),
  }
  if is_in_time(times) then
    self:keep(case, times)
  else
    table.insert(self.late, { case = case, times = times })
  end
end

-- What other work does to a deadline and to the loop only adds to it: the best of
-- several runs that have the machine for themselves is the truest.
function Sum:look_again(case, times)
  for _ = 1, AGAIN do
    local seen = crowd.run(self.healthy, case.device, BRIEF)
    self:judge(case, seen)
    times.lag = math.min(times.lag, lag_of(seen))
    times.late = math.min(times.late,
      seen.bad and r0.lateness(seen.bad, BRIEF_DEADLINES) or 0)
    if is_in_time(times) then
      break
    end
  end
  self:keep(case, times)
end

-- Fleets with a fault and without it, again and again: how much longer they take, and
-- how much longer for as much work, which is known from fewer of them: a machine is not
-- always equally fast.
function Sum:compare(next_case, what, limit)
  local function cost_of(case)
    local cost = crowd.cost(self.healthy, case and case.device, BRIEF)
    return { seconds = cost.seconds, stretch = cost.seconds / cost.cpu }
  end
  return paired.new(function()
    return cost_of(next_case())
  end, cost_of, what, limit)
end

-- How much more work there is by a fault, at most: alone it can have all of the time.
function Sum:work_with(case)
  if not case.work then
    local alone = crowd.own_cpu(case.device, BRIEF, self.free.seconds)
    case.work = 1 + alone / self.free.cpu
  end
  return case.work
end

-- What a fault makes the others wait in general, from a pair of runs for each of many.
function Sum:typical()
  local number = 0
  local known = self:compare(function()
    number = (number + STRIDE - 1) % #self.timeline + 1
    return self.timeline[number].case
  end, "stretch", SLOWER)
  repeat
    known:go_on()
  until known:is_known()
  return known:ratio()
end

-- One run tells that a fault costs the others no more than any other, but not what it
-- costs them: several bad devices are still awaited meanwhile.
function Sum:seemed_slow(typical)
  local slow = {}
  for _, one in ipairs(sieve.ratios(self.timeline)) do
    local ratio = one.ratio * typical * self:work_with(one.case)
    if ratio > SLOWER then
      slow[#slow + 1] = one.case
    else
      self:keep_ratio(one.case, ratio)
    end
  end
  return slow
end

-- Of one that takes what others leave it is not known what it would take beside them,
-- so there it is the time that counts, and more runs are needed.
function Sum:begin_pairs(case)
  local work, what = self:work_with(case), "stretch"
  if work > GREEDY then
    work, what = 1, "seconds"
  end
  case.added = work
  case.known = self:compare(function() return case end, what, SLOWER / work)
end

-- All that seemed to cost the others time get their pairs of runs by turns, until each
-- is known well enough.
function Sum:measure_pairs(slow)
  for _, case in ipairs(slow) do
    self:begin_pairs(case)
  end
  local left, deadline = slow, task.now() + PATIENCE
  repeat
    local still = {}
    for _, case in ipairs(left) do
      case.known:go_on()
      still[#still + 1] = not case.known:is_known() and case or nil
    end
    left = still
  until #left == 0 or task.now() >= deadline
end

function Sum:measure_again(say)
  for _, one in ipairs(self.late) do
    self:look_again(one.case, one.times)
  end
  local typical = self:typical()
  local slow = self:seemed_slow(typical)
  say(("%d of them seemed late, %d slow; %.3f of the time is typical"):format(
    #self.late, #slow, typical))
  self:measure_pairs(slow)
  for _, case in ipairs(slow) do
    local known = case.known
    local ratio, deviation = known:ratio()
    ratio = ratio * case.added
    local text = "%s: %.3f of the time (± %.3f), by %d pairs of runs"
    say(text:format(case.name, ratio, deviation, known.count))
    self:keep_ratio(case, ratio)
    if not known:is_known() then
      note(self, "slower", case, "unknown: the machine is too busy")
    end
  end
end

function Sum:try_all(cases, say)
  local turn = task.semaphore(1)
  task.map(cases, AT_ONCE, function(case)
    self:try(case, turn)
    if self.cases % 20 == 0 then
      say(("%d of %d faults"):format(self.cases, #cases))
    end
  end)
  self:measure_again(say)
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

local function typical_cost(healthy)
  local costs = {}
  for i = 1, FREE_RUNS do
    costs[i] = crowd.cost(healthy, nil, BRIEF)
  end
  table.sort(costs, function(a, b) return a.cpu < b.cpu end)
  return costs[(#costs + 1) // 2]
end

local function begin(lab)
  local self = setmetatable({
    healthy = lab.devices, timeline = {}, notes = {}, covers = {}, late = {},
    cases = 0, differences = 0, latest = 0, slowest = 0, lag = 0,
  }, Sum)
  local seen = crowd.run(self.healthy, nil, LONG)
  assert(seen.run.ok, seen.failed[1])
  self.expected, self.free = seen.outputs, typical_cost(lab.devices)
  self.memory, self.descriptors = crowd.memory(), crowd.descriptors()
  return self
end

return {
  about = "one bad device in a thousand, each fault in turn",
  run = function(say)
    local lab <close> = assert(child.start { devices = HEALTHY })
    local owner <close>, cases = bad.all() -- luacheck: ignore 211/owner
    local sum = begin(lab)
    sum:try_all(cases, say)
    return sum:rows()
  end,
}
