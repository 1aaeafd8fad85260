--- The runs that a server knows: those that wait, those that run, and the last that
-- have ended. All of it is bounded, and what does not fit is refused.
-- @module moonwire.serve.registry
local digest = require "host.digest"
local journal = require "moonwire.journal"
local order = require "moonwire.serve.order"
local run = require "moonwire.serve.run"
local task = require "moonwire.task"

local registry = {}

local ACTIVE = 8 -- runs at once
local QUEUED = 64 -- and so many more that wait
local KEPT = 256 -- that have ended
local ROOM = 64 << 20 -- bytes of output in one run
local ALL_ROOM = 256 << 20 -- and in all of them

local Registry = { __name = "moonwire.serve.Registry" }
Registry.__index = Registry

--- A registry.
-- @param group the group of tasks in which runs live
-- @tparam[opt] table limits `active` (8 runs at once), `queued` (64 more), `kept`
-- (256), `room` and `all_room` (bytes of output kept)
-- @string[opt] root the folder of all runs
-- @treturn Registry
function registry.new(group, limits, root)
  limits = limits or {}
  return setmetatable({
    group = group,
    root = root,
    door = task.semaphore(1),
    turns = task.semaphore(limits.active or ACTIVE),
    most = (limits.active or ACTIVE) + (limits.queued or QUEUED),
    kept = limits.kept or KEPT,
    room = limits.room or ROOM,
    all_room = limits.all_room or ALL_ROOM,
    open = 0,
    creating = 0, -- journals that are being made
    list = {}, -- oldest first
    by_id = {},
    by_key = {},
    totals = { runs = {}, ok = 0, failed = 0 },
  }, Registry)
end

local function forget(self, index)
  local old = table.remove(self.list, index)
  self.by_id[old.id] = nil
  if old.key then
    self.by_key[old.key] = nil
  end
end

local function bytes_of(list)
  local bytes = 0
  for _, one in ipairs(list) do
    bytes = bytes + one.bytes
  end
  return bytes
end

-- The oldest go first; those that are not over stay.
local function tidy(self)
  local over = #self.list - self.open
  local bytes = bytes_of(self.list)
  local index = 1
  while index <= #self.list and (over > self.kept or bytes > self.all_room) do
    local one = self.list[index]
    if one:is_over() then
      over, bytes = over - 1, bytes - one.bytes
      forget(self, index)
    else
      index = index + 1
    end
  end
end

local function note_end(self, one)
  self.open = self.open - 1
  one.journal:close()
  if one.state == "done" and one.count.ok == one.total then
    order.drop_lines(one.journal, one.request)
  end
  local name = one.request.mode .. "/" .. one.state
  self.totals.runs[name] = (self.totals.runs[name] or 0) + 1
  self.totals.ok = self.totals.ok + one.count.ok
  self.totals.failed = self.totals.failed + one.count.failed
  if one.on_end then
    one.on_end()
  end
  tidy(self)
end

--- The run that an idempotency key belongs to.
-- @tparam ?string key
-- @string body the text of the request
-- @treturn Run|nil
-- @treturn[opt] boolean whether it was asked for with the same body
function Registry:find_key(key, body)
  local one = key and self.by_key[key]
  if one then
    return one, one.fingerprint == digest.new("sha256"):update(body):hex()
  end
end

local function write_down(self, names, request, what)
  local verb = request.configuration and "push" or "send"
  local out, message = journal.create({ verb = verb, order = what }, names, self.root)
  local ok
  if out then
    ok, message = order.keep_lines(out, request)
  end
  if out and not ok then
    out:close()
  end
  return ok and out, message
end

--- Begin a run, or put it into the queue.
-- @tparam table devices
-- @tparam table request as for `run.new`
-- @tparam table options `order` (for `moonwire runs`, with no secret in it), `on_end`
-- (called when the run no longer needs its devices); optional: `key` (idempotency key),
-- `body` (what it came with)
-- @treturn[1] Run
-- @return[2] nil
-- @treturn[2] ?string why it cannot be written down; nil: the queue is full
function Registry:start(devices, request, options)
  if self.open >= self.most then
    return nil
  end
  self.open = self.open + 1 -- before the wait, so that no other takes the place
  local names = journal.names_of(devices)
  self.creating = self.creating + 1
  local out, message = write_down(self, names, request, options.order)
  self.creating = self.creating - 1
  if not out then
    self.open = self.open - 1
    return nil, message
  end
  local one = run.new(out, devices, names, request, self.room)
  one.plan = request.plan and order.new_plan(out, options.order, request, devices)
  one.on_end = options.on_end
  if options.key then
    one.key = options.key
    one.fingerprint = digest.new("sha256"):update(options.body):hex()
    self.by_key[options.key] = one
  end
  self.by_id[one.id] = one
  table.insert(self.list, one)
  one.task = self.group:spawn(function()
    one.has_begun = true
    local ok, err = pcall(one.perform, one, self.turns)
    note_end(self, one)
    if not ok then
      error(err, 0)
    end
  end)
  return one
end

--- Call a function while nobody else does so.
-- @tparam function fn
-- @param ... its arguments
-- @return what it returned
function Registry:in_turn(fn, ...)
  self.door:acquire()
  local results = table.pack(pcall(fn, ...))
  self.door:release()
  if not results[1] then
    error(results[2], 0)
  end
  return table.unpack(results, 2, results.n)
end

--- Find a run.
-- @string id
-- @treturn Run|nil
function Registry:get(id)
  return self.by_id[id]
end

--- Cancel a run: what is in flight is dropped, and what has not begun stays so.
-- @tparam Run one
function Registry:cancel(one)
  if not one:is_over() then
    one:cancel()
  end
end

--- Cancel all that are not over.
function Registry:cancel_all()
  for _, one in ipairs(self.list) do
    self:cancel(one)
  end
end

--- Wait until none is running or waiting.
function Registry:wait()
  for _, one in ipairs(table.move(self.list, 1, #self.list, 1, {})) do
    one:wait()
  end
end

--- Let everybody who waits for a run look again: how streams notice who has left.
function Registry:stir()
  for _, one in ipairs(self.list) do
    one:stir()
  end
end

return registry
