--- BIRD behind an OpenSSH server, for specs. The user "oper" has birdc for a shell,
-- "ada" has bash; both have the password "pw".
local hostkeys = require "host.hostkeys"
local machine = require "spec.support.machine"

local bird = {}

-- The daemon lives in a network of its own: it writes routes into the kernel.
local SCRIPT = [[
addgroup --quiet --system bird
adduser --quiet --system --ingroup bird --home /run/bird bird
cat >/etc/bird/bird.conf <<'END'
log syslog all;
router id 192.0.2.1;
protocol device { }
protocol static discard { ipv4; route 203.0.113.0/24 blackhole; }
END
unshare --net bird -u bird -g bird >&2
user oper /usr/sbin/birdc
user ada /bin/bash
usermod -a -G bird oper
usermod -a -G bird ada
ssh-keygen -q -t ed25519 -N "" -f $FOLDER/host_key
/usr/sbin/sshd -f /dev/null -E $FOLDER/sshd.log -h $FOLDER/host_key -p $PORT \
  -o ListenAddress=127.0.0.1 -o UsePAM=no -o PidFile=none -o MaxStartups=200
]]

--- Start it.
-- @treturn[1] Machine with `device` and `shell_device`: oper and ada, to log in as
-- @return[2] nil
-- @treturn[2] string the log
function bird.start()
  local self, log = machine.start(SCRIPT)
  if not self then
    return nil, log
  end
  self:await_port()
  local key = self:read("host_key.pub"):match "^%S+ %S+"
  self.device = {
    name = "bird1", host = "127.0.0.1", port = self.port,
    username = "oper", password = "pw",
    device_type = "bird", host_key = hostkeys.fingerprint(key),
  }
  self.shell_device = setmetatable({ username = "ada" }, { __index = self.device })
  return self
end

return bird
