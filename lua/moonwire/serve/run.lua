--- One run that was asked for over HTTP: what it does, what has come of it so far, and
-- who waits for more. It goes on when its caller goes away.
-- @module moonwire.serve.run
local escape = require "moonwire.report.escape"
local fleet = require "moonwire.fleet"
local host = require "host.task"
local task = require "moonwire.task"
local time = require "moonwire.report.time"

local run = {}

local Run = { __name = "moonwire.serve.Run" }
Run.__index = Run

local function iso_time()
  return os.date "!%Y-%m-%dT%H:%M:%SZ"
end

-- Both are shipped to other threads: they hold nothing but plain data.

local function commands_job(commands)
  return function(session)
    local answers, message, kind = session:send_commands(commands)
    if not answers then
      return nil, message, kind
    end
    return #answers
  end
end

local function configuration_job(lines, save)
  return function(session)
    local done, message, kind = session:send_config_set(lines, { save = save })
    if not done then
      return nil, message, kind
    end
    return done.applied
  end
end

--- A run that has not begun.
-- @string id
-- @tparam table devices
-- @tparam table request `mode`; `commands` or `configuration` (lists), `save`, `limit`,
-- `workers`, `timeout` (seconds for a command), `deadline` (seconds for all of it)
-- @int room how many bytes of output it may keep
-- @treturn Run
function run.new(id, devices, request, room)
  return setmetatable({
    id = id,
    devices = devices,
    request = request,
    state = "queued",
    created = iso_time(),
    results = {},
    count = { ok = 0, failed = 0, cancelled = 0 },
    room = room,
    bytes = 0,
    waiting = {},
  }, Run)
end

local function shown_outputs(self, outputs)
  local list = {}
  for i, one in ipairs(outputs or {}) do
    self.bytes = self.bytes + #one.output
    list[i] = { command = one.command, output = one.output, elapsed = one.elapsed }
  end
  return list
end

-- What a caller is shown of a result: fields by name, so that none slips through.
local function shown(self, result)
  local one = {
    index = result.index,
    device = result.device,
    host = result.host,
    ok = result.ok,
    value = result.ok and result.value or nil,
    kind = result.kind,
    phase = result.phase,
    message = result.message and escape.text(result.message),
    elapsed = result.elapsed,
    phases = result.phases,
  }
  if self.bytes < self.room then
    one.output = shown_outputs(self, result.output)
  else
    one.is_output_dropped = true
  end
  return one
end

function Run:_wake()
  local waiting = self.waiting
  self.waiting = {}
  for _, wake in ipairs(waiting) do
    wake()
  end
end

function Run:_add(result)
  self.results[#self.results + 1] = shown(self, result)
  local column = result.ok and "ok" or "failed"
  self.count[column] = self.count[column] + 1
  self:_wake()
end

local function fleet_options(self)
  local request = self.request
  local job = request.configuration and configuration_job(request.configuration,
    request.save or false) or commands_job(request.commands)
  return {
    job = job,
    mode = request.mode,
    limit = request.limit,
    workers = request.workers,
    timeout = request.timeout,
    keep_results = false,
    on_result = function(result)
      self:_add(result)
    end,
  }
end

local function perform(self)
  local deadline = self.request.deadline
  if not deadline then
    return fleet.run(self.devices, fleet_options(self))
  end
  return task.timeout(deadline, fleet.run, self.devices, fleet_options(self))
end

function Run:_end(state, message)
  self.state, self.message = state, message
  self.ended = iso_time()
  self.seconds = self.started_at and host.now() - self.started_at or 0
  self.count.cancelled = #self.devices - #self.results
  self.devices, self.total = nil, #self.devices
  self:_wake()
end

--- Do it. Whatever happens ends as a state of the run.
-- @tparam Semaphore turns lets in so many runs at a time
function Run:perform(turns)
  if self.is_unwanted then
    return self:_end "cancelled"
  end
  local ok, done, message = pcall(function()
    turns:acquire()
    self.has_turn = true
    self.state, self.started_at, self.started = "running", host.now(), iso_time()
    self:_wake()
    return perform(self)
  end)
  if self.has_turn then
    turns:release()
  end
  if not ok and done == host.cancelled then
    self:_end "cancelled"
    error(done, 0)
  elseif not ok then
    self:_end("failed", tostring(done):match "^[^\n]*")
  elseif not done then
    self:_end("late", message)
  else
    self.peak_sessions, self.threads = done.peak_sessions, done.threads
    self:_end "done"
  end
end

--- Whether it has ended.
-- @treturn boolean
function Run:is_over()
  return self.ended ~= nil
end

--- Wait until there are more results than so many, or until it is over; also when
-- somebody calls `stir`.
-- @int seen
function Run:wait_for_more(seen)
  if #self.results > seen or self:is_over() then
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
    mode = self.request.mode,
    state = self.state,
    message = self.message,
    commands = self.request.commands,
    configuration = self.request.configuration,
    created = self.created,
    started = self.started,
    ended = self.ended,
    seconds = seconds,
    devices = self.total or #self.devices,
    count = self.count,
    ok = self.state == "done" and self.count.failed == 0,
    peak_sessions = self.peak_sessions,
    threads = self.threads,
  }
end

return run
