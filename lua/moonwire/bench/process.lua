--- Another program, run to its end: what it wrote and how it ended. No shell.
-- @module moonwire.bench.process
local uv = require "luv"

local task = require "moonwire.task"

local process = {}

local Child = { __name = "moonwire.bench.Child" }
Child.__index = Child

-- Cancelled while it runs: it must not outlive us.
Child.__close = function(self)
  if not self.has_ended then
    self.handle:kill "sigterm"
  end
  self.output:close()
end

local function on_exit(self, status, signal)
  self.status = signal ~= 0 and 128 + signal or status
  self.has_ended = true
  self.handle:close()
  self:check_end()
end

local function on_read(self, err, bytes)
  if bytes then
    table.insert(self.parts, bytes)
    return
  end
  self.has_said_all = true -- its end, or an error, which is an end as well
  self.read_error = err
  self:check_end()
end

function Child:check_end()
  if self.has_ended and self.has_said_all and self.done then
    self.done()
  end
end

local function start(argv)
  local self = setmetatable({ output = assert(uv.new_pipe(false)), parts = {} }, Child)
  local options = {
    args = table.move(argv, 2, #argv, 1, {}),
    stdio = { nil, self.output, 2 },
  }
  local message
  self.handle, message = uv.spawn(argv[1], options, function(status, signal)
    on_exit(self, status, signal)
  end)
  if not self.handle then
    self.output:close()
    return nil, ("cannot run %s: %s"):format(argv[1], message), "local"
  end
  self.output:read_start(function(err, bytes)
    on_read(self, err, bytes)
  end)
  return self
end

--- Run a program and wait for its end. Its errors go where ours go.
-- @tparam {string,...} argv the program, searched for in PATH, and its arguments
-- @treturn[1] string what it wrote
-- @treturn[1] int its exit status; 128 and the signal when one ended it
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: "local"
function process.run(argv)
  local started, message, kind = start(argv)
  if not started then
    return nil, message, kind
  end
  local child <close> = started
  task.await(function(done)
    child.done = done
  end)
  if child.read_error then
    return nil, ("cannot read from %s: %s"):format(argv[1], child.read_error), "local"
  end
  return table.concat(child.parts), child.status
end

return process
