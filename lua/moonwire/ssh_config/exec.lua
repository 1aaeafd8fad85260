--- Commands of `Match exec`: run by the user's shell as ssh does it, off the loop, and
-- each of them once.
-- @module moonwire.ssh_config.exec
local uv = require "luv"

local task = require "moonwire.task"

local exec = {}

local Runner = { __name = "moonwire.ssh_config.Runner" }
Runner.__index = Runner

local TIME = 30 -- seconds

local Process = { __name = "moonwire.ssh_config.Process" }
Process.__index = Process

-- given up, or cancelled: it must not outlive us
Process.__close = function(self)
  if not self.status then
    self.handle:kill "sigkill"
  end
end

local function start(command)
  local self = setmetatable({}, Process)
  local shell = os.getenv "SHELL" or "/bin/sh"
  local message
  self.handle, message = uv.spawn(shell, {
    args = { "-c", command },
    stdio = { nil, nil, 2 },
  }, function(status, signal)
    self.status = signal ~= 0 and 128 + signal or status
    self.signal = signal
    self.handle:close()
    if self.done then
      self.done()
    end
  end)
  if not self.handle then
    return nil, ("cannot run %s: %s"):format(shell, message), "local"
  end
  return self
end

local Place = {}
Place.__close = function(self)
  self.gate:release()
end

local function run(command)
  local started, message, kind = start(command)
  if not started then
    return nil, message, kind
  end
  local process <close> = started
  task.timeout(TIME, task.await, function(done)
    process.done = done
    if process.status then
      done()
    end
  end)
  if not process.status then
    return nil, ("%q did not end within %d s"):format(command, TIME), "timeout"
  elseif process.signal ~= 0 then
    return nil, ("%q was killed by signal %d"):format(command, process.signal), "local"
  end
  return process.status == 0
end

--- Something to run the commands of a configuration with.
-- @treturn Runner
function exec.new()
  return setmetatable({ known = {}, gate = task.semaphore(1) }, Runner)
end

--- Whether a command succeeds. It runs when it is asked for for the first time; who
-- asks meanwhile waits.
-- @string command
-- @treturn[1] boolean
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: "local", "timeout"
function Runner:run(command)
  if not self.known[command] then
    self.gate:acquire()
    -- luacheck: ignore 211
    local place <close> = setmetatable({ gate = self.gate }, Place)
    self.known[command] = self.known[command] or table.pack(run(command))
  end
  return table.unpack(self.known[command], 1, self.known[command].n)
end

return exec
