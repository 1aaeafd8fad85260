local agents = require "spec.support.agent"
local fleet = require "moonwire.fleet"
local hostkeys = require "host.hostkeys"
local identity = require "moonwire.transport.identity"
local secret = require "host.secret"
local ssh = require "host.ssh"
local sshd = require "spec.support.sshd"
local uv = require "luv"

local function run(command, ...)
  assert(os.execute(("(%s) >/dev/null 2>&1"):format(command:format(...))))
end

describe("who we are to a device", function()
  local folder, agent, environment

  setup(function()
    environment = os.getenv "SSH_AUTH_SOCK"
    folder = assert(uv.fs_mkdtemp "/tmp/moonwire-identity-XXXXXX")
    for _, name in ipairs { "a", "b" } do
      run("ssh-keygen -q -t ed25519 -N '' -f %s/%s", folder, name)
    end
    run("ssh-keygen -q -t ed25519 -N 'open' -a 4 -f %s/locked", folder)
    run("ssh-keygen -q -t ed25519 -N 'open' -a 4 -f %s/kept", folder)
    -- three that libssh reads in three ways, and RSA in OpenSSH's form it cannot write
    run("ssh-keygen -q -t ecdsa -N 'opened' -a 4 -f %s/ecdsa", folder)
    run("ssh-keygen -q -t rsa -b 2048 -N 'opened' -a 4 -f %s/rsa", folder)
    run("cp -p %s/rsa %s/pem; cp %s/rsa.pub %s/pem.pub", folder, folder, folder, folder)
    run("ssh-keygen -q -p -m PEM -P 'opened' -N 'opened' -f %s/pem", folder)
    run("ssh-keygen -q -t ed25519 -N '' -f %s/ca", folder)
    run("ssh-keygen -q -s %s/ca -I x -n x %s/b.pub", folder, folder)
    run("mkdir %s/certs; cp %s/b-cert.pub %s/certs/c.pub", folder, folder, folder)
  end)

  teardown(function() run("rm -r %s", folder) end)

  before_each(function()
    agent = agents.start()
    uv.os_unsetenv "SSH_AUTH_SOCK"
  end)

  after_each(function()
    agent:stop()
    if environment then
      uv.os_setenv("SSH_AUTH_SOCK", environment)
    end
  end)

  local function path(name)
    return folder .. "/" .. name
  end

  local function of(device, passphrase)
    return identity.of(device, passphrase and secret.from_string(passphrase))
  end

  -- runs in other threads too: no upvalues
  local function read_count()
    return require("moonwire.transport.identity").read_count()
  end

  it("opens an encrypted key once, for all threads and devices of a run", function()
    local server <close> = setmetatable({ sshd.start() }, {
      __close = function(box) box[1]:stop() end,
    })
    local one, before = server[1], identity.read_count()
    run("cp %s/rsa.pub %s/authorized_keys", folder, one.folder)
    local devices = {}
    for i = 1, 6 do
      devices[i] = {
        name = "d" .. i, host = "127.0.0.1", port = one.port, username = one.user,
        device_type = "linux", agent = false, key_file = path "rsa",
        host_key = hostkeys.fingerprint(one.host_key),
        key_passphrase = secret.from_string "opened",
      }
    end
    for mode, expected in pairs { threads = 0, hybrid = 0, nonblocking = before + 1 } do
      local result = fleet.run(devices, { mode = mode, workers = 3, job = read_count })
      for _, device in ipairs(result.results) do
        assert.equal(expected, device.value, device.message)
      end
      assert.equal(mode == "nonblocking" and 1 or 3, result.threads)
    end
    assert.equal(before + 1, identity.read_count())
  end)

  it("gives opened keys away as secrets, and leaves those it cannot open", function()
    local passphrase = secret.from_string "opened"
    local opened = identity.open_all {
      key_files = { path "ecdsa", path "none" },
      key_passphrase = passphrase,
      jump = {
        {
          host = "x", key_files = { path "rsa", path "pem" },
          key_passphrase = passphrase,
        },
        { host = "y", key_file = path "a" },
      },
    }
    assert.is_nil(opened[path "none"])
    assert.is_nil(opened[path "a"])
    for _, name in ipairs { "ecdsa", "rsa", "pem" } do
      local bare = opened[path(name)]
      assert.is_true(secret.is_secret(bare), name)
      local public = assert(io.open(path(name .. ".pub"))):read "l":match "^%S+ %S+"
      local key = ssh.bare_key(bare)
      assert.equal(public, key:public())
      assert.equal(public, ssh.bare_key(key:bare()):public())
    end
    assert.is_nil(ssh.bare_key(passphrase))
    assert.has_error(function() ssh.bare_key "text" end)
  end)

  it("is nobody without keys and agent", function()
    assert.same({ keys = {} }, of { password = "x" })
    assert.same({ keys = {} }, of {})
  end)

  it("has the keys of the files in their order, certificates first", function()
    local who = assert(of { key_file = path "a", key_files = { path "b" } })
    assert.equal(3, #who.keys)
    assert.equal(assert(io.open(path "a.pub")):read("l"):match "^%S+ %S+",
      who.keys[1]:public())
    local named = assert(of {
      key_files = { path "a" },
      certificate_files = { path "certs/c.pub" }, -- is of the other one
    })
    assert.equal(1, #named.keys)
  end)

  it("reads each file once", function()
    local first = assert(of { key_file = path "a" })
    local second = assert(of { key_files = { path "a" } })
    assert.equal(first.keys[1], second.keys[1])
  end)

  it("needs what its files need", function()
    assert.is_truthy((of({ key_file = path "locked" }, "open")))
    for _, device in ipairs {
      { key_file = path "absent" },
      { key_file = path "a", certificate_files = { path "absent" } },
      { key_file = path "a", certificate_files = { path "a.pub" } },
    } do
      local none, message, kind = of(device)
      assert.is_nil(none)
      assert.equal("local", kind)
      assert.is_string(message)
    end
  end)

  it("takes the agent of the environment where keys are wanted", function()
    agent:add(path "a")
    uv.os_setenv("SSH_AUTH_SOCK", agent.path)
    assert.is_truthy(assert(of {}).agent)
    assert.is_truthy(assert(of { password = "x", key_file = path "b" }).agent)
    assert.is_truthy(assert(of { password = "x", agent = true }).agent)
    local methods = { "publickey", "password" }
    assert.is_truthy(assert(of { password = "x", auth_methods = methods }).agent)
    assert.is_nil(assert(of { password = "x" }).agent)
    assert.is_nil(assert(of { agent = false }).agent)
    assert.is_nil(assert(of { agent = "none" }).agent)
  end)

  it("takes of the agent only what is named, when that is wanted", function()
    agent:add(path "a", path "b") -- and the certificate of b
    local device = { agent = agent.path, key_files = { path "a" } }
    assert.is_nil(assert(of(device)).agent_keys)
    device.identities_only = true
    assert.same({ 1 }, assert(of(device)).agent_keys)
    device.key_files = { path "absent" }
    assert.equal("local", select(3, of(device)))
  end)

  it("opens no key that the agent has", function()
    local locked = { agent = agent.path, key_file = path "kept" }
    assert.equal("local", select(3, of(locked)))
    run("printf 'echo open' >%s/ask; chmod 700 %s/ask", folder, folder)
    run("SSH_ASKPASS_REQUIRE=force SSH_ASKPASS=%s/ask SSH_AUTH_SOCK=%s "
      .. "ssh-add %s/kept", folder, agent.path, folder)
    local who = assert(of(locked))
    assert.same({}, who.keys)
    assert.is_truthy(who.agent)
  end)

  it("fails for want of an agent only when one was named", function()
    local gone = "/nonexistent/agent"
    uv.os_setenv("SSH_AUTH_SOCK", gone)
    assert.is_nil(assert(of { key_file = path "a" }).agent)
    local none, message, kind = of { agent = gone }
    assert.is_nil(none)
    assert.equal("local", kind)
    assert.matches(gone, message, 1, true)
    uv.os_unsetenv "SSH_AUTH_SOCK"
    assert.matches("SSH_AUTH_SOCK", select(2, of { agent = true }))
  end)
end)
