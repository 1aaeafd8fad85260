--- One thread of a run, seen from inside: it is given devices one by one and gives
-- their results back as they come. How many it has at once is up to the sender.
-- @module moonwire.fleet.worker
local host = require "host.task"
local identity = require "moonwire.transport.identity"
local ship = require "moonwire.fleet.ship"
local task = require "moonwire.task"
local transport = require "moonwire.transport.ssh"
local wire = require "host.wire"

-- A value that cannot cross is a failure of the job; the rest of the result is kept.
local function to_plain(result)
  local ok, what, path = wire.check(result)
  if ok then
    return result
  end
  result.ok, result.value, result.kind, result.phase = false, nil, "error", "job"
  result.message = ("%s is %s, which cannot be sent back from a thread"):format(
    path:gsub("^%.", ""), what)
  if wire.check(result) then
    return result
  end
  return { ok = false, kind = "error", phase = "job", message = result.message }
end

-- A result that is lost would be waited for: what cannot be sent is told, and when not
-- even that can be, the thread ends, which tells it as well.
local function give_back(port, index, result)
  local sent, message, kind = port:send { index = index, result = to_plain(result) }
  if not sent and kind ~= "closed" then
    local told = { ok = false, kind = kind, phase = "job", message = message }
    sent, message, kind = port:send { index = index, result = told }
  end
  if not sent and kind ~= "closed" then
    error("a result cannot be sent back: " .. message, 0)
  end
end

local function run_device(port, run, job, order, turn)
  local on = {
    open = order.tells_opened and function()
      port:send { index = turn.index, is_open = true }
    end or nil,
  }
  local ok, result = pcall(run, turn.device, job, order.options, order.gate, on)
  if host.is_cancelled() then
    return -- the thread ends, and the other side says why
  end
  if not ok or type(result) ~= "table" then -- or the device would be waited for
    local message = ok and "its runner gave no result" or tostring(result)
    result = { ok = false, kind = "error", phase = "job", message = message }
  end
  give_back(port, turn.index, result)
end

--- The root task of a thread: see `moonwire.fleet.threads`.
-- @param port to the parent, see `host.pool`
return function(port)
  local lease <close> = transport.lease() -- luacheck: ignore
  local order = port:receive()
  local job = ship.unpack(order.job)
  local run = require(order.runner).run
  local connecting = order.options and order.options.connecting
  order.gate = connecting and task.semaphore(connecting) or nil
  local _, message, kind = task.group(function(group)
    while true do
      local turn, message, kind = port:receive()
      if not turn then
        return nil, message, kind
      end
      identity.give(turn.keys or {})
      group:spawn(run_device, port, run, job, order, turn)
    end
  end)
  if kind ~= "closed" then
    error(message, 0) -- a device was lost
  end
end
