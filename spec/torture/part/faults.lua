--- One bad device among a thousand, for each fault in turn: what becomes of the others,
-- of the loop, and of the bad one itself.
local bad = require "spec.support.bad"
local child = require "moonwire.lab.child"
local crowd = require "spec.support.crowd"
local r0 = require "spec.support.r0"

local HEALTHY = 999
local FREE_RUNS = 7 -- without a fault, to know how long they take
local AGAIN = 4 -- pairs of runs, where a single one seems to have taken too long
local PHASE, DEVICE = 3, 5 -- deadlines, in seconds
local GRACE = 0.1 -- behind a deadline
local SLOWER = 1.05 -- than without a fault
local LAG = 0.05 -- seconds: 99.9 of 100 looks see less
local MEMORY = 32 << 20 -- bytes that a heap may keep for itself

local TIMEOUTS = {}
for _, phase in ipairs { "connect", "banner", "kex", "auth", "shell" } do
  TIMEOUTS[phase] = PHASE
end
local OPTIONS = { timeout = PHASE, timeouts = TIMEOUTS, device_timeout = DEVICE }

-- where it is only about the others
local BRIEFLY = { timeout = PHASE, timeouts = TIMEOUTS, device_timeout = PHASE }

local DEADLINES = { device = DEVICE }
for phase, seconds in pairs(TIMEOUTS) do
  DEADLINES[phase] = seconds
end

local function without_fault(healthy)
  local seconds, expected = {}, nil
  for i = 1, FREE_RUNS do
    local seen = crowd.run(healthy, nil, OPTIONS)
    assert(seen.run.ok, seen.failed[1])
    seconds[i], expected = seen.seconds, expected or seen.outputs
  end
  return crowd.percentile(seconds, 0.5), expected
end

-- What else this machine does is in both of a pair, or in none: the best of several.
local function ratio_in_pairs(healthy, device)
  local with, without = math.huge, math.huge
  for _ = 1, AGAIN do
    without = math.min(without, crowd.run(healthy, nil, BRIEFLY).seconds)
    with = math.min(with, crowd.run(healthy, device, BRIEFLY).seconds)
    if with <= without * SLOWER then
      break
    end
  end
  return with / without
end

local Sum = {}
Sum.__index = Sum

local function note(self, what, case, text)
  self.notes[what] = self.notes[what] or {}
  table.insert(self.notes[what], ("%s (%s)"):format(case.name, text))
end

-- The rule of every fault, for the bad one itself.
function Sum:look_at_bad(case, result)
  for _, problem in ipairs(r0.problems(result)) do
    note(self, "rule", case, problem)
  end
  local late = result and r0.lateness(result, DEADLINES)
  if late then
    self.latest = math.max(self.latest, late)
    if late > GRACE then
      note(self, "late", case, ("%.0f ms"):format(late * 1000))
    end
  end
end

function Sum:look_at_others(case, seen)
  local count, first = crowd.differences(seen, self.expected)
  self.differences = self.differences + count
  if count > 0 then
    note(self, "others", case, ("%d: %s"):format(count, first))
  end
  local ratio = seen.seconds / self.free_seconds
  if ratio > SLOWER then
    ratio = ratio_in_pairs(self.healthy, case.device)
  end
  if ratio > SLOWER then
    note(self, "slower", case, ("%.2f"):format(ratio))
  end
  self.slowest = math.max(self.slowest, ratio)
end

function Sum:look_at_loop(case, seen)
  local lag = crowd.percentile(seen.lags, 0.999)
  self.lag = math.max(self.lag, lag)
  if lag >= LAG then
    note(self, "lag", case, ("%.0f ms"):format(lag * 1000))
  end
end

function Sum:try(case)
  local seen = crowd.run(self.healthy, case.device, OPTIONS)
  self:look_at_bad(case, seen.bad)
  self:look_at_others(case, seen)
  self:look_at_loop(case, seen)
  self.cases = self.cases + 1
  self.covers[#self.covers + 1] = case.row
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
    self:row("their time, beside that without a fault", "<= 1.05",
      ("%.3f"):format(self.slowest), "slower"),
    self:row("lag of the loop, p99.9", "< 50 ms",
      ("%.0f ms"):format(self.lag * 1000), "lag"),
    self:row("descriptors left open", "0", tostring(descriptors), "descriptors"),
    self:row("memory kept", "<= 32 MB", ("%.0f MB"):format(grown / 1e6), "memory"),
  }
end

local function begin(healthy)
  local free_seconds, expected = without_fault(healthy)
  return setmetatable({
    healthy = healthy, free_seconds = free_seconds, expected = expected, notes = {},
    covers = {}, cases = 0, latest = 0, differences = 0, slowest = 0, lag = 0,
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
    for i, case in ipairs(cases) do
      say(("%d of %d: %s"):format(i, #cases, case.name))
      sum:try(case)
    end
    return sum:rows()
  end,
}
