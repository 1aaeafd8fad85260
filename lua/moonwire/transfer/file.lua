--- Files of this machine, read and written off the loop. A file that is written has a
-- name of its own until it is whole, so that nobody ever sees half of it.
-- @module moonwire.transfer.file
local task = require "moonwire.task"
local uv = require "luv"

local file = {}

local File = { __name = "moonwire.transfer.File" }
File.__index = File

local PRIVATE = 384 -- rw-------
local NAME_BYTES = 6
local SLAB = 256 * 1024 -- bytes that are written at once

local KINDS = { ENOENT = "no_file", EACCES = "permission", EPERM = "permission",
  ENOSPC = "space", EDQUOT = "space", EEXIST = "exists" }

local function fail(message)
  return nil, message, KINDS[message:match "^(%u+)"] or "local"
end

-- One call of libuv's worker threads. While it runs the descriptor stays open, also
-- when the task that waits is cancelled: its number may be another file's at once.
local function call(self, operation, ...)
  local arguments = table.pack(...)
  self.is_busy = true
  local message, value = task.await(function(done)
    arguments[arguments.n + 1] = function(err, result)
      self.is_busy = false
      if self.is_abandoned then
        self:close()
      end
      done(err, result)
    end
    operation(table.unpack(arguments, 1, arguments.n + 1))
  end)
  if message then
    return fail(message)
  end
  return value
end

--- Open a file to read it.
-- @string path
-- @treturn[1] File `size` (bytes), `mode` (permission bits)
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: no_file, permission, local (it is no file)
function file.open(path)
  local fd, message = uv.fs_open(path, "r", 0)
  if not fd then
    return fail(message)
  end
  local self = setmetatable({ fd = fd, path = path }, File)
  local found = uv.fs_fstat(fd)
  if found.type ~= "file" then
    self:close()
    return nil, path .. " is no file", "local"
  end
  self.size, self.mode = found.size, found.mode & 511
  return self
end

--- Read a part.
-- @int offset from 0
-- @int count bytes
-- @treturn[1] string fewer bytes only at the end of the file
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: local
function File:read(offset, count)
  local parts, length = {}, 0
  while length < count do
    local part, message, kind =
      call(self, uv.fs_read, self.fd, count - length, offset + length)
    if not part then
      return nil, message, kind
    elseif part == "" then
      break
    end
    parts[#parts + 1], length = part, length + #part
  end
  return #parts == 1 and parts[1] or table.concat(parts)
end

local function folder_of(path)
  return path:match "^(.*/)[^/]*$" or "./"
end

local function temporary_name(path)
  local random = uv.random(NAME_BYTES):gsub(".", function(byte)
    return ("%02x"):format(byte:byte())
  end)
  return ("%s.%s.%s"):format(folder_of(path), path:match "[^/]*$", random)
end

--- Begin a new file.
-- @string path what it will be called when it is whole
-- @bool is_replacing whether one of that name may be there
-- @treturn[1] File closed without `keep` it is gone
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: exists, permission, no_file (no such folder), space, local
function file.create(path, is_replacing)
  local there = uv.fs_lstat(path)
  if there and there.type == "directory" then
    return nil, path .. " is a folder", "local"
  elseif there and not is_replacing then
    return nil, path .. " is there already", "exists"
  end
  local temporary = temporary_name(path)
  local fd, message = uv.fs_open(temporary, "wx", PRIVATE)
  if not fd then
    return fail(message)
  end
  return setmetatable({
    fd = fd, path = path, temporary = temporary, is_replacing = is_replacing,
    size = 0, parts = {}, held = 0,
  }, File)
end

local function flush(self)
  local rest, left = self.parts, self.held
  self.parts, self.held = {}, 0
  while left > 0 do
    local count, message, kind = call(self, uv.fs_write, self.fd, rest, self.size)
    if not count then
      return nil, message, kind
    end
    self.size, left = self.size + count, left - count
    if left > 0 then -- the disk took a part
      rest = type(rest) == "table" and table.concat(rest) or rest
      rest = rest:sub(count + 1)
    end
  end
  return true
end

--- Write what is held, so that all is in the file that came so far.
-- @treturn[1] boolean true
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: space, local
function File:flush()
  return flush(self)
end

--- Write at the end. Each visit to the disk costs a thread: it is for many bytes.
-- @string bytes
-- @treturn[1] boolean true
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: space, local
function File:write(bytes)
  self.parts[#self.parts + 1] = bytes
  self.held = self.held + #bytes
  if self.held < SLAB then
    return true
  end
  return flush(self)
end

-- A link does not replace what came there meanwhile; not every file system has links.
local function put_in_place(self)
  if not self.is_replacing then
    local ok, message = uv.fs_link(self.temporary, self.path)
    if ok or message:find "^EEXIST" then
      return ok, message
    end
  end
  return uv.fs_rename(self.temporary, self.path)
end

--- The file is whole: give it its name.
-- @int mode permission bits
-- @treturn[1] boolean true
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: exists, space, local
function File:keep(mode)
  local ok, message, kind = flush(self)
  if ok then
    ok, message, kind = call(self, uv.fs_fsync, self.fd)
  end
  if ok == nil then
    return nil, message, kind
  end
  uv.fs_fchmod(self.fd, mode & 511)
  ok, message = put_in_place(self)
  self.aside = nil
  self:close()
  if not ok then
    return fail(message)
  end
  return true
end

--- When it is not kept, what is in it shall lie under another name.
-- @string path one of that name is replaced
function File:set_aside(path)
  self.aside = path
end

--- Let go of it. One that was neither kept nor set aside is removed.
function File:close()
  if self.temporary and self.aside then
    uv.fs_rename(self.temporary, self.aside)
  elseif self.temporary then
    uv.fs_unlink(self.temporary)
  end
  self.temporary = nil
  self.is_abandoned = true
  if self.fd and not self.is_busy then
    uv.fs_close(self.fd)
    self.fd = nil
  end
end
File.__close = File.close

--- How much fits beside a file.
-- @string path
-- @treturn int|nil bytes
function file.free_beside(path)
  local found = uv.fs_statfs(folder_of(path))
  return found and math.tointeger(found.bavail * found.bsize)
end

return file
