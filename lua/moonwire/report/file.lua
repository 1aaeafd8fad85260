--- Files that are written whole or not at all.
-- A reader finds the old file or the new one, never a half: the bytes go to a temporary
-- file in the same folder, onto the disk, and only then under the name. Nothing here
-- blocks the loop.
-- @module moonwire.report.file
local host = require "host.task"
local safe_name = require "moonwire.safe_name"
local uv = require "luv"

local task = require "moonwire.task"

local file = {}

local PRIVATE = 384 -- 0600: what devices say may hold secrets
local FOLDER = 493 -- 0755

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

local function write_all(descriptor, bytes)
  local offset = 0
  repeat
    local rest = offset == 0 and bytes or bytes:sub(offset + 1)
    local count, message = call("write", descriptor, rest, offset)
    if not count then
      return nil, message
    end
    offset = offset + count
  until offset >= #bytes
  return true
end

local function fill(descriptor, bytes)
  local ok, message = write_all(descriptor, bytes)
  if ok then
    ok, message = call("fsync", descriptor)
  end
  local closed, close_message = call("close", descriptor)
  if ok and not closed then
    return nil, close_message
  end
  return ok, message
end

local function replace(path, temporary, bytes)
  local descriptor, message = call("open", temporary, "wx", PRIVATE)
  if not descriptor then
    return nil, message
  end
  local ok
  ok, message = fill(descriptor, bytes)
  if ok then
    ok, message = call("rename", temporary, path)
  end
  if not ok then
    call("unlink", temporary)
    return nil, message
  end
  return true
end

local function sync(folder)
  local descriptor, message = call("open", folder, "r", 0)
  if not descriptor then
    return nil, message
  end
  local ok, sync_message = call("fsync", descriptor)
  call("close", descriptor) -- nothing was written to it that could be lost
  return ok, sync_message
end

local Shield = {
  __close = function()
    host.shield(false)
  end,
}

local function shield()
  host.shield(true)
  return setmetatable({}, Shield)
end

--- The folder that a path lies in.
-- @string path
-- @treturn string
function file.folder_of(path)
  return path:match "^(.*[^/])/+[^/]+/*$" or (path:find "^/" and "/" or ".")
end

--- Make a folder, and those above it.
-- @string path
-- @treturn[1] boolean true, also when it is there already
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: "local"
function file.make_folder(path)
  local status = call("stat", path)
  if status and status.type == "directory" then
    return true
  end
  local above = file.folder_of(path)
  if above ~= path and above ~= "." then
    local ok, message, kind = file.make_folder(above)
    if not ok then
      return nil, message, kind
    end
  end
  local ok, message = call("mkdir", path, FOLDER)
  status = not ok and call("stat", path) -- somebody else may have been faster
  if ok or status and status.type == "directory" then
    return true
  end
  return nil, ("cannot make folder %s: %s"):format(path, message), "local"
end

--- Write a file into a folder that is there, replacing the old one in one step. Its
-- bytes are on the disk before it has its name; that it has it, when the folder has
-- been synced, too, once for any number of files. Only the owner may read it. A cancel
-- waits until the file is whole.
-- @string path a symbolic link is replaced, not followed
-- @string bytes
-- @treturn[1] boolean true
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: "local"
function file.replace(path, bytes)
  local shielded <close> = shield() -- luacheck: ignore 211
  local suffix = ("%d.%08x"):format(uv.os_getpid(), math.random(0, 0xffffffff))
  local folder, name = file.folder_of(path), path:match "([^/]+)/*$"
  local ok, message = replace(path, ("%s/.%s.%s"):format(folder, name, suffix), bytes)
  if not ok then
    return nil, ("cannot write %s: %s"):format(path, message), "local"
  end
  return true
end

--- Bring the names of a folder onto the disk.
-- @string folder
-- @treturn[1] boolean true
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: "local"
function file.sync_folder(folder)
  local shielded <close> = shield() -- luacheck: ignore 211
  local ok, message = sync(folder)
  if not ok then
    return nil, ("cannot write %s: %s"):format(folder, message), "local"
  end
  return true
end

--- Write a file, replacing the old one in one step, and onto the disk. Folders that are
-- missing are made; only the owner may read the file. A cancel waits until the file is
-- whole.
-- @string path a symbolic link is replaced, not followed
-- @string bytes
-- @treturn[1] boolean true
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: "local"
function file.write(path, bytes)
  local shielded <close> = shield() -- luacheck: ignore 211
  local folder = file.folder_of(path)
  local ok, message, kind = file.make_folder(folder)
  if ok then
    ok, message, kind = file.replace(path, bytes)
  end
  if not ok then
    return nil, message, kind
  end
  return file.sync_folder(folder)
end

--- See `moonwire.safe_name`.
-- @function file.safe_name
file.safe_name = safe_name

return file
