--- A job that goes on when so many devices are logged in, and says what is open then.
-- @int count
-- @tparam function look called once, when all are there
-- @treturn function a job, whose value is the answer to "show version"
local task = require "moonwire.task"

return function(count, look)
  local gate, missing = task.semaphore(0), count
  return function(opened)
    missing = missing - 1
    if missing == 0 then
      look()
      gate:release()
    end
    gate:acquire()
    gate:release()
    return opened:send_command "show version"
  end
end
