--- A real ssh-agent of a spec's own.
local task = require "moonwire.task"
local uv = require "luv"

local agents = {}

local UNREACHED = 2 -- exit status of ssh-add

local Agent = {}
Agent.__index = Agent

local function run(program, arguments, env)
  return task.await(function(done)
    local handle
    handle = assert(uv.spawn(program, { args = arguments, env = env }, function(code)
      handle:close()
      done(code)
    end))
  end)
end

--- Start one.
-- @treturn Agent `path` (of its socket), `pid`
function agents.start()
  local self = setmetatable({}, Agent)
  self.folder = assert(uv.fs_mkdtemp("/tmp/moonwire-agent-XXXXXX"))
  self.path = self.folder .. "/socket"
  self.handle, self.pid = assert(uv.spawn("ssh-agent", {
    args = { "-D", "-a", self.path },
  }, function()
    self.has_ended = true
    if self.waiter then
      self.waiter()
    end
  end))
  -- its socket is there before it listens
  while not uv.fs_stat(self.path) or self:_ask "-l" == UNREACHED do
    assert(not self.has_ended, "ssh-agent did not start")
    task.sleep(0.005)
  end
  return self
end

-- The exit status of ssh-add.
function Agent:_ask(...)
  local env = { "SSH_AUTH_SOCK=" .. self.path, "PATH=" .. os.getenv "PATH" }
  return run("ssh-add", { "-q", ... }, env)
end

--- Give it keys, and the certificates beside them.
function Agent:add(...)
  assert(self:_ask(...) == 0)
end

--- Take all keys away.
function Agent:empty()
  self:add "-D"
end

function Agent:signal(name)
  uv.kill(self.pid, name)
end

function Agent:stop()
  if not self.has_ended then
    uv.kill(self.pid, "sigkill")
    while not self.has_ended do
      task.await(function(done) self.waiter = done end)
    end
  end
  self.handle:close()
  os.remove(self.path)
  uv.fs_rmdir(self.folder)
end
Agent.__close = Agent.stop

return agents
