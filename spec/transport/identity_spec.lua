local agents = require "spec.support.agent"
local identity = require "moonwire.transport.identity"
local secret = require "host.secret"
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
