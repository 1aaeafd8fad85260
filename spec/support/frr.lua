--- FRRouting behind an OpenSSH server, for specs. The user "oper" has vtysh for a
-- shell, "ada" has bash; both have the password "pw" and a pager that vtysh would use.
local hostkeys = require "host.hostkeys"
local machine = require "spec.support.machine"

local frr = {}

-- As the package's own script makes its users, which unpacking it does not run. The
-- daemons live in a network of their own: they write routes into the kernel.
local SCRIPT = [[
addgroup --quiet --system frrvty
addgroup --quiet --system frr
adduser --quiet --system --ingroup frr --home /nonexistent --no-create-home frr
usermod -a -G frrvty frr
mkdir -p /var/log/frr
sed -i s/^bgpd=no/bgpd=yes/ /etc/frr/daemons
printf 'hostname frr1\nservice integrated-vtysh-config\n' >/etc/frr/frr.conf
printf 'service integrated-vtysh-config\n' >/etc/frr/vtysh.conf
for name in oper ada; do
  printf 'username %s nopassword\n' $name >>/etc/frr/vtysh.conf
done
chown -R frr:frr /etc/frr /var/log/frr
chmod 640 /etc/frr/*
unshare --net bash -c '
  ip link set lo up
  ip link add v0 type veth peer name v1
  ip address add 192.0.2.1/24 dev v0
  ip link set v0 up
  ip link set v1 up
  exec /usr/lib/frr/frrinit.sh start' >&2
user oper /usr/bin/vtysh
user ada /bin/bash
usermod -a -G frr,frrvty oper
usermod -a -G frr,frrvty ada
ssh-keygen -q -t ed25519 -N "" -f $FOLDER/host_key
/usr/sbin/sshd -f /dev/null -E $FOLDER/sshd.log -h $FOLDER/host_key -p $PORT \
  -o ListenAddress=127.0.0.1 -o UsePAM=no -o PidFile=none -o MaxStartups=200 \
  -o SetEnv=VTYSH_PAGER=less
]]

--- Start it.
-- @treturn[1] Machine with `device` and `shell_device`: oper and ada, to log in as
-- @return[2] nil
-- @treturn[2] string the log
function frr.start()
  local self, log = machine.start(SCRIPT)
  if not self then
    return nil, log
  end
  self:await_port()
  local key = self:read("host_key.pub"):match "^%S+ %S+"
  self.device = {
    name = "frr1", host = "127.0.0.1", port = self.port,
    username = "oper", password = "pw",
    device_type = "frr_vtysh", host_key = hostkeys.fingerprint(key),
  }
  self.shell_device = setmetatable({ username = "ada" }, { __index = self.device })
  return self
end

return frr
