--- Who changes a device: one at a time, whatever program, run or thread it is in. The
-- lock is a file of this machine that is locked as long as its holder lives. Each
-- holder writes a number into it that is one more than the last: who finds another
-- number in it, or another file in its place, has lost the lock and must send nothing
-- any more.
-- @module moonwire.session.lock
local flock = require "host.journal"
local digests = require "host.digest"
local uv = require "luv"

local lock = {}

local Lock = { __name = "moonwire.Lock" }
Lock.__index = Lock

local PRIVATE, OWNER_ONLY = 384, 448 -- 0600, 0700
local MODE = uv.constants.O_RDWR | uv.constants.O_CREAT
local MOST = 200 -- bytes of what a holder writes
local TRIES = 10
local SSH = 22

--- Where the locks are, when nobody says otherwise.
-- @treturn string
function lock.folder()
  local state = os.getenv "XDG_STATE_HOME"
    or os.getenv "HOME" and os.getenv "HOME" .. "/.local/state"
    or ("/tmp/moonwire-%d"):format(uv.getuid())
  return os.getenv "MOONWIRE_LOCKS" or state .. "/moonwire/locks"
end

local function make_folder(path)
  local at = path:find "^/" and "" or "."
  for part in path:gmatch "[^/]+" do
    at = at .. "/" .. part
    local ok, message, kind = uv.fs_mkdir(at, OWNER_ONLY)
    if not ok and kind ~= "EEXIST" then
      return nil, message
    end
  end
  return true
end

--- What a device is locked by: two names of the same address are the same device.
-- @tparam table device
-- @treturn string
function lock.key(device)
  local port = math.tointeger(device.port) or SSH
  local way = type(device.jump) == "string" and device.jump or ""
  local text = ("%s\0%d\0%s"):format(device.host or "", port, way)
  return digests.new("sha256"):update(text):hex():sub(1, 32)
end

local function read(fd)
  local text = uv.fs_read(fd, MOST, 0) or ""
  local token, pid, who = text:match "^(%d+) (%d+) ([^\n]*)\n"
  return math.tointeger(tonumber(token)) or 0, pid, who
end

local function is_in_place(fd, path)
  local own, there = uv.fs_fstat(fd), uv.fs_stat(path)
  return own and there and own.ino == there.ino and own.dev == there.dev or false
end

-- The file may be taken away between its opening and its locking.
local function open(path)
  for _ = 1, TRIES do
    local fd, message = uv.fs_open(path, MODE, PRIVATE)
    if not fd then
      return nil, message, "local"
    end
    local ok, why, kind = flock.lock(fd)
    if ok and is_in_place(fd, path) then
      return fd
    end
    local _, pid, who = read(fd)
    uv.fs_close(fd)
    if kind == "locked" then
      local words = "it is being changed by %s (process %s)"
      return nil, words:format(who or "somebody", pid or "unknown"), kind
    elseif kind then
      return nil, why, kind
    end
  end
  return nil, path .. ": is taken away again and again", "local"
end

--- Take the lock of a device. Does not wait.
-- @tparam table device
-- @string[opt] who that is said to others, such as the name of a run
-- @treturn[1] Lock to be closed
-- @return[2] nil
-- @treturn[2] string message, with the holder
-- @treturn[2] string kind: "locked", "local"
function lock.take(device, who)
  local folder = lock.folder()
  local ok, message = make_folder(folder)
  if not ok then
    return nil, message, "local"
  end
  local path = folder .. "/" .. lock.key(device)
  local fd, why, kind = open(path)
  if not fd then
    return nil, why, kind
  end
  local token = read(fd) + 1
  local text = ("%d %d %s\n"):format(token, uv.os_getpid(), who or "moonwire")
  ok, message = uv.fs_ftruncate(fd, 0)
  if ok then
    ok, message = uv.fs_write(fd, text, 0)
  end
  if not ok then
    uv.fs_close(fd)
    return nil, message, "local"
  end
  return setmetatable({ fd = fd, path = path, token = token }, Lock)
end

--- Whether it is still held: to be asked before anything is sent.
-- @treturn[1] boolean true
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: "locked"
function Lock:check()
  if self.fd and is_in_place(self.fd, self.path) and read(self.fd) == self.token then
    return true
  end
  return nil, "somebody else has taken the lock of this device meanwhile", "locked"
end

--- Let go of it. Harmless when repeated.
function Lock:close()
  if self.fd then
    uv.fs_close(self.fd)
    self.fd = nil
  end
end
Lock.__close = Lock.close

return lock
