local files = require "spec.support.files"
local hostkeys = require "host.hostkeys"
local log = require "moonwire.log"
local moonwire = require "moonwire"
local openssh = require "moonwire.transport.openssh"
local openssh_config = require "moonwire.transport.openssh_config"
local process = require "spec.support.process"
local sshd = require "spec.support.sshd"
local support = require "spec.support.lab"
local task = require "moonwire.task"
local uv = require "luv"

local function with_device(fn)
  support.with_lab({ devices = 1 }, function(lab)
    local device = support.device(lab)
    device.transport = "openssh"
    fn(device, lab)
  end)
end

local function with_sshd(extra, fn)
  local server = sshd.start(extra)
  local ok, err = pcall(fn, server, {
    name = "server", host = "127.0.0.1", port = server.port, username = server.user,
    key_file = server.ed25519, device_type = "linux", transport = "openssh",
    host_key = hostkeys.fingerprint(server.host_key), agent = false,
  })
  server:stop()
  assert(ok, err)
end

local function outcome(device, options)
  local session, message, kind, detail = moonwire.connect(device, options)
  if session then
    session:disconnect()
  end
  return session ~= nil, message, kind, detail
end

local function leftovers()
  local names = {}
  for _, name in ipairs(files.list(uv.os_tmpdir())) do
    names[#names + 1] = name:find "^moonwire%-ssh%-" and name or nil
  end
  return #names
end

describe("moonwire.transport.openssh", function()
  setup(function()
    log.redirect(function() end)
  end)

  teardown(function()
    log.redirect(nil)
  end)

  it("has the verbs of a session, and leaves neither file nor process", function()
    with_device(function(device)
      local before, files_before = #process.children(), leftovers()
      local session = assert(moonwire.connect(device))
      assert.equal(files_before, leftovers())
      local shown = assert(session:send_command "show version")
      assert.is_truthy(shown:find("uptime is", 1, true))
      assert(session:send_config_set { "interface Vlan1", "description by ssh" })
      session:disconnect()
      while #process.children() > before do
        task.sleep(0.01)
      end
    end)
  end)

  it("gives the same output as SSH of our own", function()
    with_device(function(device, lab)
      local theirs <close> = assert(moonwire.connect(device))
      local ours <close> = assert(moonwire.connect(support.device(lab)))
      for _, command in ipairs { "show running-config", "show ip interface brief" } do
        assert.equal(ours:send_command(command), theirs:send_command(command))
      end
    end)
  end)

  it("types a refused password once", function()
    with_device(function(device, lab)
      device.password = "wrong"
      local ok, message, kind, detail = outcome(device)
      assert.is_false(ok)
      assert.equal("auth", kind, message)
      assert.equal("auth", detail.phase)
      assert.equal(1, lab:device(1):attempts())
      device.password = nil
      ok, message, kind = outcome(device)
      assert.is_false(ok)
      assert.equal("auth", kind, message)
    end)
  end)

  it("sends nothing to a device with another host key", function()
    with_device(function(device, lab)
      local pin = device.host_key
      device.host_key = "SHA256:" .. ("A"):rep(43)
      local ok, message, kind, detail = outcome(device)
      assert.is_false(ok)
      assert.equal("hostkey", kind, message)
      assert.equal("changed", detail.host_key_verdict)
      device.host_key, device.known_hosts = nil, "/dev/null"
      ok, message, kind, detail = outcome(device)
      assert.is_false(ok)
      assert.equal("hostkey", kind, message)
      assert.equal("unknown", detail.host_key_verdict)
      assert.equal(0, lab:device(1):attempts())
      device.host_key = { "SHA256:" .. ("A"):rep(43), pin }
      assert.is_true(outcome(device))
    end)
  end)

  it("knows devices by a file of known hosts, and takes up a new one", function()
    with_device(function(device, lab)
      local path = os.tmpname()
      files.write(path, lab:known_hosts() .. "\n")
      device.host_key, device.known_hosts = nil, path
      assert.is_true(outcome(device))
      files.write(path, "")
      local ok, message, kind = outcome(device)
      assert.is_false(ok)
      assert.equal("hostkey", kind, message)
      assert.is_true(outcome(device, { host_key_policy = "accept-new" }))
      assert.is_true(outcome(device))
      os.remove(path)
    end)
  end)

  it("tells a refused connection", function()
    with_device(function(device, lab)
      device.port = lab:place().closed_port
      local ok, message, kind = outcome(device)
      assert.is_false(ok)
      assert.equal("refused", kind, message)
    end)
  end)

  it("goes by key, also through a jump host with another key", function()
    with_sshd("MaxSessions 1", function(_, bastion)
      with_sshd("", function(_, device)
        assert.is_true(outcome(device))
        bastion.transport, bastion.name = nil, "bastion"
        device.jump = bastion
        local session <close> = assert(moonwire.connect(device))
        assert.equal("through", session:send_command "echo through")
        bastion.host_key = "SHA256:" .. ("A"):rep(43)
        local ok = outcome(device)
        assert.is_false(ok)
      end)
    end)
  end)

  it("writes no secret into ssh's configuration, and what is asked first", function()
    local text, name = assert(openssh_config.text({
      host = "10.0.0.1", port = 2022, username = "admin", password = "hush hush",
      known_hosts = { "/a b", "/c" }, asked = { host = "r1", file = "/etc/passwd" },
      algorithms = { hostkey_types = "+ssh-dss" }, identities_only = true,
    }, { timeout = 9.5 }))
    assert.equal("r1", name)
    assert.is_nil(text:find("hush", 1, true))
    for _, one in ipairs {
      "Host r1\n", "  HostName 10.0.0.1\n", "  Port 2022\n", '  User "admin"\n',
      '  UserKnownHostsFile "/a b" "/c"\n', "  StrictHostKeyChecking yes\n",
      "  ConnectTimeout 10\n", "  IdentitiesOnly yes\n", ',ssh-dss\n',
    } do
      assert.is_truthy(text:find(one, 1, true), one)
    end
    local include = text:find('Include "/etc/passwd"', 1, true)
    assert.is_true(include > text:find("HostName", 1, true))
    for _, host in ipairs { "-oProxyCommand=x", "a b", "a\nProxyCommand x", "%h" } do
      local nothing, _, kind = openssh_config.text({ host = host }, { timeout = 1 })
      assert.is_nil(nothing)
      assert.equal("invalid", kind)
    end
  end)

  it("understands what ssh says, and nothing else", function()
    local cases = {
      ["@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @"] = "hostkey",
      ["a@b: Permission denied (publickey)."] = "auth",
      ["ssh: Could not resolve hostname x: Name or service not known"] = "resolve",
      ["ssh: connect to host 10.9.9.9 port 22: Connection timed out"] = "timeout",
      ["Unable to negotiate with 1.1.1.1 port 22: no matching cipher"] = "algorithm",
      ["/tmp/x: line 3: Bad configuration option: foo"] = "invalid",
      ["Welcome"] = false,
    }
    for said, expected in pairs(cases) do
      local _, kind = openssh.meaning("debug\r\n" .. said .. "\r\n")
      assert.equal(expected, kind or false, said)
    end
  end)
end)
