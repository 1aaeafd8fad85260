--- An order carried out: inventory, journal, run, results, summary, exit status.
-- @module moonwire.cli.run
local escape = require "moonwire.report.escape"
local fleet = require "moonwire.fleet"
local inventory = require "moonwire.inventory"
local jobs = require "moonwire.cli.run.jobs"
local journal = require "moonwire.journal"
local lines_file = require "moonwire.journal.lines"
local nodeset = require "moonwire.inventory.nodeset"
local observer = require "moonwire.journal.observer"
local plans = require "moonwire.journal.plan"
local shown = require "moonwire.cli.run.shown"
local sinks = require "moonwire.cli.run.sink"
local watch = require "moonwire.cli.run.watch"

local run = {}

local NOTHING_STARTED = 2
local SSH = 22

local function complain(verb, message)
  for line in message:gmatch "[^\n]+" do
    io.stderr:write("moonwire ", verb, ": ", escape.line(line), "\n")
  end
  return NOTHING_STARTED
end

local function load(order)
  local loaded, message = inventory.load(order.source, order.inventory)
  if not loaded then
    return nil, message
  end
  for _, warning in ipairs(loaded.warnings) do
    complain(order.verb, "warning: " .. warning)
  end
  if #loaded == 0 then
    loaded:close()
    return nil, "there are no devices"
  end
  return loaded
end

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

-- The lines of a push are not in the order that is kept. Those that came over HTTP are
-- in the folder of the run.
local function complete(order, folder, devices)
  if order.verb ~= "push" then
    return order
  end
  local path = order.lines_beside and folder .. "/lines" or order.file
  local read, message = lines_file.read(path, order.digest)
  if not read then
    return nil, message
  end
  local expected
  if order.plan_digest then
    local plan, why = plans.read(order.plan, {
      digest = order.plan_digest, oldest = math.huge,
    })
    if not plan then
      return nil, why
    end
    expected = plans.expectations(plan)
  end
  local is_plan = order.change and order.change.mode == "plan"
  return setmetatable({
    lines = read.lines, expected = expected,
    planned = is_plan and plans.new(order, devices) or nil,
  }, { __index = order })
end

local function fleet_options(order, watcher, out)
  return {
    id = out.id,
    job = jobs[order.verb](order),
    mode = order.mode,
    workers = order.workers,
    limit = order.sessions,
    limits = order.limits,
    rate = order.rate,
    jitter = order.jitter,
    ramp = order.ramp,
    retries = order.retries or 1,
    waves = order.waves,
    abort_after = order.abort_after,
    credential_failures = order.credential_failures ~= 0
      and order.credential_failures,
    timeout = order.timeout,
    device_timeout = order.device_timeout,
    run_timeout = order.run_timeout,
    changes = order.changes,
    record = order.record,
    recorder = order.recorder and out.folder .. "/recordings",
    keep_results = false,
    observer = watcher,
  }
end

-- What is said about the run, and what comes of it, is kept and shown.
local function with_words(watcher, sink, showing, verbosity)
  local noted, ended = watcher.noted, watcher.ended
  function watcher:ended(index, result, device)
    showing:take(ended(self, index, result, device), result)
  end
  function watcher:noted(text)
    noted(self, text)
    if verbosity >= 0 then
      sink:say(text)
    end
  end
  return watcher
end

local function write_plan(order, sink)
  if not order.planned then
    return
  end
  local ok, message = plans.write(order.planned, order.plan)
  if not ok then
    sink.has_failed = true
    complain(order.verb, message)
  else
    sink:say(("the plan is in %s; apply it by: moonwire push --apply %s"):format(
      order.plan, order.plan))
  end
end

local function new_showing(order, out, sink, is_new)
  return shown.new(out, {
    keep = function(results)
      sink:keep(results)
    end,
    show = function(result)
      sink:result(result)
      if order.planned then
        plans.add(order.planned, result)
      end
    end,
  }, { is_new = is_new, is_streaming = sink.is_streaming })
end

-- What an earlier program has done, and was killed before it showed it.
local function replay(missed, known, root, showing, numbers)
  if missed.doubtful then
    complain(known.head.verb, ("the result of %s may have been shown before"):format(
      missed.doubtful))
  end
  journal.read(known.id, {
    root = root,
    on_end = function(record)
      if missed.records[record.n] then
        record.index = #numbers + 1
        numbers[record.index] = record.i
        showing:take(record.n, record)
      end
    end,
  })
end

local function carry_out(order, devices, out, sink, showing, options)
  local watcher = with_words(observer.new(out, {
    numbers = options.numbers, changes = order.changes,
  }), sink, showing, options.verbosity)
  local ok, started = pcall(fleet.start, devices, fleet_options(order, watcher, out))
  if not ok then
    return complain(order.verb, tostring(started):gsub("^.-fleet.run: ", ""))
  end
  sink.on_failure = function(message)
    started:stop(message)
  end
  local signals <close> = watch.new(started, function(text)
    sink:say(text)
  end)
  started:wait()
  signals:close()
  showing:settle()
  sink:finish(started, out.id)
  showing:finish()
  write_plan(order, sink)
  return started.ok and not sink.has_failed and not out.failure and 0 or 1
end

-- To the end of an order, with all that needs to be known for it.
local function complete_and_do(order, devices, out, sink, options)
  local whole, complaint = complete(order, out.folder, devices)
  if not whole then
    return complain(order.verb, complaint)
  end
  local showing <close>, message = new_showing(whole, out, sink, not options.known)
  if not showing then
    return complain(order.verb, message)
  elseif options.missed then
    replay(options.missed, options.known, options.root, showing, options.numbers)
  end
  if #devices > 0 then
    return carry_out(whole, devices, out, sink, showing, options)
  end
  showing:settle()
  sink:finish_shown()
  showing:finish()
  return 0
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
  local loaded <close>, message = load(order)
  if not loaded then
    return complain(order.verb, message)
  end
  local sink
  message = prepare(order, loaded)
  if not message then
    sink, message = sinks.new(order, loaded.devices, {
      total = #loaded, verbosity = options.verbosity,
    })
  end
  if not sink then
    return complain(order.verb, message)
  end
  local out <close>, why = journal.create({ verb = order.verb, order = order },
    journal.names_of(loaded.devices), options.root)
  if not out then
    return complain(order.verb, why)
  end
  return complete_and_do(order, loaded.devices, out, sink, {
    verbosity = options.verbosity,
  })
end

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
    complain(known.head.verb, ("unknown so far (%d): %s; each may have been changed, "
      .. "so it is looked at, and nothing is sent to it"):format(
      #names, nodeset.fold(names)))
  end
end

local function resume_devices(known, out, loaded, options)
  local order = known.head.order
  local devices, numbers, gone = pick(known, loaded, options.with_failed)
  if #gone > 0 then
    complain(order.verb, ("%d devices are not in the inventory any more: %s"):format(
      #gone, table.concat(gone, ", ", 1, math.min(5, #gone))))
  end
  local missed = shown.missed(known, numbers)
  if #devices + missed.count == 0 then
    io.stderr:write("moonwire runs: ", known.id, ": nothing is left to do\n")
    return #gone > 0 and NOTHING_STARTED or 0
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
    return complain(order.verb, message)
  end
  local status = complete_and_do(order, devices, out, sink, {
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
function run.resume(id, options)
  local known, out, kind = journal.resume(id, options.root)
  if not known then
    return complain("runs", out), kind
  end
  local closing <close> = out -- luacheck: ignore 211
  local order = known.head.order
  order.source = options.source or order.source
  if order.source == "-" and not options.source then
    local message = "%s: its inventory came by standard input: name one by -i"
    return complain("runs", message:format(id))
  end
  order.inventory.expect = nil
  order.format = options.format or order.format
  local loaded <close>, message = load(order)
  if not loaded then
    return complain(order.verb, message)
  end
  out:append { type = "resume", pid = require("luv").os_getpid() }
  return resume_devices(known, out, loaded, options)
end

return run
