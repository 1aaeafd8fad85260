--- The file of a log. When it has grown to its size it becomes FILE.1, that one FILE.2,
-- and so on; the oldest goes. Each line is one write to the end of the file, so nothing
-- is lost with the program, and lines of two programs do not mix.
-- @module moonwire.log.file
local uv = require "luv"

local PRIVATE = 384 -- 0600

local File = { __name = "moonwire.LogFile" }
File.__index = File

local function open(path)
  local link = uv.fs_lstat(path)
  if link and link.type ~= "file" then
    return nil, path .. ": is no plain file"
  end
  local descriptor, message = uv.fs_open(path, "a", PRIVATE)
  if not descriptor then
    return nil, message
  end
  return descriptor, uv.fs_fstat(descriptor).size
end

-- Not so when another program that writes to it has put it aside meanwhile.
local function is_in_place(self)
  local ours, there = uv.fs_fstat(self.descriptor), uv.fs_lstat(self.path)
  return ours and there and ours.ino == there.ino and ours.dev == there.dev
end

local function rotate(self)
  local is_ours = is_in_place(self)
  uv.fs_close(self.descriptor)
  self.descriptor = nil
  if is_ours then
    for number = self.count - 1, 1, -1 do
      uv.fs_rename(("%s.%d"):format(self.path, number),
        ("%s.%d"):format(self.path, number + 1)) -- there may be none yet
    end
    if self.count > 0 then
      uv.fs_rename(self.path, self.path .. ".1")
    else
      uv.fs_unlink(self.path)
    end
  end
  local descriptor, length = open(self.path)
  self.descriptor = descriptor
  self.length = descriptor and length or 0
  return descriptor, length
end

--- Write a line.
-- @string line
-- @treturn[1] boolean true
-- @return[2] nil
-- @treturn[2] string message
function File:write(line)
  if not self.descriptor then
    return nil, "it is closed"
  elseif self.length > 0 and self.length + #line > self.size then
    local ok, message = rotate(self)
    if not ok then
      return nil, message
    end
  end
  local count, message = uv.fs_write(self.descriptor, line, -1)
  self.length = self.length + (count or 0)
  return count == #line or nil, message or "no room"
end

--- Close it. Harmless when repeated.
function File:close()
  if self.descriptor then
    uv.fs_close(self.descriptor)
    self.descriptor = nil
  end
end

local file = {}

--- Open a file, or go on with it; only its owner may read it.
-- @string path
-- @int size bytes that it may have
-- @int count how many older ones are kept
-- @treturn[1] LogFile
-- @return[2] nil
-- @treturn[2] string message
function file.open(path, size, count)
  local descriptor, length = open(path)
  if not descriptor then
    return nil, length
  end
  return setmetatable({
    path = path, size = size, count = count, descriptor = descriptor, length = length,
  }, File)
end

return file
