--- One task that waits for what callbacks bring.
local task = require "moonwire.task"

local waiting = {}

--- Something has come: the task goes on.
function waiting.wake(self)
  local go_on = self.waiting
  self.waiting = nil
  if go_on then
    go_on()
  end
end

--- Wait until something has come.
function waiting.for_more(self)
  task.await(function(done)
    self.waiting = done
  end)
end

return waiting
