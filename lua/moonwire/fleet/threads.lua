--- A run over threads: who gets which device, and when. A thread is given a device
-- only when one of its places is free, so that the bound on what is open at once is
-- exact; nothing is polled, every wait ends by a result that came in.
-- @module moonwire.fleet.threads
local host = require "host.task"
local host_pool = require "host.pool"
local identity = require "moonwire.transport.identity"
local resolve = require "moonwire.transport.resolve"
local ship = require "moonwire.fleet.ship"
local task = require "moonwire.task"
local turns = require "moonwire.fleet.turns"
local wire = require "host.wire"

local threads = {}

local Dispatch = { __name = "moonwire.Dispatch" }
Dispatch.__index = Dispatch

local function cannot_ship(name, path, what)
  return ("%s%s is %s, which cannot be shipped to a thread"):format(name, path, what)
end

-- Keys are opened here, once for all threads, not again in each of them.
local function open_keys(device)
  if device.key_passphrase or type(device.jump) == "table" then
    local opened = identity.open_all(resolve.device(device) or device)
    return next(opened) and opened or nil
  end
end

local function new_dispatch(pool, options, limit)
  local busy = {}
  for number = 1, pool:size() do
    busy[number] = { count = 0 } -- and the indexes of the devices it has
  end
  return setmetatable({
    pool = pool,
    devices = options.devices,
    on_result = options.on_result,
    on_open = options.on_open,
    limit = limit,
    busy = busy, -- nil for a worker that has ended
    alive = pool:size(),
    stuck = {}, -- indexes that wait until it is told how the threads have ended
  }, Dispatch)
end

-- How many devices the threads that are left can have at once. One, when none is left:
-- the devices are told so one after another.
function Dispatch:capacity()
  return math.max(1, self.alive * self.limit)
end

function Dispatch:_fail(index, message)
  local device = self.devices[index]
  local is_table = type(device) == "table"
  self.on_result(index, {
    device = is_table and (device.name or device.host) or nil,
    host = is_table and device.host or nil,
    ok = false,
    kind = "error",
    phase = "job",
    message = message,
  })
end

-- The thread that has the fewest devices.
function Dispatch:_idlest()
  local best, least = nil, self.limit
  for number, busy in pairs(self.busy) do
    if not busy.is_closed and busy.count < least then
      best, least = number, busy.count
    end
  end
  return best
end

-- A thread that takes no more has ended; with what, is still to be received.
function Dispatch:_send_to(number, index, turn)
  local sent, message, kind = self.pool:send(number, turn)
  local busy = self.busy[number]
  if sent then
    busy[index], busy.count = true, busy.count + 1
  elseif kind == "closed" then
    busy.is_closed = true
  else
    self:_fail(index, message)
  end
  return sent or kind ~= "closed"
end

--- Send a device to a thread.
-- @local here
function Dispatch:send(index)
  local device = self.devices[index]
  local ok, what, path = wire.check(device)
  if not ok then
    return self:_fail(index, cannot_ship("device", path, what))
  end
  local turn = { index = index, device = device, keys = open_keys(device) }
  while true do
    local number = self:_idlest()
    if not number and self.alive == 0 then
      return self:_fail(index, "no thread is left: " .. self.last_words)
    elseif not number then
      self.stuck[#self.stuck + 1] = index
      return
    elseif self:_send_to(number, index, turn) then
      return
    end
  end
end

-- What it had is lost with it; what it would have had goes to the others.
function Dispatch:_bury(number, message)
  local lost = {}
  for index in pairs(self.busy[number]) do
    lost[#lost + 1] = math.type(index) and index or nil
  end
  table.sort(lost)
  self.busy[number] = nil
  self.alive, self.last_words = self.alive - 1, message
  for _, index in ipairs(lost) do
    self:_fail(index, "its thread ended: " .. message)
  end
  local stuck = self.stuck
  self.stuck = {}
  for _, index in ipairs(stuck) do
    self:send(index)
  end
end

function Dispatch:_keep(number, index, result)
  local busy, device = self.busy[number], self.devices[index]
  if not busy then
    return -- it was given up when a message of it could not be read
  end
  busy[index], busy.count = nil, busy.count - 1
  result.device = result.device or device.name or device.host
  result.host = result.host or device.host
  self.on_result(index, result)
  if self.stuck[1] then
    self:send(table.remove(self.stuck, 1)) -- this one has room again
  end
end

-- Nil, message, kind when the pool fails as a whole.
function Dispatch:_collect()
  while true do
    local number, value, message = self.pool:receive()
    if not number then
      return self.alive == 0 or nil, value, message
    elseif value == nil then
      self:_bury(number, message)
    elseif value.is_open then
      self.on_open(value.index)
    else
      self:_keep(number, value.index, value.result)
    end
  end
end

-- Take in results until cancelled. Whatever else ends this ends the run.
local function collect(dispatch, order)
  local ok, result, message, kind = pcall(dispatch._collect, dispatch)
  if ok and result then
    return -- no thread is left, and whose turn it is is told so
  elseif ok then
    dispatch.failure = { message, kind }
  elseif not host.is_cancelled() then
    dispatch.err = { result }
  end
  order:abandon()
end

local function check(options)
  if type(options.job) ~= "function" then
    error("threads.run: job must be a function", 3)
  end
  for _, name in ipairs { "workers", "limit" } do
    local value = options[name]
    local is_left_out = name == "limit" and value == nil
    if not is_left_out and (math.type(value) ~= "integer" or value < 1) then
      error(("threads.run: %s must be a whole number of at least 1"):format(name), 3)
    end
  end
end

local function make_order(options)
  local order = {
    job = ship.pack(options.job),
    options = options.options or {},
    runner = options.runner or "moonwire.fleet.device",
    tells_opened = options.on_open ~= nil,
  }
  local ok, what, path = wire.check(order.options)
  if not ok then
    error(cannot_ship("options", path, what), 0)
  end
  return order
end

local function open_pool(options, workers, limit)
  return host_pool.open {
    main = "moonwire.fleet.worker",
    name = options.name,
    workers = workers,
    pin = options.pin,
    capacity = workers * (limit + 1), -- so that no mailbox is ever full
  }
end

-- Devices in their order, when nobody else says whose turn it is.
local function own_turns(options, dispatch)
  local order = turns.new {
    count = #options.devices,
    limit = function()
      return dispatch:capacity()
    end,
  }
  local on_result = options.on_result
  dispatch.on_result = function(index, result)
    on_result(index, result)
    order:done(index)
  end
  return order
end

local function admit(dispatch, options, index)
  if not options.admit or options.admit(index) then
    dispatch:send(index)
  end
end

local function deal(dispatch, options, order)
  task.group(function(group)
    local receiver = group:spawn(collect, dispatch, order)
    for index in order.next, order do
      if options.admit_waits then
        group:spawn(admit, dispatch, options, index)
      else
        admit(dispatch, options, index)
      end
    end
    receiver:cancel()
  end)
  if dispatch.err then
    error(dispatch.err[1], 0)
  end
end

--- Run a job on every device, over threads, and wait until all are done.
-- @tparam table options `devices` (list), `job` (function, see `moonwire.fleet.ship`),
-- `workers` (threads at most), `limit` (devices that a thread has at once; 1),
-- `on_result` (called with index and result, in the order in which devices are done),
-- `turns` (whose turn it is, see `moonwire.fleet.turns`; in their order when left out;
-- with it `on_result` must tell it what is done), `admit` (called with an index before
-- the device is sent: false, it is not), `admit_waits` (in a task of its own),
-- `on_open`
-- (called with an index when the device is logged in to), `options` (plain table for
-- the runner),
-- `runner` (module with `run(device, job, options)`; "moonwire.fleet.device"), `pin`
-- (threads to cores), `name` (of the threads; "moonwire")
-- @treturn[1] boolean true; every device has had its result, unless the turns say
-- otherwise
-- @treturn[1] table `workers` (threads started), `peak` (devices in work at once),
-- `warning` (string, when there are fewer threads than asked for)
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: "local" when no thread can be started
function threads.run(options)
  check(options)
  local count = #options.devices
  local order = make_order(options)
  if count == 0 then
    return true, { workers = 0, peak = 0 }
  end
  local limit = math.min(options.limit or 1, count)
  local workers = math.min(options.workers, count)
  local opened, warning, kind = open_pool(options, workers, limit)
  if not opened then
    return nil, warning, kind
  end
  local pool <close> = opened -- also when this task is cancelled
  for number = 1, pool:size() do
    local sent, message, reason = pool:send(number, order)
    if not sent and reason ~= "closed" then -- else it has ended, and that is told
      return nil, message, reason
    end
  end
  local dispatch = new_dispatch(pool, options, limit)
  local whose = options.turns or own_turns(options, dispatch)
  deal(dispatch, options, whose)
  if dispatch.failure then
    return nil, table.unpack(dispatch.failure)
  end
  return true, { workers = pool:size(), peak = whose.peak, warning = warning }
end

return threads
