--- A folder for what the specs of one file write: two files that run beside each other
-- share none, and nothing is left of it afterwards.
-- @module moonwire.cli.test.scratch
local lfs = require "lfs"
local uv = require "luv"

local scratch = {}

local function remove(path)
  if lfs.symlinkattributes(path, "mode") ~= "directory" then
    os.remove(path)
    return
  end
  for name in lfs.dir(path) do
    if name ~= "." and name ~= ".." then
      remove(path .. "/" .. name)
    end
  end
  lfs.rmdir(path)
end

local Folder = {
  __close = function(self)
    remove(self.path)
  end,
}

--- A new folder, removed with all that is in it when it goes out of scope.
-- @treturn table `path`
function scratch.folder()
  local pattern = (os.getenv "TMPDIR" or "/tmp") .. "/specs-XXXXXX"
  return setmetatable({ path = assert(uv.fs_mkdtemp(pattern)) }, Folder)
end

--- The environment of a process that takes a folder for its temporary files.
-- @string path
-- @treturn {string,...}
function scratch.environment(path)
  local variables = { "TMPDIR=" .. path }
  for name, value in pairs(uv.os_environ()) do
    if name ~= "TMPDIR" then
      variables[#variables + 1] = name .. "=" .. value
    end
  end
  return variables
end

return scratch
