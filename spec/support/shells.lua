--- Linux behind a server of SSH, for specs: "ada" has bash for a shell, "dan"
-- has dash; both may use sudo, with the password "pw".
local hostkeys = require "host.hostkeys"
local machine = require "spec.support.machine"

local shells = {}

local USERS = [[
user ada /bin/bash
user dan /bin/dash
printf "%s ALL=(ALL) ALL\n" ada dan >/etc/sudoers.d/ada
]]

local OPENSSH = USERS .. [[
ssh-keygen -q -t ed25519 -N "" -f $FOLDER/host_key
/usr/sbin/sshd -f /dev/null -E $FOLDER/sshd.log -h $FOLDER/host_key -p $PORT \
  -o ListenAddress=127.0.0.1 -o UsePAM=no -o PidFile=none -o MaxStartups=200
]]

local function start(script)
  local self, log = machine.start(script)
  if not self then
    return nil, log
  end
  self:await_port()
  local key = self:read("host_key.pub"):match "^%S+ %S+"
  self.device = {
    name = "lab1", host = "127.0.0.1", port = self.port,
    username = "ada", password = "pw", secret = "pw",
    device_type = "linux", host_key = hostkeys.fingerprint(key),
  }
  return self
end

--- Behind OpenSSH.
-- @treturn[1] Machine with `device`: ada, to log in as
-- @return[2] nil
-- @treturn[2] string the log
function shells.openssh()
  return start(OPENSSH)
end

return shells
