--- Jump hosts for a measurement: OpenSSH servers of our own on loopback, gone behind
-- it. They take one key and only forward.
-- @module moonwire.bench.bastion
local hostkeys = require "host.hostkeys"
local lfs = require "lfs"
local process = require "moonwire.bench.process"
local task = require "moonwire.task"
local uv = require "luv"

local bastion = {}

local SSHD = "/usr/sbin/sshd"
local PATIENCE = 0.02 -- seconds between two looks whether it listens
local LOOKS = 250

local CONFIG = [[
Port %d
ListenAddress 127.0.0.1
HostKey %s/host
AuthorizedKeysFile %s/user.pub
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin prohibit-password
PidFile none
MaxSessions 1
MaxStartups 1000
]]

local Bastions = { __name = "moonwire.bench.Bastions" }
Bastions.__index = Bastions

local function free_port()
  local socket = uv.new_tcp()
  socket:bind("127.0.0.1", 0)
  local port = socket:getsockname().port
  socket:close()
  return port
end

local function make_key(path)
  local said, status = process.run {
    "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path,
  }
  return said ~= nil and status == 0
end

local function is_up(port)
  return task.await(function(done)
    local socket = uv.new_tcp()
    socket:connect("127.0.0.1", port, function(err)
      socket:close()
      done(err == nil)
    end)
  end)
end

local function await_server(port)
  for _ = 1, LOOKS do
    if is_up(port) then
      return true
    end
    task.sleep(PATIENCE)
  end
  return nil, "a jump host did not start", "local"
end

local function read_line(path)
  local file <close> = assert(io.open(path))
  return file:read "l"
end

function Bastions:_start(number)
  local port, config = free_port(), ("%s/%d"):format(self.folder, number)
  local file = assert(io.open(config, "w"))
  file:write(CONFIG:format(port, self.folder, self.folder))
  file:close()
  local arguments = { args = { "-D", "-f", config } }
  local handle, pid = uv.spawn(SSHD, arguments, function() end)
  if not handle then
    return nil, ("%s: %s"):format(SSHD, pid), "local"
  end
  table.insert(self.handles, handle)
  table.insert(self.pids, pid)
  self.hops[number] = {
    name = ("bastion %d"):format(number),
    host = "127.0.0.1",
    port = port,
    username = uv.os_get_passwd().username,
    key_file = self.folder .. "/user",
    host_key = hostkeys.fingerprint(read_line(self.folder .. "/host.pub")
      :match "^%S+ %S+"),
  }
  return await_server(port)
end

--- Stop them and take their files away.
function Bastions:close()
  for _, handle in ipairs(self.handles) do
    handle:kill "sigterm"
    handle:close()
  end
  self.handles = {}
  for name in lfs.dir(self.folder) do
    os.remove(self.folder .. "/" .. name)
  end
  lfs.rmdir(self.folder)
end
Bastions.__close = Bastions.close

--- Start jump hosts.
-- @int count how many
-- @treturn[1] Bastions `hops` (devices, see `moonwire.transport.hop`), `pids`, `close`
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: local
function bastion.start(count)
  local folder, message = uv.fs_mkdtemp("/tmp/moonwire-bench-XXXXXX")
  if not folder then
    return nil, message, "local"
  end
  local self = { folder = folder, hops = {}, handles = {}, pids = {} }
  setmetatable(self, Bastions)
  lfs.mkdir "/run/sshd" -- where Debian's sshd wants to lock itself in
  local ok, kind = make_key(folder .. "/host") and make_key(folder .. "/user"), "local"
  message = "ssh-keygen made no key"
  for number = 1, ok and count or 0 do
    ok, message, kind = self:_start(number)
    if not ok then
      break
    end
  end
  if not ok then
    self:close()
    return nil, message, kind
  end
  return self
end

--- Devices as they are reached through jump hosts, or by a command for each.
-- @tparam table devices
-- @tparam Bastions bastions
-- @bool[opt] by_command by OpenSSH's client as proxy command, through the first of them
-- @treturn table a list of other tables
function bastion.behind(devices, bastions, by_command)
  local first, command = bastions.hops[1], nil
  if by_command then
    command = ("ssh -F none -i %s -p %d -o StrictHostKeyChecking=no -o LogLevel=ERROR "
      .. "-o UserKnownHostsFile=/dev/null -W %%h:%%p %s@127.0.0.1")
      :format(first.key_file, first.port, first.username)
  end
  local list = {}
  for i, device in ipairs(devices) do
    local copy = {}
    for name, value in pairs(device) do
      copy[name] = value
    end
    copy.proxy_command, copy.jump = command, not command and bastions.hops or nil
    list[i] = copy
  end
  return list
end

return bastion
