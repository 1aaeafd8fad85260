--- Plain values over a raw shell, each behind its length. What cannot be one is an
-- error of the other side, and its end.
-- @module moonwire.transport.frame
local task = require "host.task"
local wire = require "host.wire"

local frame = {}

local MOST = 1 << 20 -- bytes of one value
local HEAD = 4

local Frames = { __name = "moonwire.Frames" }
Frames.__index = Frames

--- Talk over a shell, which is made raw.
-- @tparam shell shell
-- @treturn Frames
function frame.over(shell)
  shell:raw(true)
  return setmetatable({ shell = shell, rest = "" }, Frames)
end

--- Send a value.
-- @param value plain
-- @treturn[1] boolean true
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: dropped, closed
function Frames:send(value)
  local bytes, message, kind = wire.pack(value, MOST)
  if not bytes then
    return nil, message, kind
  end
  return self.shell:write(string.pack(">s4", bytes))
end

-- At least so many bytes in the rest.
local function fill(self, least, deadline)
  while #self.rest < least do
    local left = math.max(0, deadline - task.now())
    local bytes, message, kind = self.shell:take(left)
    if not bytes then
      return nil, message, kind
    end
    self.rest = self.rest .. bytes
  end
  return true
end

--- Wait for a value.
-- @number[opt] timeout seconds; never ending when left out
-- @return[1] the value
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: timeout, dropped, closed, protocol
function Frames:receive(timeout)
  local deadline = timeout and task.now() + timeout or math.huge
  local ok, message, kind = fill(self, HEAD, deadline)
  local length = ok and string.unpack(">I4", self.rest)
  if ok and length > MOST then
    return nil, "a message is too long", "protocol"
  elseif ok then
    ok, message, kind = fill(self, HEAD + length, deadline)
  end
  if not ok then
    return nil, message, kind
  end
  local bytes = self.rest:sub(HEAD + 1, HEAD + length)
  self.rest = self.rest:sub(HEAD + length + 1)
  return wire.unpack(bytes)
end

--- The bytes behind the last value: they are of something else from here on.
-- @treturn string
function Frames:leftover()
  local rest = self.rest
  self.rest = ""
  return rest
end

--- Close the shell.
function Frames:close()
  self.shell:close()
end
Frames.__close = Frames.close

return frame
