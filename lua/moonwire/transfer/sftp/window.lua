--- Requests that were sent and not yet answered, in order.
-- @module moonwire.transfer.sftp.window
local window = {}

local Window = { __name = "moonwire.transfer.Window" }
Window.__index = Window

--- How many requests are on their way at most: with blocks of 32 KiB they fill a line
-- of 2 MiB, which is 20 MB/s over 100 ms.
window.MOST = 64

--- An empty one.
-- @treturn Window
function window.new()
  return setmetatable({ first = 1, last = 0 }, Window)
end

--- Add a request.
-- @tparam table sent
function Window:add(sent)
  self.last = self.last + 1
  self[self.last] = sent
end

--- Take the oldest out.
-- @treturn table
function Window:take()
  local sent = self[self.first]
  self[self.first] = nil
  self.first = self.first + 1
  return sent
end

--- How many there are.
-- @treturn int
function Window:count()
  return self.last - self.first + 1
end

return window
