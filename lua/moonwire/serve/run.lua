--- One run that was asked for over HTTP: what it does, what has come of it so far, and
-- who waits for more. It goes on when its caller goes away.
-- @module moonwire.serve.run
local fleet = require "moonwire.fleet"
local host = require "host.task"
local jobs = require "moonwire.serve.jobs"
local observer = require "moonwire.journal.observer"
local plans = require "moonwire.journal.plan"
local shown = require "moonwire.serve.shown"
local task = require "moonwire.task"
local time = require "moonwire.report.time"

local run = {}

local Run = { __name = "moonwire.serve.Run" }
Run.__index = Run

local function iso_time()
  return os.date "!%Y-%m-%dT%H:%M:%SZ"
end

--- A run that has not begun.
-- @tparam table journal the writer of its journal, whose `id` is the run's
-- @tparam table devices
-- @tparam {string,...} names of the devices
-- @tparam table request `mode`; `commands` or `configuration` (lists), `save`,
-- `dry_run`, `plan` (see `moonwire.serve.change`), `confirm_within`, `expected`,
-- `applies` (the name of a plan), `waves`, `abort_after`, `limit`, `workers`, `timeout`
-- (seconds for a command), `deadline` (seconds for all of it), `via` (where sessions
-- are borrowed)
-- @int room how many bytes of output it may keep
-- @treturn Run
function run.new(journal, devices, names, request, room)
  request.commands = jobs.plain(request.commands)
  request.configuration = jobs.plain(request.configuration)
  return setmetatable({
    id = journal.id,
    journal = journal,
    devices = devices,
    names = names,
    request = request,
    state = "queued",
    created = iso_time(),
    results = {},
    by_index = {},
    begun = {}, -- `index` and `started` of devices, in the order of their beginning
    count = { ok = 0, failed = 0, cancelled = 0 },
    room = room,
    bytes = 0,
    waiting = {},
    warm = request.via and 0 or nil, -- how many needed no login
  }, Run)
end

function Run:_wake()
  local waiting = self.waiting
  self.waiting = {}
  for _, wake in ipairs(waiting) do
    wake()
  end
end

local IS_CANCELLED = { cancelled = true, skipped = true }

function Run:_add(result)
  if self.plan then
    plans.add(self.plan, result)
  end
  local one = shown.result(result)
  if self.bytes < self.room then
    local bytes
    one.output, bytes = shown.outputs(result.output)
    self.bytes = self.bytes + bytes
  else
    one.is_output_dropped = true
  end
  self.by_index[one.index] = one
  self.results[#self.results + 1] = one
  local column = one.ok and "ok" or IS_CANCELLED[one.state] and "cancelled" or "failed"
  self.count[column] = self.count[column] + 1
  if self.warm and one.warm then
    self.warm = self.warm + 1
  end
  self:_wake()
end

-- The journal's watcher, which tells us as well.
local function new_observer(self, changes)
  local watcher = observer.new(self.journal, { changes = changes })
  local begins = watcher.begins
  function watcher.begins(_, index)
    table.insert(self.begun, {
      index = index, started = host.now() - self.started_at,
    })
    self:_wake()
    return begins(watcher, index)
  end
  return watcher
end

local function fleet_options(self)
  local request = self.request
  local changes = request.configuration ~= nil
    and not (request.dry_run or request.plan)
  return {
    id = self.id,
    job = jobs.of(request, "run " .. self.id),
    mode = request.mode,
    limit = request.limit,
    workers = request.workers,
    timeout = request.timeout,
    run_timeout = request.deadline,
    changes = changes,
    waves = request.waves,
    abort_after = request.abort_after,
    via = request.via or false,
    may_log_in = true,
    keep_results = false,
    observer = new_observer(self, changes),
    on_result = function(result)
      self:_add(result)
    end,
  }
end

-- In a group of its own: what goes wrong in a run ends that run and nothing else.
local function perform(self)
  return task.group(function()
    self.fleet = fleet.start(self.devices, fleet_options(self))
    if self.is_unwanted then
      self.fleet:cancel()
    end
    return self.fleet:wait()
  end)
end

function Run:_end(state, message)
  self.state, self.message = state, message
  self.ended = iso_time()
  self.seconds = self.started_at and host.now() - self.started_at or 0
  self.total = #self.devices
  self.count.cancelled = self.total - self.count.ok - self.count.failed
  self.devices, self.fleet = nil, nil
  self:_wake()
end

-- Who finds it done finds the file.
local function write_plan(self)
  local ok, message = true, nil
  if self.plan then
    ok, message = plans.write(self.plan, self.journal.folder .. "/" .. plans.NAME)
  end
  self.plan = nil
  return ok, message
end

local function end_of(self, done)
  self.peak_sessions, self.threads = done.peak_sessions, done.threads
  if done.drop_kind == "timeout" then
    self:_end("late", done.reason)
  elseif done.drop_kind then
    self:_end("cancelled", done.reason)
  else
    local ok, message = write_plan(self)
    self:_end(ok and "done" or "failed", message or done.reason)
  end
end

local function begin(self, turns)
  turns:acquire()
  self.has_turn = true
  self.state, self.started_at, self.started = "running", host.now(), iso_time()
  self:_wake()
  return perform(self)
end

--- Do it. Whatever happens ends as a state of the run.
-- @tparam Semaphore turns lets in so many runs at a time
function Run:perform(turns)
  if self.is_unwanted then
    return self:_end "cancelled"
  end
  local ok, done = pcall(begin, self, turns)
  if self.has_turn then
    turns:release()
  end
  if ok then
    end_of(self, done)
  elseif done == host.cancelled then
    self:_end "cancelled"
    error(done, 0)
  else
    self:_end("failed", tostring(done):match "^[^\n]*")
  end
end

--- Cancel it: what is under way is dropped, and what has not begun stays so.
function Run:cancel()
  self.is_unwanted = true
  if self.fleet then
    self.fleet:cancel "cancelled over HTTP"
  elseif self.has_begun and not self.has_turn then
    self.task:cancel() -- it waits for its turn
  end
end

--- Whether it has ended.
-- @treturn boolean
function Run:is_over()
  return self.ended ~= nil
end

--- Wait until there are more results than so many, or more devices were begun, or until
-- it is over; also when somebody calls `stir`.
-- @int seen
-- @int seen_begun
function Run:wait_for_more(seen, seen_begun)
  if #self.results > seen or #self.begun > seen_begun or self:is_over() then
    return
  end
  task.await(function(done)
    table.insert(self.waiting, done)
  end)
end

--- Let everybody who waits look again.
Run.stir = Run._wake

--- Wait until it is over.
function Run:wait()
  while not self:is_over() do
    task.await(function(done)
      table.insert(self.waiting, done)
    end)
  end
end

--- The result line of the system that this one replaces.
-- @treturn string
function Run:total_time()
  return time.total(self.seconds)
end

--- The results so far, in the order of the devices.
-- @treturn {table,...}
function Run:in_order()
  if self.sorted and #self.sorted == #self.results then
    return self.sorted
  end
  local list = table.move(self.results, 1, #self.results, 1, {})
  table.sort(list, function(a, b)
    return a.index < b.index
  end)
  self.sorted = list
  return list
end

--- The run without its results.
-- @treturn table plain
function Run:summary()
  local seconds = self.seconds
  if self.started_at and not seconds then
    seconds = host.now() - self.started_at
  end
  return {
    id = self.id,
    verb = self.request.configuration and "push" or "send",
    mode = self.request.mode,
    filter = self.request.filter,
    caller = self.request.caller,
    state = self.state,
    message = self.message,
    commands = self.request.commands,
    lines = self.request.configuration and #self.request.configuration or nil,
    plan = self.request.plan,
    applies = self.request.applies,
    confirm_within = self.request.confirm_within,
    save = self.request.save,
    waves = self.request.waves,
    abort_after = self.request.abort_after,
    created = self.created,
    started = self.started,
    ended = self.ended,
    seconds = seconds,
    devices = self.total or #self.devices,
    count = self.count,
    warm = self.warm,
    ok = self.state == "done" and self.count.failed == 0,
    peak_sessions = self.peak_sessions,
    threads = self.threads,
  }
end

return run
