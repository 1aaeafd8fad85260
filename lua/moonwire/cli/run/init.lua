--- An order that is new: inventory, journal, run, results, summary, exit status.
-- @module moonwire.cli.run
local journal = require "moonwire.journal"
local plans = require "moonwire.journal.plan"
local sinks = require "moonwire.cli.run.sink"
local work = require "moonwire.cli.run.work"

local run = {}

local SSH = 22

-- One device under two names would get the lines twice, perhaps at the same time.
local function twins_in(devices)
  local names = {}
  for _, device in ipairs(devices) do
    local name = device.name or device.host
    local way = type(device.jump) == "string" and device.jump or ""
    local key = table.concat({
      device.host, device.port or SSH, tostring(device.username), way,
    }, "\0")
    if names[key] then
      local message = "%s and %s are the same device (%s)"
      return message:format(names[key], name, device.host)
    end
    names[key] = name
  end
end

local function is_another(order, devices)
  local wanted = order.plan_inventory
  if wanted and wanted ~= plans.inventory_digest(devices) then
    return "the plan was made for another inventory, or it has changed since"
  end
end

-- What the inventory brings to an order, and what is wrong with both together.
local function prepare(order, loaded)
  if order.verb == "send" then
    local has_own = order.commands and #order.commands > 0
    order.commands = has_own and order.commands or loaded.commands or {}
    return #order.commands == 0 and "there is no command to send" or nil
  end
  return is_another(order, loaded.devices)
    or (order.changes and twins_in(loaded.devices))
end

--- Carry out an order.
-- @tparam table order see `moonwire.cli.run.order`
-- @tparam table options `verbosity` (-1: quiet, to 2), `root` (of all runs)
-- @treturn int exit status
function run.start(order, options)
  local loaded <close>, message = work.load(order)
  if not loaded then
    return work.complain(order.verb, message)
  end
  local sink
  message = prepare(order, loaded)
  if not message then
    sink, message = sinks.new(order, loaded.devices, {
      total = #loaded, verbosity = options.verbosity,
    })
  end
  if not sink then
    return work.complain(order.verb, message)
  end
  local out <close>, why = journal.create({ verb = order.verb, order = order },
    journal.names_of(loaded.devices), options.root)
  if not out then
    return work.complain(order.verb, why)
  end
  return work.carry_out(order, loaded.devices, out, sink, {
    verbosity = options.verbosity,
  })
end

return run
