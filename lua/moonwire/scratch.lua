--- A folder for a while: made where temporary files belong, and gone with all that is
-- in it when it goes out of scope. Links in it are removed, and never followed.
-- @module moonwire.scratch
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

local Folder = { __name = "moonwire.Folder" }
Folder.__index = Folder

--- Remove it.
function Folder:close()
  remove(self.path)
end
Folder.__close = Folder.close

--- A new folder; raises when there can be none.
-- @string[opt="moonwire"] prefix of its name
-- @treturn Folder `path`; to be closed
function scratch.folder(prefix)
  local place = os.getenv "TMPDIR" or "/tmp"
  local pattern = ("%s/%s-XXXXXX"):format(place, prefix or "moonwire")
  return setmetatable({ path = assert(uv.fs_mkdtemp(pattern)) }, Folder)
end

return scratch
