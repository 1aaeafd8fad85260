--- A run in this thread: a task for each device whose turn has come.
-- @module moonwire.fleet.here
local device_run = require "moonwire.fleet.device"
local host = require "host.task"
local task = require "moonwire.task"
local transport = require "moonwire.transport.ssh"

local here = {}

local function run_one(run, index, gate)
  local device = run.devices[index]
  local refusal = run:admit(index, device)
  if refusal then
    return run:over(index, refusal)
  end
  device = run:as_begun(device)
  local result = device_run.run(device, run.job, run.device_options, gate, {
    open = function()
      run:opened(index)
    end,
    event = function(name, fields)
      return run:event(index, name, fields)
    end,
  })
  if host.is_cancelled() then -- whoever did that says what becomes of it
    return run:dropped(index, result)
  end
  run:over(index, result)
end

--- Run all devices of a run.
-- @tparam Run run
-- @int limit devices at once
function here.run(run, limit)
  local lease <close> = transport.lease() -- luacheck: ignore
  local connecting = run.device_options.connecting
  local gate = limit > connecting and task.semaphore(connecting) or nil
  task.group(function(group)
    run.drop = function()
      group:cancel()
    end
    for index in run.turns.next, run.turns do
      group:spawn(run_one, run, index, gate)
    end
  end)
  run.drop = nil
end

return here
