-- Devices of 2005 behind a jump host, as the documented ssh_config has them: the file
-- in inventory/ is read as it is, behind lines that say where the machines of this spec
-- are.
local child = require "spec.support.child"
local files = require "spec.support.files"
local hostkeys = require "host.hostkeys"
local log = require "moonwire.log"
local moonwire = require "moonwire"
local resolve = require "moonwire.transport.resolve"
local sshd = require "spec.support.sshd"
local support = require "spec.support.lab"
local uv = require "luv"

local DOCUMENTED = assert(uv.fs_realpath "inventory/ssh_config.example")
local ADVICE = "HostKeyAlgorithms +ssh-rsa"
-- the documented file has one for ssh-dss, and the first of two would count
local REPLACEMENT = "HostKeyAlgorithms +ssh-dss,ssh-rsa"
local IN_INVENTORY = 'algorithms = { kex = "+diffie-hellman-group1-sha1", '
  .. 'hostkey_types = "+ssh-dss,ssh-rsa", '
  .. 'ciphers = "aes128-ctr,aes192-ctr,aes256-ctr,aes128-cbc,3des-cbc" }'

local OLD = {
  kex = "diffie-hellman-group1-sha1", hostkeys = "ssh-rsa", ciphers = "3des-cbc",
}

local function make_key(path, kind, ...)
  local ok = os.execute(("ssh-keygen -q -t %s %s -N '' -f %s"):format(
    kind, table.concat({ ... }, " "), path))
  assert(ok)
  return files.read(path), files.read(path .. ".pub"):match "^%S+ %S+"
end

-- A bastion, and a home folder whose .ssh/config leads to it.
local function with_bastion(fn)
  local server = sshd.start "MaxSessions 1"
  local before = os.getenv "HOME"
  local home = assert(uv.fs_mkdtemp "/tmp/moonwire-home-XXXXXX")
  assert(uv.fs_mkdir(home .. "/.ssh", tonumber("700", 8)))
  uv.os_setenv("HOME", home)
  local ok, err = xpcall(fn, debug.traceback, server, home)
  uv.os_setenv("HOME", before)
  server:stop()
  for _, name in ipairs(files.list(home .. "/.ssh")) do
    os.remove(home .. "/.ssh/" .. name)
  end
  uv.fs_rmdir(home .. "/.ssh")
  uv.fs_rmdir(home)
  assert(ok, err)
end

local function write_config(server, home, place, ...)
  files.write(home .. "/.ssh/known_hosts",
    ("[127.0.0.1]:%d %s\n"):format(server.port, server.host_key))
  local lines = {
    "Host jumphost", "  HostName 127.0.0.1", "  Port " .. server.port,
    "  User " .. server.user, "  IdentityFile " .. server.ed25519,
    "  UserKnownHostsFile " .. home .. "/.ssh/known_hosts",
    "Host 10.2.0.*", "  HostName " .. place.host, "  Port " .. place.port,
  }
  table.move({ ... }, 1, select("#", ...), #lines + 1, lines)
  local path = home .. "/.ssh/config"
  files.write(path, table.concat(lines, "\n") .. "\n")
  return path
end

-- The words of OpenSSH's own client about the same file, without a password.
local function openssh_says(home)
  local config = home .. "/.ssh/config"
  local client <close> = child.start {
    "/usr/bin/ssh", "-F", config, "-o", "BatchMode=yes", "-o", "IdentityAgent=none",
    "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o",
    "ProxyCommand=/usr/bin/ssh -F " .. config .. " -W %h:%p jumphost", "10.2.0.1",
  }
  client:wait()
  return client.errors
end

local JUMP = "  ProxyCommand ssh -F ~/.ssh/config -W %h:%p jumphost"
local INCLUDE = "Match all\n  Include " .. DOCUMENTED

describe("devices of 2005 behind a jump host", function()
  local said

  before_each(function()
    said = {}
    log.redirect(function(text) said[#said + 1] = text end)
  end)

  teardown(function()
    log.redirect(nil)
  end)

  it("are reached by the documented ssh_config and the advice when it fails", function()
    with_bastion(function(server, home)
      local key = make_key(home .. "/.ssh/rsa", "rsa", "-b", "2048", "-m", "PEM")
      support.with_lab({ devices = 1, algorithms = OLD, host_key = key }, function(lab)
        local device = support.device(lab)
        local place = { host = device.host, port = device.port }
        local function connect(...)
          device.ssh_config_file = write_config(server, home, place, ...)
          resolve.forget(device.ssh_config_file)
          device.host, device.port = "10.2.0.1", nil
          return moonwire.connect(device)
        end

        local session, message, kind = connect(JUMP)
        assert.is_nil(session)
        assert.equal("algorithm", kind, message)
        for _, line in ipairs { "KexAlgorithms +diffie-hellman-group1-sha1",
          "Ciphers +3des-cbc", ADVICE } do
          assert.is_truthy(message:find(line, 1, true), message)
        end
        assert.equal(0, lab:device(1):attempts())

        session, message, kind = connect(INCLUDE)
        assert.is_nil(session)
        assert.equal("algorithm", kind, message)
        assert.is_truthy(message:find(REPLACEMENT .. " in place of the line that is"
          .. " there", 1, true), message)
        assert.is_truthy(message:find(IN_INVENTORY, 1, true), message)
        assert.is_nil(message:find("KexAlgorithms", 1, true), message)
        assert.is_truthy(openssh_says(home):find("Their offer: ssh-rsa", 1, true))

        local documented = files.read(DOCUMENTED)
        local replaced, count = documented:gsub("HostKeyAlgorithms=[^\n]*", REPLACEMENT)
        assert.equal(1, count)
        session = assert(connect(replaced))
        assert.equal("diffie-hellman-group1-sha1", session.client:info().kex)
        assert.is_truthy(assert(session:send_command "show version"):find "uptime is")
        session:disconnect()
        assert.is_truthy(openssh_says(home):find("Permission denied", 1, true))
      end)
    end)
  end)

  it("are reached by the system's ssh where they have but ssh-dss", function()
    with_bastion(function(server, home)
      local path = home .. "/.ssh/dsa"
      local _, public = make_key(path, "dsa")
      local old = sshd.start(("HostKey %s\nHostKeyAlgorithms ssh-dss"):format(path))
      local config = write_config(server, home, { host = "127.0.0.1", port = old.port },
        "  IdentityFile " .. old.ed25519, INCLUDE)
      local ok, err = pcall(function()
        local device = {
          name = "old", host = "10.2.0.2", username = old.user, device_type = "linux",
          host_key = hostkeys.fingerprint(public), ssh_config_file = config,
        }
        local session <close> = assert(moonwire.connect(device))
        assert.equal("through", session:send_command "echo through")
        assert.is_truthy(table.concat(said, "\n"):find("old: libssh has no ssh-dss: "
          .. "reached by the system's ssh instead", 1, true))
        assert.is_truthy(server:log():find("Accepted publickey", 1, true))
        device.host_key = "SHA256:" .. ("A"):rep(43)
        local nothing, message, kind = moonwire.connect(device)
        assert.is_nil(nothing)
        assert.equal("hostkey", kind, message)
      end)
      old:stop()
      assert(ok, err)
    end)
  end)

  it("are not reached by what nobody asked for", function()
    with_bastion(function(_, home)
      local path = home .. "/.ssh/dsa"
      local _, public = make_key(path, "dsa")
      local old = sshd.start(("HostKey %s\nHostKeyAlgorithms ssh-dss"):format(path))
      local device = {
        name = "old", host = "127.0.0.1", port = old.port, username = old.user,
        key_file = old.ed25519, device_type = "linux",
        host_key = hostkeys.fingerprint(public), agent = false,
      }
      local nothing, message, kind = moonwire.connect(device)
      local asked = setmetatable({
        algorithms = { hostkey_types = "+ssh-dss" },
      }, { __index = device })
      local session, why = moonwire.connect(asked)
      if session then
        session:disconnect()
      end
      old:stop()
      assert.is_nil(nothing)
      assert.equal("algorithm", kind)
      assert.is_truthy(message:find("OpenSSH's ssh has ssh-dss", 1, true), message)
      assert.is_truthy(session, why)
    end)
  end)
end)
