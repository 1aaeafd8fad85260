--- A file for each device in a folder: what it said, as a person would have seen it.
-- Every file is whole or not there. Where a device failed, what it said goes to a file
-- of another name, so that a good one of yesterday is not lost.
-- @module moonwire.report.folder
local file = require "moonwire.report.file"
local lfs = require "lfs"
local task = require "moonwire.task"
local transcript = require "moonwire.report.transcript"
local uv = require "luv"

local folder = {}

local GOOD, FAILED = ".txt", ".failed.txt"
local AT_ONCE = 8 -- files: more only wait for the same disk

local Folder = { __name = "moonwire.Folder" }
Folder.__index = Folder

-- Some file systems take upper and lower case for the same.
local function names_of(devices)
  local names, count = {}, {}
  for i, device in ipairs(devices) do
    names[i] = file.safe_name(device.name or device.host)
    local key = names[i]:lower()
    count[key] = (count[key] or 0) + 1
  end
  for i, name in ipairs(names) do
    if count[name:lower()] > 1 then
      names[i] = ("%s~%d"):format(name, i)
    end
  end
  return names
end

local function probe(path)
  local fd, name = uv.fs_mkstemp(path .. "/.probe-XXXXXX")
  if not fd then
    return nil, ("cannot write into %s: %s"):format(path, name), "local"
  end
  uv.fs_close(fd)
  uv.fs_unlink(name)
  return true
end

-- Halves of files whose writer was killed.
local function sweep(path)
  for name in lfs.dir(path) do
    local pid = math.tointeger(name:match "^%..+%.(%d+)%.%x%x%x%x%x%x%x%x$")
    if pid and not uv.kill(pid, 0) then
      uv.fs_unlink(path .. "/" .. name)
    end
  end
end

--- A folder for the devices of an inventory. It is made, and tried, at once.
-- @string path
-- @tparam {table,...} devices all of the inventory
-- @treturn[1] Folder
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: "local"
function folder.new(path, devices)
  local ok, message, kind = file.make_folder(path)
  if ok then
    ok, message, kind = probe(path)
  end
  if not ok then
    return nil, message, kind
  end
  sweep(path)
  return setmetatable({ path = path, names = names_of(devices) }, Folder)
end

local function text_of(result)
  local answers = result.output or {}
  if result.ok and #answers == 1 then
    local output = answers[1].output or ""
    return (output == "" or output:find "\n$") and output or output .. "\n"
  end
  return transcript.device(result) .. "\n"
end

local function write_one(self, result, number)
  local base = self.path .. "/" .. self.names[number]
  local ok, message, kind =
    file.replace(base .. (result.ok and GOOD or FAILED), text_of(result))
  if ok and result.ok then
    uv.fs_unlink(base .. FAILED) -- of an earlier run; mostly there is none
  end
  return ok, message, kind
end

--- Write the files of some devices, each with the answer as it came where there was one
-- command, else all of them behind their prompts; where it failed, the cause. All are
-- tried; they are on the disk afterwards, unless one could not be written.
-- @tparam {table,...} results
-- @tparam {int,...} numbers of their devices
-- @treturn[1] boolean true
-- @return[2] nil
-- @treturn[2] string message about the first that could not be
-- @treturn[2] string kind: "local"
function Folder:write(results, numbers)
  local failure
  task.map(results, AT_ONCE, function(result, i)
    local ok, message, kind = write_one(self, result, numbers[i])
    failure = failure or not ok and { message, kind }
  end)
  if failure then
    return nil, table.unpack(failure)
  end
  return file.sync_folder(self.path)
end

return folder
