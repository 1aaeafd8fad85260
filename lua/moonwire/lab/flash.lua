--- The file system of a simulated device, as its commands, SFTP and SCP see it. There
-- are no folders: what stands before the last slash is a part of the name.
-- @module moonwire.lab.flash
local content = require "moonwire.lab.content"
local digests = require "host.digest"
local platforms = require "moonwire.platform"
local task = require "moonwire.task"

local flash = {}

local SLICE = 256 * 1024 -- bytes that are digested in one turn
local CUT = 64 * 1024 -- bytes before the fault "cut" strikes

--- The name of a file, however the path to it is written: "flash:/x", "flash0:x", "/x"
-- and where transfers find the file system elsewhere, that path too.
-- @tparam Device device
-- @string path
-- @treturn string "" for the file system itself
function flash.plain(device, path)
  local files = platforms.get(device:setting "platform").files
  local mount = files and files.mount
  if mount and path:sub(1, #mount[2]) == mount[2] then
    path = path:sub(#mount[2] + 1)
  end
  return (path:gsub("^[%w_%-]+:", ""):gsub("^[./]*/", ""):gsub("^%.$", ""))
end

--- All names.
-- @tparam Device device
-- @treturn {string,...} sorted
function flash.names(device)
  local names = {}
  for name in pairs(device:files()) do
    names[#names + 1] = name
  end
  table.sort(names)
  return names
end

--- How long a file is.
-- @tparam Device device
-- @string name
-- @treturn int|nil nil: there is none
function flash.size(device, name)
  local value = device:files()[name]
  return value and content.size(value)
end

--- A part of a file.
-- @tparam Device device
-- @string name
-- @int offset
-- @int count
-- @treturn string
function flash.read(device, name, offset, count)
  return content.read(device:files()[name], name, offset, count)
end

--- How much fits, of how much.
-- @tparam Device device
-- @treturn int free bytes
-- @treturn int all bytes
function flash.free(device)
  local size, used = device:setting "flash_size", 0
  for _, value in pairs(device:files()) do
    used = used + content.size(value)
  end
  if device:fault "flash_full" then
    return 0, size
  end
  return math.max(0, size - used), size
end

local Writer = { __name = "moonwire.lab.Writer" }
Writer.__index = Writer

-- A file that is changed in place begins with what it holds.
local function copy(device, name, target)
  local size = flash.size(device, name)
  for offset = 0, size - 1, SLICE do
    target:write(offset, flash.read(device, name, offset, SLICE))
  end
end

--- Begin to write a file. It is there from now on, as long as it has become so far.
-- @tparam Device device
-- @string name
-- @bool keeps_old whether what it holds stays
-- @treturn Writer
function flash.writer(device, name, keeps_old)
  local now = content.new()
  if keeps_old and device:files()[name] then
    copy(device, name, now)
  end
  device:put_file(name, now)
  return setmetatable({ device = device, name = name, content = now }, Writer)
end

--- Write.
-- @int offset
-- @string bytes
-- @treturn boolean false when the file system is full
function Writer:write(offset, bytes)
  local growth = offset + #bytes - self.content.length
  if growth > 0 and growth > flash.free(self.device) then
    return false
  end
  if self.device:fault "flash_corrupt" and offset == 0 and bytes ~= "" then
    bytes = string.char(bytes:byte() ~ 1) .. bytes:sub(2)
  end
  self.content:write(offset, bytes)
  return true
end

--- It is whole.
function Writer:close()
  if self.device:files()[self.name] == self.content then
    self.device:put_file(self.name, self.content:finish())
  end
end

--- Give a file another name; what had that name is gone.
-- @tparam Device device
-- @string old
-- @string new
function flash.rename(device, old, new)
  local value = device:files()[old]
  device:put_file(old, nil)
  device:put_file(new, value)
end

--- A file's checksum. Waits: a long file is digested in slices.
-- @tparam Device device
-- @string name
-- @string algorithm as for `host.digest`
-- @treturn string
function flash.checksum(device, name, algorithm)
  local digest = digests.new(algorithm)
  local offset = 0
  repeat
    local part = flash.read(device, name, offset, SLICE)
    digest:update(part)
    offset = offset + #part
    task.sleep(0)
  until #part < SLICE or not device:files()[name]
  return digest:hex()
end

--- Whether the connection is to be cut now, by the fault "cut" or because a spec has
-- set `device.cut_at`.
-- @tparam Device device
-- @int moved bytes of a file so far
-- @treturn boolean
function flash.is_cut(device, moved)
  local at = device.cut_at or device:fault "transfer_cut" and CUT
  return at ~= nil and at ~= false and moved >= at
end

return flash
