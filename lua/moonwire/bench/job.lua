--- What the bench does on each device.
-- The functions made here can be shipped to other threads: they hold nothing but plain
-- data, except `held`, which is for one thread.
-- @module moonwire.bench.job
local job = {}

--- Run the commands.
-- @tparam {string,...} commands
-- @tparam[opt] table by_platform lists by `device_type`, for devices that are not to be
-- asked the same as all others
-- @treturn function a job for `moonwire.fleet`; its value is how many answers came
function job.commands(commands, by_platform)
  return function(session)
    local own = by_platform and by_platform[session.device.device_type]
    local answers, message, kind = session:send_commands(own or commands)
    if not answers then
      return nil, message, kind
    end
    return #answers
  end
end

--- Run the commands, and keep the session open until all have come so far, or failed.
-- For the nonblocking mode only, with room for all sessions at once.
-- @tparam {string,...} commands
-- @int total how many devices there are
-- @tparam function on_full called once, when all are there
-- @treturn function a job
-- @treturn function to call for a device that failed, as it will never come
function job.held(commands, total, on_full)
  local task = require "moonwire.task"
  local gate, missing = task.semaphore(0), total
  local function count_one()
    missing = missing - 1
    if missing == 0 then
      on_full()
      gate:release()
    end
  end
  local run = job.commands(commands)
  local function held(session)
    local value, message, kind = run(session)
    if not value then
      return nil, message, kind
    end
    count_one()
    gate:acquire()
    gate:release() -- the next one may go as well
    return value
  end
  return held, count_one
end

return job
