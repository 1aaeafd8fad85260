--- What the kernel knows about this process: its children and its connections.
local lfs = require "lfs"
local uv = require "luv"

local process = {}

local function read(path)
  local file <close> = io.open(path)
  return file and file:read "a" or "" -- it may have ended meanwhile
end

--- The children of this process, those that have ended and are not reaped included.
-- @treturn table list of `pid` and `state` ("S", "Z", …)
function process.children()
  local found, folder = {}, ("/proc/%d/task"):format(uv.os_getpid())
  for thread in lfs.dir(folder) do
    for child in read(("%s/%s/children"):format(folder, thread)):gmatch "%d+" do
      local state = read(("/proc/%s/stat"):format(child)):match "%) (%a)"
      found[#found + 1] = { pid = tonumber(child), state = state }
    end
  end
  return found
end

--- How many TCP connections from this machine to a port on it are open.
-- @int port
-- @treturn int
function process.connections_to(port)
  local count = 0
  for line in io.lines "/proc/net/tcp" do
    local remote, state = line:match "^%s*%d+: %x+:%x+ %x+:(%x+) (%x+)"
    if remote and tonumber(remote, 16) == port and state == "01" then
      count = count + 1
    end
  end
  return count
end

return process
