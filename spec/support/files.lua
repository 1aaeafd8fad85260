--- For specs: a folder of files of their own, with contents that differ everywhere.
local lfs = require "lfs"
local uv = require "luv"

local files = {}

--- Bytes without order, always the same.
-- @int size
-- @treturn string
function files.bytes(size)
  local parts = {}
  for i = 1, size // 8 + 1 do
    parts[i] = string.pack("<I8", i * 0x9E3779B97F4A7C15)
  end
  return table.concat(parts):sub(1, size)
end

--- Write a file.
-- @string path
-- @string bytes
function files.write(path, bytes)
  local file = assert(io.open(path, "wb"))
  file:write(bytes)
  file:close()
end

--- The bytes of a file.
-- @string path
-- @treturn string|nil
function files.read(path)
  local file = io.open(path, "rb")
  if not file then
    return nil
  end
  local bytes = file:read "a"
  file:close()
  return bytes
end

--- What is in a folder.
-- @string folder
-- @treturn {string,...} sorted names
function files.list(folder)
  local names = {}
  for name in lfs.dir(folder) do
    if name ~= "." and name ~= ".." then
      names[#names + 1] = name
    end
  end
  table.sort(names)
  return names
end

--- Call `fn(folder)`, and take the folder away.
function files.with_folder(fn)
  local folder = assert(uv.fs_mkdtemp "/tmp/moonwire-files-XXXXXX")
  local ok, message = xpcall(fn, debug.traceback, folder)
  for _, name in ipairs(files.list(folder)) do
    os.remove(folder .. "/" .. name)
  end
  lfs.rmdir(folder)
  if not ok then
    error(message, 0)
  end
end

return files
