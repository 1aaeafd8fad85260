--- An OpenSSH server of a spec's own: loopback, a free port, keys only.
local files = require "spec.support.files"
local lfs = require "lfs"
local loopback = require "spec.support.loopback"
local task = require "moonwire.task"
local uv = require "luv"

local sshd = {}

local CONFIG = [[
Port %d
ListenAddress 127.0.0.1
HostKey %s/host_key
AuthorizedKeysFile %s/authorized_keys
StrictModes no
UsePAM no
PermitRootLogin yes
PasswordAuthentication no
PidFile none
%s
MaxStartups 200:30:400
MaxSessions 20
]]

local Server = {}
Server.__index = Server

local function run(program, arguments)
  return task.await(function(done)
    local handle
    handle = assert(uv.spawn(program, { args = arguments }, function(code)
      handle:close()
      done(code)
    end))
  end)
end

local function write_file(path, text)
  local file = assert(io.open(path, "w"))
  file:write(text)
  file:close()
end

local function read_file(path)
  local file = assert(io.open(path))
  local text = file:read "a"
  file:close()
  return text
end

local function make_key(path, kind, ...)
  assert(run("ssh-keygen", { "-q", "-t", kind, "-N", "", "-f", path, ... }) == 0)
  return read_file(path .. ".pub")
end

local rsa -- takes its time: one for all servers of a spec file

local function make_rsa_key(path)
  if not rsa then
    make_key(path, "rsa", "-b", "2048", "-m", "PEM")
    rsa = { private = read_file(path), public = read_file(path .. ".pub") }
  end
  local handle = assert(uv.fs_open(path, "w", 384)) -- 0600: ssh refuses another one
  uv.fs_write(handle, rsa.private)
  uv.fs_close(handle)
  return rsa.public
end

--- Start a server.
-- @string[opt] extra lines for its configuration; they count before the usual ones
-- @int[opt] port one that was of a server that is stopped; a free one when left out
-- @int[opt] descriptors that each of its processes may have
-- @treturn Server `port`, `host_key` ("ssh-ed25519 AAAA…"), `folder`, `user`,
-- `ed25519` and `rsa` (paths of keys that it lets in)
function sshd.start(extra, port, descriptors)
  local folder = assert(uv.fs_mkdtemp("/tmp/moonwire-sshd-XXXXXX"))
  port = port or loopback.free_port()
  local self = setmetatable({ folder = folder, port = port }, Server)
  lfs.mkdir "/run/sshd"
  self.host_key = make_key(folder .. "/host_key", "ed25519"):match "^%S+ %S+"
  self.ed25519, self.rsa = folder .. "/ed25519", folder .. "/rsa"
  local allowed = make_key(self.ed25519, "ed25519")
    .. make_rsa_key(self.rsa)
  write_file(folder .. "/authorized_keys", allowed)
  local config = CONFIG:format(self.port, folder, folder, extra or "")
  write_file(folder .. "/config", config)
  self.user = uv.os_get_passwd().username
  local command = { "/usr/sbin/sshd", "-D", "-E", folder .. "/log", "-f",
    folder .. "/config" }
  if descriptors then
    table.move(command, 1, #command, 3)
    command[1], command[2] = "/usr/bin/prlimit", "--nofile=" .. descriptors
  end
  self.handle, self.pid = assert(uv.spawn(command[1], {
    args = { table.unpack(command, 2) },
  }, function() self.has_ended = true end))
  -- not by a connection of our own, which would be in the log, or not, as it likes
  while not self:log():find("Server listening on", 1, true) do
    assert(not self.has_ended, "sshd did not start")
    task.sleep(0.01)
  end
  return self
end

--- What it has logged so far.
-- @treturn string
function Server:log()
  return files.read(self.folder .. "/log") or "" -- it has not begun yet
end

--- Kill it and all processes that serve its clients, as a crash does.
function Server:crash()
  local file = assert(io.open(("/proc/%d/task/%d/children"):format(self.pid, self.pid)))
  for child in file:read "a":gmatch "%d+" do
    uv.kill(tonumber(child), "sigkill")
  end
  file:close()
  self.handle:kill "sigkill"
end

--- Stop it and take its files away.
function Server:stop()
  if not self.has_ended then
    self.handle:kill "sigkill"
  end
  while not self.has_ended do
    task.sleep(0.005)
  end
  self.handle:close()
  for name in lfs.dir(self.folder) do
    os.remove(self.folder .. "/" .. name)
  end
  lfs.rmdir(self.folder)
end

return sshd
