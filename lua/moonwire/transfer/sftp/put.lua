--- Sending a file by SFTP: blocks go out ahead of their confirmations, under a name of
-- the file's own until it is whole.
-- @module moonwire.transfer.sftp.put
local codec = require "moonwire.codec.sftp"
local request = require "moonwire.transfer.sftp.request"
local window = require "moonwire.transfer.sftp.window"

local put = {}

local KIND, FLAG, BLOCK = codec.kind, codec.flag, codec.BLOCK
local AHEAD = 8 -- blocks that are read from the disk at once

-- Blocks of a source, read from the disk several at once. "" at its end.
local function reader_of(source)
  local offset, slab, taken = 0, "", 0
  return function()
    if taken >= #slab then
      local message, kind
      slab, message, kind = source:read(offset, BLOCK * AHEAD)
      if not slab then
        return nil, message, kind
      end
      offset, taken = offset + #slab, 0
    end
    local block = slab:sub(taken + 1, taken + BLOCK)
    taken = taken + #block
    return block
  end
end

-- Await confirmations until no more than some are missing.
local function settle(self, sent, most, spec)
  while sent:count() > most do
    local oldest = sent:take()
    local ok, message, kind = request.expect_ok(self, oldest.id)
    if not ok then
      return nil, message, kind
    end
    spec.moved(oldest.length)
  end
  return true
end

local function send_block(self, handle, sent, offset, block)
  local body = handle .. string.pack(">I8I4", offset, #block)
  local id, message, kind = request.send(self, KIND.write, body, block)
  if not id then
    return nil, message, kind
  end
  sent:add { id = id, length = #block }
  return true
end

local function write_all(self, handle, spec)
  local next_block, sent, offset = reader_of(spec.source), window.new(), 0
  local block, message, kind = next_block()
  while block and block ~= "" do
    spec.digest:update(block)
    local ok
    ok, message, kind = send_block(self, handle, sent, offset, block)
    if ok then
      ok, message, kind = settle(self, sent, window.MOST - 1, spec)
    end
    if not ok then
      return nil, message, kind
    end
    offset = offset + #block
    block, message, kind = next_block()
  end
  if not block then
    return nil, message, kind
  end
  local ok
  ok, message, kind = settle(self, sent, 0, spec)
  return ok and offset, message, kind
end

-- What a device keeps back it often says when the file is closed.
local function write_file(self, path, handle, spec)
  local bytes, message, kind = write_all(self, handle, spec)
  local ok = bytes
  if ok then
    ok, message, kind = request.ask(self, KIND.close, handle)
  end
  if ok and spec.check then
    ok, message, kind = spec.check(path)
  end
  if ok and path ~= spec.path then
    ok, message, kind = self:rename(path, spec.path, spec.is_replacing)
  end
  return ok and bytes, message, kind
end

local IS_OVER = { dropped = true, timeout = true, protocol = true, closed = true }

-- Take away what was begun; false when nobody can any more.
local function forget(self, path, kind)
  if IS_OVER[kind] then
    return false
  end
  local ok, _, problem = self:remove(path)
  return ok or problem == "no_file"
end

--- Send a file: under a name of its own, and renamed when it is whole.
-- @tparam Sftp self
-- @tparam table spec `source` (File), `path`, `temporary` (the name until then; nil:
-- none), `is_replacing`, `mode`, `digest`, `moved(bytes)` called when so many more have
-- been confirmed, `check(path)` called when it is whole and before it is renamed: gives
-- true, or nil, message and kind
-- @treturn[1] int bytes
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind
-- @treturn[2] string|nil the name of a part of the file that is left on the device
function put.file(self, spec)
  local path = spec.temporary or spec.path
  local is_new = spec.temporary or not spec.is_replacing
  local flags = FLAG.write | FLAG.create | (is_new and FLAG.exclusive or FLAG.truncate)
  local handle, message, kind = self:open(path, flags, spec.mode)
  if not handle then
    return nil, message, kind
  end
  local bytes
  bytes, message, kind = write_file(self, path, handle, spec)
  if bytes then
    return bytes
  end
  return nil, message, kind, not forget(self, path, kind) and path or nil
end

return put
