--- Ports of this machine, for servers that cannot choose one themselves.
local task = require "moonwire.task"
local uv = require "luv"

local loopback = {}

--- A port on which nobody listens now.
function loopback.free_port()
  local socket = uv.new_tcp()
  socket:bind("127.0.0.1", 0)
  local port = socket:getsockname().port
  socket:close()
  return port
end

--- Whether somebody listens on a port.
function loopback.answers(port)
  return task.await(function(done)
    local socket = uv.new_tcp()
    socket:connect("127.0.0.1", port, function(err)
      socket:close()
      done(err == nil)
    end)
  end)
end

return loopback
