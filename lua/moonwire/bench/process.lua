--- Another program: what it wrote and how it ended. No shell.
-- @module moonwire.bench.process
local uv = require "luv"

local task = require "moonwire.task"

local process = {}

local Child = { __name = "moonwire.bench.Child" }
Child.__index = Child

--- End it, if it still runs, and forget what it wrote: it must not outlive us.
function Child:close()
  self:signal "sigterm"
  if not self.output:is_closing() then
    self.output:close()
  end
end
Child.__close = Child.close

--- Send it a signal; one that has ended gets none.
-- @string name such as "sigint"
function Child:signal(name)
  if not self.has_ended then
    self.handle:kill(name)
  end
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

--- Start a program. Its errors go where ours go.
-- @tparam {string,...} argv the program, searched for in PATH, and its arguments
-- @treturn[1] Child to be closed
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: "local"
function process.start(argv)
  local self = setmetatable({
    name = argv[1], output = assert(uv.new_pipe(false)), parts = {},
  }, Child)
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

--- Wait for its end.
-- @treturn[1] string what it wrote
-- @treturn[1] int its exit status; 128 and the signal when one ended it
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: "local"
function Child:wait()
  task.await(function(done)
    self.done = done
    self:check_end()
  end)
  if self.read_error then
    return nil, ("cannot read from %s: %s"):format(self.name, self.read_error), "local"
  end
  return table.concat(self.parts), self.status
end

--- Run a program to its end: `process.start` and `Child:wait`.
-- @tparam {string,...} argv
-- @treturn[1] string what it wrote
-- @treturn[1] int its exit status; 128 and the signal when one ended it
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: "local"
function process.run(argv)
  local started, message, kind = process.start(argv)
  if not started then
    return nil, message, kind
  end
  local child <close> = started
  return child:wait()
end

return process
