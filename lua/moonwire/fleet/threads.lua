--- A run over threads: who gets which device, and when. A thread is given a device
-- only when one of its places is free, so that the bound on what is open at once is
-- exact; nothing is polled, every wait ends by a result that came in.
-- @module moonwire.fleet.threads
local host_pool = require "host.pool"
local ship = require "moonwire.fleet.ship"
local wire = require "host.wire"

local threads = {}

local Dispatch = { __name = "moonwire.Dispatch" }
Dispatch.__index = Dispatch

local function cannot_ship(name, path, what)
  return ("%s%s is %s, which cannot be shipped to a thread"):format(name, path, what)
end

local function new_dispatch(pool, options)
  local busy = {}
  for number = 1, pool:size() do
    busy[number] = {} -- the indexes of the devices it has
  end
  return setmetatable({
    pool = pool,
    devices = options.devices,
    on_result = options.on_result,
    refuse = options.refuse,
    next = 1,
    busy = busy, -- nil for a worker that has ended
    in_flight = 0,
    peak = 0,
  }, Dispatch)
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

-- Send the next device. False when this worker takes no more.
function Dispatch:_send(number, index)
  local device = self.devices[index]
  local refusal = self.refuse and type(device) == "table" and self.refuse(device)
  if refusal then
    self.on_result(index, refusal)
    return true
  end
  local ok, what, path = wire.check(device)
  if not ok then
    self:_fail(index, cannot_ship("device", path, what))
    return true
  end
  local sent, message, kind = self.pool:send(number, { index = index, device = device })
  if sent then
    self.busy[number][index] = true
    self.in_flight = self.in_flight + 1
    self.peak = math.max(self.peak, self.in_flight)
  elseif kind ~= "closed" then
    self:_fail(index, message)
  end
  return kind ~= "closed" -- what ended it is still to be received
end

-- Fill one place of a worker.
function Dispatch:_give(number)
  local before = self.in_flight
  while self.busy[number] and self.next <= #self.devices and self.in_flight == before do
    local index = self.next
    self.next = index + 1
    if not self:_send(number, index) then
      self.next = index
      return
    end
  end
end

function Dispatch:_deal(limit)
  for _ = 1, limit do
    for number in pairs(self.busy) do
      self:_give(number)
    end
    if self.next > #self.devices then
      return
    end
  end
end

-- What it had is lost with it; what it would have had goes to the others.
function Dispatch:_bury(number, message)
  local lost = {}
  for index in pairs(self.busy[number]) do
    lost[#lost + 1] = index
  end
  table.sort(lost)
  self.busy[number] = nil
  self.in_flight = self.in_flight - #lost
  for _, index in ipairs(lost) do
    self:_fail(index, "its thread ended: " .. message)
  end
  if next(self.busy) == nil then
    for index = self.next, #self.devices do
      self:_fail(index, "no thread is left: " .. message)
    end
    self.next = #self.devices + 1
  end
end

function Dispatch:_keep(number, index, result)
  if not self.busy[number] then
    return -- it was given up when a message of it could not be read
  end
  self.busy[number][index] = nil
  self.in_flight = self.in_flight - 1
  local device = self.devices[index]
  result.device = result.device or device.name or device.host
  result.host = result.host or device.host
  self.on_result(index, result)
  self:_give(number)
end

function Dispatch:_is_over()
  return self.in_flight == 0 and self.next > #self.devices
end

-- Nil, message, kind when the pool fails as a whole.
function Dispatch:_collect()
  while not self:_is_over() do
    local number, value, message = self.pool:receive()
    if not number then
      return nil, value, message
    elseif value == nil then
      self:_bury(number, message)
    else
      self:_keep(number, value.index, value.result)
    end
  end
  return true
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

--- Run a job on every device, over threads, and wait until all are done.
-- @tparam table options `devices` (list), `job` (function, see `moonwire.fleet.ship`),
-- `workers` (threads at most), `limit` (devices that a thread has at once; 1),
-- `refuse` (called with a device before it is sent; when it gives a result, that is it,
-- and the device is not sent), `on_result` (called with index and result, in the order
-- in which devices are done), `options` (plain table for the runner), `runner` (module
-- with `run(device, job, options)`; "moonwire.fleet.device"), `pin` (threads to cores),
-- `name` (of the threads; "moonwire")
-- @treturn[1] boolean true; every device has had its result
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
    pool:send(number, order)
  end
  local dispatch = new_dispatch(pool, options)
  dispatch:_deal(limit)
  local ok, message, why = dispatch:_collect()
  if not ok then
    return nil, message, why
  end
  return true, { workers = pool:size(), peak = dispatch.peak, warning = warning }
end

return threads
