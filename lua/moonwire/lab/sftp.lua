--- The SFTP server of a simulated device, version 3, over its file system.
-- @module moonwire.lab.sftp
local codec = require "moonwire.codec.sftp"
local flash = require "moonwire.lab.flash"

local sftp = {}

local KIND, STATUS, FLAG = codec.kind, codec.status, codec.flag
local MOST_HANDLES = 32
local BLOCK_SIZE = 512 -- of statvfs
local FILE_MODE, FOLDER_MODE = 33188, 16877 -- -rw-r--r--, drwxr-xr-x

local EXTENSIONS = string.pack(">s4s4s4s4s4s4",
  "posix-rename@openssh.com", "1", "statvfs@openssh.com", "2", "fsync@openssh.com", "1")

local WORDS = {
  [STATUS.ok] = "Success",
  [STATUS.eof] = "End of file",
  [STATUS.no_file] = "No such file",
  [STATUS.permission] = "Permission denied",
  [STATUS.failed] = "Failure",
  [STATUS.bad_message] = "Bad message",
  [STATUS.unsupported] = "Operation unsupported",
}

local function status(code)
  return KIND.status, string.pack(">I4s4s4", code, WORDS[code], "")
end

local function attributes_of(device, name)
  if name == "" then
    return { size = 0, mode = FOLDER_MODE, mtime = 0 }
  end
  local size = flash.size(device, name)
  return size and { size = size, mode = FILE_MODE, mtime = 0 }
end

-- Each takes the server and what stands behind the number of a request, and gives the
-- type and the rest of the answer. Malformed ones raise, in `string.unpack`.
local answer = {}

local function path_in(self, body, position)
  local path, behind = string.unpack(">s4", body, position)
  return flash.plain(self.device, path), behind
end

answer[KIND.stat] = function(self, body)
  local found = attributes_of(self.device, (path_in(self, body)))
  if not found then
    return status(STATUS.no_file)
  end
  return KIND.attrs, codec.pack_attributes(found)
end
answer[KIND.lstat] = answer[KIND.stat]

local function handle_in(self, body)
  local id, position = string.unpack(">s4", body)
  return self.handles[id], position, id
end

answer[KIND.fstat] = function(self, body)
  local handle = handle_in(self, body)
  if not handle then
    return status(STATUS.failed)
  end
  local found = attributes_of(self.device, handle.name)
  return KIND.attrs, codec.pack_attributes(found)
end

local function accept()
  return status(STATUS.ok)
end
answer[KIND.setstat], answer[KIND.fsetstat] = accept, accept

local function add_handle(self, handle)
  if self.handle_count >= MOST_HANDLES then
    return status(STATUS.failed)
  end
  self.handle_count = self.handle_count + 1
  self.last_handle = self.last_handle + 1
  local id = string.pack(">I4", self.last_handle)
  self.handles[id] = handle
  return KIND.handle, string.pack(">s4", id)
end

local function refusal(self, name, flags)
  local is_there = flash.size(self.device, name) ~= nil
  if name == "" or is_there and flags & FLAG.exclusive ~= 0 then
    return STATUS.failed
  elseif not is_there and flags & FLAG.create == 0 then
    return STATUS.no_file
  elseif flags & FLAG.write ~= 0 and self.session.level < 15 then
    return STATUS.permission
  end
end

answer[KIND.open] = function(self, body)
  local name, position = path_in(self, body)
  local flags = string.unpack(">I4", body, position)
  local code = refusal(self, name, flags)
  if code then
    return status(code)
  end
  local handle = { name = name }
  if flags & FLAG.write ~= 0 then
    handle.writer = flash.writer(self.device, name, flags & FLAG.truncate == 0)
  end
  return add_handle(self, handle)
end

answer[KIND.close] = function(self, body)
  local handle, _, id = handle_in(self, body)
  if not handle then
    return status(STATUS.failed)
  end
  self.handles[id] = nil
  self.handle_count = self.handle_count - 1
  if handle.writer then
    handle.writer:close()
  end
  return status(STATUS.ok)
end

-- False when the connection has been cut.
local function move(self, bytes)
  self.moved = self.moved + bytes
  if flash.is_cut(self.device, self.moved) then
    self.session.tty:reset()
    self.is_over = true
  end
end

answer[KIND.read] = function(self, body)
  local handle, position = handle_in(self, body)
  local offset, count = string.unpack(">I8I4", body, position)
  if not handle or not flash.size(self.device, handle.name) then
    return status(STATUS.failed)
  end
  count = math.min(count, codec.BLOCK * 2)
  local size = flash.size(self.device, handle.name)
  if offset < 0 or offset >= size then
    return status(STATUS.eof)
  end
  local data = flash.read(self.device, handle.name, offset, count)
  move(self, #data)
  return KIND.data, string.pack(">s4", data)
end

answer[KIND.write] = function(self, body)
  local handle, position = handle_in(self, body)
  local offset, data = string.unpack(">I8s4", body, position)
  if not handle or not handle.writer or offset < 0 then
    return status(STATUS.failed)
  end
  move(self, #data)
  return status(handle.writer:write(offset, data) and STATUS.ok or STATUS.failed)
end

answer[KIND.remove] = function(self, body)
  local name = path_in(self, body)
  if not flash.size(self.device, name) then
    return status(STATUS.no_file)
  elseif self.session.level < 15 then
    return status(STATUS.permission)
  end
  self.device:put_file(name, nil)
  return status(STATUS.ok)
end

local function rename(self, body, position, is_replacing)
  local old, behind = path_in(self, body, position)
  local new = path_in(self, body, behind)
  if not flash.size(self.device, old) then
    return status(STATUS.no_file)
  elseif self.session.level < 15 then
    return status(STATUS.permission)
  elseif not is_replacing and flash.size(self.device, new) then
    return status(STATUS.failed)
  end
  flash.rename(self.device, old, new)
  return status(STATUS.ok)
end

answer[KIND.rename] = function(self, body)
  return rename(self, body, 1, false)
end

answer[KIND.realpath] = function(self, body)
  local name = "/" .. path_in(self, body)
  local nothing = codec.pack_attributes()
  return KIND.name, string.pack(">I4s4s4", 1, name, name) .. nothing
end

answer[KIND.opendir] = function(self, body)
  if path_in(self, body) ~= "" then
    return status(STATUS.no_file)
  end
  return add_handle(self, { name = "", left = flash.names(self.device) })
end

local function listed(self, name)
  local found = attributes_of(self.device, name)
  local line = ("-rw-r--r--    1 root     root %12d Jan  1  1970 %s"):format(
    found.size, name
  )
  return string.pack(">s4s4", name, line) .. codec.pack_attributes(found)
end

answer[KIND.readdir] = function(self, body)
  local handle = handle_in(self, body)
  if not handle or not handle.left then
    return status(STATUS.failed)
  elseif #handle.left == 0 then
    return status(STATUS.eof)
  end
  local entries = {}
  for _, name in ipairs(handle.left) do
    if #entries < 64 and flash.size(self.device, name) then
      entries[#entries + 1] = listed(self, name)
    end
  end
  handle.left = table.move(handle.left, #entries + 1, #handle.left, 1, {})
  return KIND.name, string.pack(">I4", #entries) .. table.concat(entries)
end

local function statvfs(self)
  local free, all = flash.free(self.device)
  local blocks = free // BLOCK_SIZE
  return KIND.extended_reply, string.pack(">I8I8I8I8I8I8I8I8I8I8I8",
    BLOCK_SIZE, BLOCK_SIZE, all // BLOCK_SIZE, blocks, blocks, 0, 0, 0, 0, 0, 255)
end

answer[KIND.extended] = function(self, body)
  local name, position = string.unpack(">s4", body)
  if name == "posix-rename@openssh.com" then
    return rename(self, body, position, true)
  elseif name == "statvfs@openssh.com" then
    return statvfs(self)
  elseif name == "fsync@openssh.com" then
    return status(STATUS.ok)
  end
  return status(STATUS.unsupported)
end

local function answer_one(self, kind, body)
  local fn = answer[kind]
  if not fn then
    return status(STATUS.unsupported)
  end
  local ok, reply, rest = pcall(fn, self, body:sub(5))
  if not ok then
    return status(STATUS.bad_message)
  end
  return reply, rest
end

--- Serve until the client has had enough.
-- @tparam Vty session
function sftp.serve(session)
  local tty = session.tty
  local self = {
    session = session, device = session.device, handles = {}, handle_count = 0,
    last_handle = 0, moved = 0,
  }
  local function take(count)
    if count <= 65536 then
      return tty:read_bytes(count)
    end
    return nil, "a packet that is too long", "protocol"
  end
  if codec.read(take) ~= KIND.init then
    return
  end
  local hello = string.pack(">I4", codec.VERSION) .. EXTENSIONS
  tty:write(codec.packet(KIND.version, hello))
  local kind, body = codec.read(take)
  while kind and #body >= 4 do
    local reply, rest = answer_one(self, kind, body)
    if self.is_over or not tty:write(codec.packet(reply, body:sub(1, 4) .. rest)) then
      return
    end
    kind, body = codec.read(take)
  end
end

return sftp
