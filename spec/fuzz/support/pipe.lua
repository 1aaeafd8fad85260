--- A body of a connection on which a device says given bytes, whatever it is asked.
local pipe = {}

local Pipe = {}
Pipe.__index = Pipe

function Pipe:read(least, most)
  local given = self.bytes:sub(self.at, self.at + (most or least) - 1)
  self.at = self.at + #given
  return given
end

function Pipe:write()
  return true
end

function Pipe.status()
  return 1, ""
end

function Pipe.finish() end

function Pipe:close()
  self.is_closed = true
end

--- A logged-in connection whose every channel says these bytes.
-- @string bytes
function pipe.client(bytes)
  local client = { pipes = {} }
  function client.pipe(self)
    local one = setmetatable({ bytes = bytes, at = 1 }, Pipe)
    table.insert(self.pipes, one)
    return one
  end
  function client.is_open()
    return true
  end
  return client
end

return pipe
