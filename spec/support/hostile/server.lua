--- The hostile servers as a program: a line of JSON with the port of each, then they
-- serve until our standard input ends.
local json = require "dkjson"
local raw = require "spec.support.hostile.raw"
local task = require "moonwire.task"
local uv = require "luv"

local Peer = {}
Peer.__index = Peer

--- Write, and wait until the kernel has it. False: the client has gone.
function Peer:write(bytes)
  if self.is_gone or #bytes == 0 then
    return not self.is_gone
  end
  return task.await(function(done)
    self.socket:write(bytes, function(err)
      done(err == nil and not self.is_gone)
    end)
  end)
end

--- The end of what we say.
function Peer:finish()
  self.socket:shutdown()
end

--- The end of everything, and the kernel tells it as an error.
function Peer:reset()
  if not self.is_gone then
    self.is_gone = true
    self.socket:close_reset()
  end
end

local function leave(self)
  if not self.is_gone then
    self.is_gone = true
    self.socket:close()
  end
end

local function serve(group, listener, case)
  local socket = uv.new_tcp()
  if not listener:accept(socket) then
    return socket:close()
  end
  local peer = setmetatable({ socket = socket }, Peer)
  socket:nodelay(true)
  socket:read_start(function(err, bytes)
    if err or not bytes then
      leave(peer)
    end
  end)
  group:spawn(case.serve, peer)
end

local function listen(group, case)
  local listener = uv.new_tcp()
  assert(listener:bind("127.0.0.1", 0))
  assert(listener:listen(64, function()
    serve(group, listener, case)
  end))
  return listener:getsockname().port
end

uv.os_setpriority(uv.os_getpid(), 19) -- a device's own work is not the client's
task.group(function(group)
  local ports = {}
  for _, case in ipairs(raw) do
    ports[case.name] = listen(group, case)
  end
  io.stdout:write(json.encode(ports), "\n")
  io.stdout:flush()
  local input = uv.new_pipe()
  input:open(0)
  task.await(function(done)
    input:read_start(function(_, bytes)
      if not bytes then
        done()
      end
    end)
  end)
  os.exit(0)
end)
