--- A machine of a spec's own: this one's files with Debian's packages unpacked over
-- them, in namespaces for mounts, processes and the host name. What runs in it changes
-- none of this machine's configuration and programs, and does not outlive the spec, nor
-- the program that runs the spec. The network is this machine's: its servers are
-- reached on the loopback interface.
local lfs = require "lfs"
local loopback = require "spec.support.loopback"
local task = require "moonwire.task"
local uv = require "luv"

local machine = {}

local PACKAGES = "build/real/root"

-- The first process, and so the one with which all others end: at the latest when the
-- program that holds the other end of its input is gone.
local FRAME = [[
set -eu
mount -t tmpfs tmpfs /mnt
for name in etc usr var; do
  mkdir /mnt/$name /mnt/$name.work
  layers=/$name
  if [ -d "$PACKAGES/$name" ]; then layers=$PACKAGES/$name:/$name; fi
  mount -t overlay overlay /$name \
    -o lowerdir="$layers",upperdir=/mnt/$name,workdir=/mnt/$name.work
done
mount -t tmpfs -o mode=755 tmpfs /run
mount -t tmpfs -o mode=755 tmpfs /home
mkdir /run/sshd
hostname lab1
echo "127.0.0.1 lab1" >>/etc/hosts
user() { useradd -m -s "$2" "$1"; echo "$1:pw" | chpasswd; }
%s
echo ready
read -r _ || true
]]

local function read_file(path)
  local file = assert(io.open(path))
  local text = file:read "a"
  file:close()
  return text
end

local Machine = { __name = "Machine" }
Machine.__index = Machine

local function wake(self)
  local waiting = self.waiting
  self.waiting = nil
  if waiting then
    waiting()
  end
end

local function sleep_until(self, condition)
  while not condition() do
    task.await(function(done) self.waiting = done end)
  end
end

local function environment(self)
  return {
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "PACKAGES=" .. lfs.currentdir() .. "/" .. PACKAGES,
    "FOLDER=" .. self.folder,
    "PORT=" .. self.port,
  }
end

local function spawn(self, script)
  self.input, self.output = uv.new_pipe(), uv.new_pipe()
  local log = assert(uv.fs_open(self.folder .. "/log", "w", 384)) -- 0600
  self.process = assert(uv.spawn("unshare", {
    args = {
      "--uts", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc",
      "bash", "--norc", "-c", FRAME:format(script),
    },
    env = environment(self),
    stdio = { self.input, self.output, log },
  }, function()
    self.has_ended = true
    wake(self)
  end))
  uv.fs_close(log)
  self.output:read_start(function(_, bytes)
    self.said = self.said .. (bytes or "")
    wake(self)
  end)
end

local function remove(folder)
  for name in lfs.dir(folder) do
    if name ~= "." and name ~= ".." then
      os.remove(folder .. "/" .. name)
    end
  end
  lfs.rmdir(folder)
end

--- Start one, and run a script in it as root.
-- The script finds `PORT`, a free one, and `FOLDER`, which the spec sees too, in its
-- environment, and has `user NAME SHELL`, who gets the password "pw". It leaves its
-- servers in the background. What it and they complain of goes to `FOLDER/log`.
-- @string script for bash
-- @treturn[1] Machine `port`, `folder`
-- @return[2] nil
-- @treturn[2] string the log
function machine.start(script)
  local self = setmetatable({ said = "" }, Machine)
  self.folder = assert(uv.fs_mkdtemp "/tmp/moonwire-machine-XXXXXX")
  assert(uv.fs_chmod(self.folder, 493)) -- 0755: for the machine's users
  self.port = loopback.free_port()
  spawn(self, script)
  sleep_until(self, function()
    return self.has_ended or self.said:find("ready\n$")
  end)
  if self.has_ended then
    local log = self:read "log"
    self:stop()
    return nil, log
  end
  return self
end

--- A file of its folder.
function Machine:read(name)
  return read_file(self.folder .. "/" .. name)
end

--- Sleep until somebody listens on its port.
function Machine:await_port()
  while not loopback.answers(self.port) do
    assert(not self.has_ended, "the machine has stopped")
    task.sleep(0.01)
  end
end

--- End all that runs in it, and take its folder away.
function Machine:stop()
  if not self.has_ended then
    self.process:kill "sigkill"
  end
  sleep_until(self, function() return self.has_ended end)
  for _, handle in ipairs { self.input, self.output, self.process } do
    handle:close()
  end
  remove(self.folder)
end
Machine.__close = Machine.stop

--- Why there can be no machine here; nil if there can.
function machine.obstacle()
  if uv.getuid() ~= 0 then
    return "only root may have namespaces"
  elseif not lfs.attributes("build/real/packages") then
    return "the packages are not unpacked (.ci/unpack build/real)"
  end
  local trial, log = machine.start ""
  if not trial then
    return "no namespaces or overlays here: " .. (log:match "[^\n]+" or "")
  end
  trial:stop()
  return nil
end

return machine
