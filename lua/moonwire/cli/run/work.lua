--- What a new run and one that is resumed have in common: an order's inventory, and
-- the way from its devices to results, summary and exit status.
-- @module moonwire.cli.run.work
local escape = require "moonwire.report.escape"
local fleet = require "moonwire.fleet"
local inventory = require "moonwire.inventory"
local jobs = require "moonwire.cli.run.jobs"
local journal = require "moonwire.journal"
local lines_file = require "moonwire.journal.lines"
local observer = require "moonwire.journal.observer"
local plans = require "moonwire.journal.plan"
local shown = require "moonwire.cli.run.shown"
local watch = require "moonwire.cli.run.watch"

local work = {}

--- The exit status of a command that did nothing.
work.NOTHING_STARTED = 2

--- Say what is wrong.
-- @string verb of the command line
-- @string message one or more lines
-- @treturn int exit status
function work.complain(verb, message)
  for line in message:gmatch "[^\n]+" do
    io.stderr:write("moonwire ", verb, ": ", escape.line(line), "\n")
  end
  return work.NOTHING_STARTED
end

--- Load the inventory of an order.
-- @tparam table order
-- @treturn[1] table it, with one device at least
-- @treturn[2] nil
-- @treturn[2] string message
function work.load(order)
  local loaded, message = inventory.load(order.source, order.inventory)
  if not loaded then
    return nil, message
  end
  for _, warning in ipairs(loaded.warnings) do
    work.complain(order.verb, "warning: " .. warning)
  end
  if #loaded == 0 then
    loaded:close()
    return nil, "there are no devices"
  end
  return loaded
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
    work.complain(order.verb, message)
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
    local text = "the result of %s may have been shown before"
    work.complain(known.head.verb, text:format(missed.doubtful))
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

local function run_and_show(order, devices, out, sink, showing, options)
  local watcher = with_words(observer.new(out, {
    numbers = options.numbers, changes = order.changes,
  }), sink, showing, options.verbosity)
  local ok, started = pcall(fleet.start, devices, fleet_options(order, watcher, out))
  if not ok then
    return work.complain(order.verb, tostring(started):gsub("^.-fleet.run: ", ""))
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

--- Carry an order out to its end.
-- @tparam table order
-- @tparam table devices to do, of those that the order names
-- @tparam table out the journal
-- @tparam table sink where results go
-- @tparam table options `verbosity`; for a run that is resumed `known` (its journal as
-- read), `numbers` (of the devices there), `missed` (results that were not shown) and
-- `root` (of all runs)
-- @treturn int exit status
function work.carry_out(order, devices, out, sink, options)
  local whole, complaint = complete(order, out.folder, devices)
  if not whole then
    return work.complain(order.verb, complaint)
  end
  local showing <close>, message = new_showing(whole, out, sink, not options.known)
  if not showing then
    return work.complain(order.verb, message)
  elseif options.missed then
    replay(options.missed, options.known, options.root, showing, options.numbers)
  end
  if #devices > 0 then
    return run_and_show(whole, devices, out, sink, showing, options)
  end
  showing:settle()
  sink:finish_shown()
  showing:finish()
  return 0
end

return work
