--- A run is resumed: what it has not finished is done, and what nobody saw is shown.
-- @module moonwire.cli.run.resume
local journal = require "moonwire.journal"
local nodeset = require "moonwire.inventory.nodeset"
local shown = require "moonwire.cli.run.shown"
local sinks = require "moonwire.cli.run.sink"
local work = require "moonwire.cli.run.work"

local resume = {}

-- What is known about a device that the run may have written to: it is looked at first.
-- One whose end was that nobody knows is not written to at all, unless those that
-- failed without a change are to be done again.
local function put_in_doubt(device, known, number, with_failed)
  local state = known:state(number)
  device.is_in_doubt = state == "handed" or state == "unknown" or nil
  device.in_doubt_until = known.timers[number]
  device.in_doubt_before = known.before[number]
  device.is_only_looked_at = known.ends[number] == "unknown" and not with_failed or nil
end

-- The devices that a run has not finished, as the inventory knows them now.
local function pick(known, loaded, with_failed)
  local by_name = {}
  for _, device in ipairs(loaded.devices) do
    by_name[device.name or device.host] = device
  end
  local devices, numbers, gone = {}, {}, {}
  for _, number in ipairs(known:resumable(with_failed)) do
    local device = by_name[known.names[number]]
    if device then
      if known.head.order.changes then
        put_in_doubt(device, known, number, with_failed)
      end
      devices[#devices + 1], numbers[#numbers + 1] = device, number
    else
      gone[#gone + 1] = known.names[number]
    end
  end
  return devices, numbers, gone
end

-- A folder's names follow from all devices of the plan.
local function plan_of(known)
  local plan = {}
  for i, name in ipairs(known.names) do
    plan[i] = { name = name }
  end
  return plan
end

-- Devices that are looked at only, by their name, before they are.
local function say_unknown(known, devices, options)
  local names = {}
  for _, device in ipairs(devices) do
    if device.is_only_looked_at then
      names[#names + 1] = device.name or device.host
    end
  end
  if #names > 0 and options.verbosity >= 0 then
    local text = "unknown so far (%d): %s; each may have been changed, so it is looked "
      .. "at, and nothing is sent to it"
    work.complain(known.head.verb, text:format(#names, nodeset.fold(names)))
  end
end

local function resume_devices(known, out, loaded, options)
  local order = known.head.order
  local devices, numbers, gone = pick(known, loaded, options.with_failed)
  if #gone > 0 then
    local text = "%d devices are not in the inventory any more: %s"
    work.complain(order.verb, text:format(
      #gone, table.concat(gone, ", ", 1, math.min(5, #gone))))
  end
  local missed = shown.missed(known, numbers)
  if #devices + missed.count == 0 then
    io.stderr:write("moonwire runs: ", known.id, ": nothing is left to do\n")
    return #gone > 0 and work.NOTHING_STARTED or 0
  end
  say_unknown(known, devices, options)
  local plan = plan_of(known)
  for i, number in ipairs(numbers) do
    plan[number] = devices[i]
  end
  local sink, message = sinks.new(order, plan, {
    numbers = numbers, total = #devices + missed.count, verbosity = options.verbosity,
  })
  if not sink then
    return work.complain(order.verb, message)
  end
  local status = work.carry_out(order, devices, out, sink, {
    known = known, numbers = numbers, missed = missed, root = options.root,
    verbosity = options.verbosity,
  })
  return status == 0 and #gone > 0 and 1 or status
end

--- Do what a run has not finished.
-- @string id
-- @tparam table options `verbosity`, `root`, `source` (another inventory),
-- `with_failed` (devices that failed without a change, too, also when that turns out
-- only now), `format`
-- @treturn int exit status
-- @treturn ?string when the run cannot be resumed, the kind of error
function resume.run(id, options)
  local known, out, kind = journal.resume(id, options.root)
  if not known then
    return work.complain("runs", out), kind
  end
  local closing <close> = out -- luacheck: ignore 211
  local order = known.head.order
  order.source = options.source or order.source
  if order.source == "-" and not options.source then
    local message = "%s: its inventory came by standard input: name one by -i"
    return work.complain("runs", message:format(id))
  end
  order.inventory.expect = nil
  order.format = options.format or order.format
  local loaded <close>, message = work.load(order)
  if not loaded then
    return work.complain(order.verb, message)
  end
  out:append { type = "resume", pid = require("luv").os_getpid() }
  return resume_devices(known, out, loaded, options)
end

return resume
