--- A client of SFTP version 3 over a channel of a connection. Requests are sent ahead
-- of their answers, as many as fit into a bounded window, so that a file of any size
-- needs the same memory and distance costs little.
-- @module moonwire.transfer.sftp
local codec = require "moonwire.codec.sftp"
local get = require "moonwire.transfer.sftp.get"
local put = require "moonwire.transfer.sftp.put"
local request = require "moonwire.transfer.sftp.request"

local sftp = {}

local Sftp = { __name = "moonwire.transfer.Sftp" }
Sftp.__index = Sftp

local KIND = codec.kind
local ask, protocol = request.ask, request.protocol

--- Begin SFTP.
-- @param client a logged-in connection
-- @number timeout seconds without a byte, from now on
-- @treturn[1] Sftp to be closed
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: channel (the device has no SFTP), timeout, dropped, protocol
function sftp.open(client, timeout)
  local pipe, message, kind = client:pipe { subsystem = "sftp", timeout = timeout }
  if not pipe then
    return nil, message, kind
  end
  local self = setmetatable({
    pipe = pipe, timeout = timeout, pending = {}, replies = {}, last_id = 0,
  }, Sftp)
  self.take = function(count)
    return pipe:read(count, count, timeout)
  end
  local ok
  ok, message, kind = self:_greet()
  if not ok then
    pipe:close()
    -- the body was granted, and there was no server behind it
    return nil, message, kind == "dropped" and client:is_open() and "channel" or kind
  end
  return self
end

function Sftp:_greet()
  local hello = codec.packet(KIND.init, string.pack(">I4", codec.VERSION))
  local ok, message, kind = self.pipe:write(hello, nil, self.timeout)
  if not ok then
    return nil, message, kind
  end
  local packet, body, problem = codec.read(self.take)
  if not packet then
    return nil, body, problem
  end
  local version, position = codec.unpack(">I4", body)
  if packet ~= KIND.version or not version or version < codec.VERSION then
    return protocol "it does not say its version"
  end
  self.extensions = codec.unpack_pairs(body, position)
  if not self.extensions then
    return protocol "its version packet is malformed"
  end
  return true
end

--- End it.
function Sftp:close()
  self.pipe:close()
end
Sftp.__close = Sftp.close

--- What is known of a file.
-- @string path
-- @treturn[1] table `size`, `mode`, as far as the device tells
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: no_file, permission, failed, timeout, dropped, protocol
function Sftp:stat(path)
  local body, message, kind =
    ask(self, KIND.stat, string.pack(">s4", path), KIND.attrs)
  if not body then
    return nil, message, kind
  end
  local attributes = codec.unpack_attributes(body, 5)
  if not attributes then
    return protocol "malformed attributes"
  end
  return attributes
end

--- Open a file.
-- @string path
-- @int flags of `moonwire.codec.sftp`
-- @int[opt] mode permission bits of a new file
-- @treturn[1] string its handle, as requests have it
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind
function Sftp:open(path, flags, mode)
  local attributes = codec.pack_attributes(mode and { mode = mode })
  local sent = string.pack(">s4I4", path, flags) .. attributes
  local body, message, kind = ask(self, KIND.open, sent, KIND.handle)
  if not body then
    return nil, message, kind
  end
  local handle = codec.unpack(">s4", body, 5)
  if not handle or #handle > 256 then
    return protocol "a malformed handle"
  end
  return string.pack(">s4", handle)
end

--- Take a file away.
-- @string path
-- @treturn[1] boolean true
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind
function Sftp:remove(path)
  return ask(self, KIND.remove, string.pack(">s4", path))
end

--- Give a file another name.
-- @string old
-- @string new
-- @bool is_replacing whether one of that name may be there
-- @treturn[1] boolean true
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind
function Sftp:rename(old, new, is_replacing)
  local names = string.pack(">s4s4", old, new)
  if not is_replacing then
    return ask(self, KIND.rename, names)
  elseif self.extensions["posix-rename@openssh.com"] then
    local body = string.pack(">s4", "posix-rename@openssh.com") .. names
    return ask(self, KIND.extended, body)
  end
  local ok, message, kind = ask(self, KIND.rename, names)
  if ok or kind ~= "failed" then
    return ok, message, kind
  end
  ok, message, kind = self:remove(new)
  if not ok and kind ~= "no_file" then
    return nil, message, kind
  end
  return ask(self, KIND.rename, names)
end

--- How much fits where a file is to be.
-- @string path its folder, or a file there
-- @treturn int|nil bytes; nil when the device does not tell
function Sftp:free(path)
  if self.extensions["statvfs@openssh.com"] ~= "2" then
    return nil
  end
  local sent = string.pack(">s4s4", "statvfs@openssh.com", path)
  local body = ask(self, KIND.extended, sent, KIND.extended_reply)
  -- block size, fragment size, and blocks: all, free, free for us
  local format = ">xxxxxxxxi8xxxxxxxxxxxxxxxxi8"
  local fragment, available = codec.unpack(format, body or "", 5)
  if not available or fragment < 0 or available < 0 then
    return nil
  elseif fragment > 0 and available > math.maxinteger // fragment then
    return math.maxinteger
  end
  return fragment * available
end

--- Send a file; see `moonwire.transfer.sftp.put`.
Sftp.put = put.file

--- Fetch a file; see `moonwire.transfer.sftp.get`.
Sftp.get = get.file

return sftp
