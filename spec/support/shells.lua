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
  -o ListenAddress=127.0.0.1 -o UsePAM=no -o PidFile=none -o MaxStartups=200 \
  $OPTIONS
]]

local DROPBEAR = USERS .. [[
dropbearkey -t ed25519 -f $FOLDER/host_key | grep ^ssh >$FOLDER/host_key.pub
dropbear -r $FOLDER/host_key -p 127.0.0.1:$PORT -E -R 2>$FOLDER/dropbear.log
]]

-- It serves one connection on its standard input and output, as inetd would hand it.
local TINYSSHD = USERS .. [[
rm -rf /etc/tinyssh
tinysshd-makekey /etc/tinyssh
tinysshd-printkey /etc/tinyssh >$FOLDER/host_key.pub
ssh-keygen -q -t ed25519 -N "" -f $FOLDER/id
for name in ada dan; do
  mkdir /home/$name/.ssh
  cp $FOLDER/id.pub /home/$name/.ssh/authorized_keys
  chown -R $name: /home/$name/.ssh
  chmod -R go= /home/$name/.ssh
done
perl -MIO::Socket::INET -e '
  my $listener = IO::Socket::INET->new(
    LocalAddr => "127.0.0.1", LocalPort => $ENV{PORT}, Listen => 50) or die $!;
  $SIG{CHLD} = "IGNORE";
  while (1) {
    my $client = $listener->accept or next;
    next if fork;
    $SIG{CHLD} = "DEFAULT";
    open STDIN, "<&", $client;
    open STDOUT, ">&", $client;
    exec qw(/usr/sbin/tinysshd -v /etc/tinyssh);
  }' 2>$FOLDER/tinysshd.log &
]]

local function start(script, options)
  local given = ("OPTIONS='%s'\n"):format(options or "")
  local self, log = machine.start(given .. script)
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
-- @string[opt=""] options for its command line
-- @treturn[1] Machine with `device`: ada, to log in as
-- @return[2] nil
-- @treturn[2] string the log
function shells.openssh(options)
  return start(OPENSSH, options)
end

--- Behind dropbear.
-- @return as from `shells.openssh`
function shells.dropbear()
  return start(DROPBEAR)
end

--- Behind tinysshd, which lets in by key only.
-- @return as from `shells.openssh`; the device has a `key_file`
function shells.tinysshd()
  local self, log = start(TINYSSHD)
  if not self then
    return nil, log
  end
  self.device.password, self.device.key_file = nil, self.folder .. "/id"
  return self
end

return shells
