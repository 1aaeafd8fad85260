--- For the spec of the targets: one that waits for ever.
local task = require "moonwire.task"

return function()
  task.await(function() end)
end
