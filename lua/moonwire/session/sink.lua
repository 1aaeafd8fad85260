--- A file that grows as a device talks, and has its name when it is whole. The disk is
-- written to off the loop, in large pieces.
-- @module moonwire.session.sink
local host = require "host.task"
local task = require "moonwire.task"
local uv = require "luv"

local sink = {}

local Sink = { __name = "moonwire.Sink" }
Sink.__index = Sink

local PRIVATE = 384 -- 0600: what devices say may hold secrets
local PIECE = 131072 -- bytes that are gathered before they are written

local function call(name, ...)
  local arguments = table.pack(...)
  local err, value = task.await(function(done)
    arguments[arguments.n + 1] = done
    uv["fs_" .. name](table.unpack(arguments, 1, arguments.n + 1))
  end)
  if err then
    return nil, err
  end
  return value == nil or value
end

--- Begin a file; an old partial one of that name is replaced.
-- @string path
-- @treturn[1] Sink with `bytes`, and `message` once a write has failed
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: "local"
function sink.open(path)
  local partial = path .. ".partial"
  call("unlink", partial) -- a link planted there is not followed
  local descriptor, message = call("open", partial, "wx", PRIVATE)
  if not descriptor then
    return nil, ("cannot write %s: %s"):format(path, message), "local"
  end
  return setmetatable({
    path = path, partial = partial, descriptor = descriptor,
    pieces = {}, waiting = 0, bytes = 0,
  }, Sink)
end

local function write_out(self)
  local rest, waiting = self.pieces, self.waiting
  self.pieces, self.waiting = {}, 0
  while waiting > 0 do
    local count, message = call("write", self.descriptor, rest, -1)
    if not count then
      self.message = ("cannot write %s: %s"):format(self.path, message)
      return false
    end
    waiting = waiting - count
    if waiting > 0 then -- the disk took a part
      rest = type(rest) == "table" and table.concat(rest) or rest
      rest = rest:sub(count + 1)
    end
  end
  return true
end

--- Take a piece.
-- @string text
-- @treturn boolean false: the disk takes no more; see `message`
function Sink:write(text)
  self.pieces[#self.pieces + 1] = text
  self.waiting = self.waiting + #text
  self.bytes = self.bytes + #text
  return self.waiting < PIECE or write_out(self)
end

--- All is there: on the disk, and then under its name.
-- @treturn[1] boolean true
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: "local"
function Sink:finish()
  local message = self.message
  local ok = not message and write_out(self)
  message = self.message
  if ok then
    ok, message = call("fsync", self.descriptor)
  end
  local closed, close_message = self:_close()
  if ok and closed then
    ok, message = call("rename", self.partial, self.path)
  elseif ok then
    ok, message = nil, close_message
  end
  if ok then
    return true
  end
  message = self.message or ("cannot write %s: %s"):format(self.path, message)
  return nil, message, "local"
end

function Sink:_close()
  local descriptor = self.descriptor
  self.descriptor = nil
  if not descriptor then
    return true
  end
  return call("close", descriptor)
end

-- What was not finished stays beside, with all that came.
function Sink:__close()
  if not self.descriptor then
    return
  end
  host.shield(true) -- also when the task is cancelled
  if not self.message then
    write_out(self)
  end
  self:_close()
  host.shield(false)
end

return sink
