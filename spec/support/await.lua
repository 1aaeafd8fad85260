--- Wait until something is so.
local task = require "moonwire.task"

--- @tparam function condition asked again and again
return function(condition)
  while not condition() do
    task.sleep(0.005)
  end
end
