--- How a run ends: by its own deadline at the latest, and with one result for every
-- device, also for those that were broken off or never begun.
-- @module moonwire.fleet.ending
local state = require "moonwire.fleet.state"
local uv = require "luv"

local ending = {}

--- The deadline of a whole run: then everything is dropped.
-- @tparam Run run with `run_timeout` (seconds), or without
-- @return something to be closed when the run is over
function ending.alarm(run)
  local timer = run.run_timeout and uv.new_timer()
  if timer then
    timer:start(math.ceil(run.run_timeout * 1000), 0, function()
      run:cancel(("its time of %g s is over"):format(run.run_timeout), "timeout")
    end)
  end
  return setmetatable({}, {
    __close = function()
      if timer then
        timer:close()
      end
    end,
  })
end

-- What was broken off, by its index: all of it has ended by now.
local function end_dropped(run)
  local list = {}
  for index in pairs(run.under_way) do
    list[#list + 1] = index
  end
  table.sort(list)
  for _, index in ipairs(list) do
    local device = run.devices[index]
    local name = device.name or device.host
    local result = run.dropped_results and run.dropped_results[index]
      or { device = name, host = device.host, phase = "job", elapsed = 0 }
    result.ok, result.value, result.kind = false, nil, run.drop_kind or "cancelled"
    local reason = run.drop_reason or "cancelled"
    result.message = ("%s: broken off: %s"):format(name, reason)
    run.under_way[index] = nil
    run:keep(index, result)
  end
end

-- What was never begun, or waited for one more try.
local function skip_rest(run)
  for index = 1, #run.devices do
    if not run.has_ended:has(index) then
      local reason = run.reason or "the run has ended"
      run:keep(index, state.skipped(run.devices[index], "skipped", reason))
    end
  end
end

local function check_conservation(run)
  local sum = state.sum(run.states)
  if sum ~= #run.devices or run.count.ok + run.count.failed ~= sum then
    error(("a run of %d devices ended with %d results"):format(#run.devices, sum), 0)
  end
end

--- Give every device its result that has none. Raises when there are more or fewer
-- results than devices after that.
-- @tparam Run run nothing of it is under way any more
function ending.settle(run)
  end_dropped(run)
  skip_rest(run)
  check_conservation(run)
end

return ending
