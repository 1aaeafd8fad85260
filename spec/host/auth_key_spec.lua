-- Keys, certificates and agents against the real OpenSSH.
local algorithms = require "host.algorithms"
local agents = require "spec.support.agent"
local hostkeys = require "host.hostkeys"
local secret = require "host.secret"
local ssh = require "host.ssh"
local sshd = require "spec.support.sshd"
local task = require "moonwire.task"

local function run(command, ...)
  assert(os.execute(("(%s) >/dev/null 2>&1"):format(command:format(...))), command)
end

describe("logging in with a key", function()
  -- one server takes keys and certificates; `second` wants two keys
  local server, second, folder, authority

  setup(function()
    authority = os.tmpname()
    os.remove(authority)
    run("ssh-keygen -q -t ed25519 -N '' -f %s", authority)
    server = sshd.start("TrustedUserCAKeys " .. authority .. ".pub\nMaxAuthTries 20")
    second = sshd.start "AuthenticationMethods publickey,publickey"
    folder = server.folder
    for _, kind in ipairs { "ed25519", "ecdsa", "rsa" } do
      -- keys that nobody lets in but for their certificate
      run("ssh-keygen -q -t %s -N '' -f %s/c_%s", kind, folder, kind)
      run("ssh-keygen -q -s %s -I x -n %s %s/c_%s.pub", authority, server.user, folder,
        kind)
      run("ssh-keygen -q -t %s -N '' -f %s/n_%s", kind, folder, kind)
    end
    run("ssh-keygen -q -t ecdsa -N '' -f %s/ecdsa", folder)
    run("ssh-keygen -q -t rsa -N '' -f %s/new_rsa", folder)
    run("ssh-keygen -q -t ed25519 -N 'open sesame' -a 4 -f %s/locked", folder)
    run("cat %s/ecdsa.pub %s/new_rsa.pub %s/locked.pub >>%s/authorized_keys", folder,
      folder, folder, folder)
    run("cat %s/ecdsa.pub %s/ed25519.pub >>%s/authorized_keys", folder, folder,
      second.folder)
  end)

  teardown(function()
    server:stop()
    second:stop()
    run("rm %s %s.pub", authority, authority)
  end)

  local function path(name)
    return folder .. "/" .. name
  end

  local function key(name, passphrase)
    return assert(ssh.key(path(name), passphrase))
  end

  local function connect(changes, where)
    where = where or server
    local options = algorithms.default()
    options.host, options.port, options.user = "127.0.0.1", where.port, where.user
    options.pins = { hostkeys.fingerprint(where.host_key) }
    for name, value in pairs(changes) do
      options[name] = value
    end
    return ssh.connect(options)
  end

  local function assert_in(changes, where)
    local client <close> = assert(connect(changes, where))
    assert.equal("in", client:exec("printf in").stdout)
  end

  local function assert_out(changes, where)
    local client, message, kind, detail = connect(changes, where)
    assert.is_nil(client)
    assert.equal("auth", kind, message)
    assert.equal("auth", detail.phase)
    return message
  end

  it("works with each type, in OpenSSH's form and in PEM", function()
    for _, name in ipairs { "ed25519", "ecdsa", "rsa", "new_rsa" } do
      assert_in { keys = { key(name) } }
    end
  end)

  it("works with an encrypted one", function()
    assert_in { keys = { key("locked", secret.from_string "open sesame") } }
    local none, message, kind = ssh.key(path "locked", secret.from_string "wrong")
    assert.is_nil(none)
    assert.equal("local", kind)
    assert.not_matches("wrong", message)
  end)

  it("needs a key that is whole", function()
    local text = assert(io.open(path "new_rsa")):read "a"
    local file = path "damaged"
    for _, damaged in ipairs {
      "", text:sub(1, 60), text:sub(1, #text // 2), text:gsub("\n", "", 3):sub(2),
      text:sub(1, 200) .. text:sub(300), text:gsub("AAAA", "////", 1), "\0",
    } do
      local written = assert(io.open(file, "w"))
      written:write(damaged)
      written:close()
      run("chmod 600 %s", file)
      local none, message, kind = ssh.key(file)
      assert.is_nil(none)
      assert.equal("local", kind)
      assert.matches(file, message, 1, true)
    end
  end)

  it("tries several, each once", function()
    assert_in { keys = { key "n_ed25519", key "n_rsa", key "n_ecdsa", key "ecdsa" } }
    assert.matches("publickey", assert_out { keys = { key "n_ed25519", key "n_rsa" } })
  end)

  it("goes on with another key where two are wanted", function()
    local keys = { key "n_ed25519", key "ecdsa", key "ed25519" }
    assert_in({ keys = keys }, second)
    assert_out({ keys = { key "ecdsa" } }, second)
    assert_out({ keys = { key "ecdsa", key "ecdsa" } }, second)
  end)

  it("works with a certificate of each type", function()
    for _, kind in ipairs { "ed25519", "ecdsa", "rsa" } do
      local bare = key("c_" .. kind)
      assert_out { keys = { bare } }
      local whole = assert(bare:certify(path("c_" .. kind .. "-cert.pub")))
      assert_in { keys = { whole } }
      assert_out { keys = { bare } } -- and is as it was
    end
  end)

  it("takes no certificate of another key, and nothing that is none", function()
    for _, name in ipairs { "c_rsa-cert.pub", "c_rsa.pub", "c_rsa", "absent" } do
      local none, message, kind = key("c_ed25519"):certify(path(name))
      assert.is_nil(none)
      assert.equal("local", kind)
      assert.matches(name, message, 1, true)
    end
  end)

  it("tells the public half of a key", function()
    local expected = assert(io.open(path "ed25519.pub")):read("l"):match "^%S+ %S+"
    assert.equal(expected, key("ed25519"):public())
  end)

  it("raises on more keys than there may be", function()
    local keys = {}
    for i = 1, 17 do
      keys[i] = key "ed25519"
    end
    assert.error_matches(function() connect { keys = keys } end, "16 keys at most")
    assert.error_matches(function() connect { keys = { "x" } } end, "key expected")
  end)

  describe("of an ssh-agent", function()
    local agent

    before_each(function() agent = agents.start() end)
    after_each(function() agent:stop() end)

    local function open(timeout)
      return assert(ssh.agent(agent.path, timeout))
    end

    it("works with each type, and with a certificate", function()
      for _, name in ipairs { "ed25519", "ecdsa", "rsa", "c_ed25519", "c_rsa" } do
        agent:add(path(name))
        assert_in { agent = open() }
        agent:empty()
      end
    end)

    it("finds the one that the device takes", function()
      agent:add(path "n_ed25519", path "n_rsa", path "ecdsa", path "n_ecdsa")
      assert_in { agent = open() }
      agent:empty()
      agent:add(path "n_ed25519", path "n_rsa")
      assert.matches("publickey", assert_out { agent = open() })
    end)

    it("may be one of two that are wanted, or both", function()
      agent:add(path "ecdsa")
      assert_in({ keys = { key "ed25519" }, agent = open() }, second)
      agent:add(path "ed25519")
      assert_in({ agent = open() }, second)
      agent:empty()
      agent:add(path "ecdsa")
      assert_out({ agent = open() }, second)
    end)

    it("is not offered when it is not among the chosen ones", function()
      agent:add(path "n_ed25519", path "ecdsa")
      local opened = open()
      local list = opened:identities()
      assert.equal("ssh-ed25519", list[1].type)
      assert.equal("ecdsa-sha2-nistp256", list[2].type)
      local public = assert(io.open(path "ecdsa.pub")):read "l"
      assert.equal(hostkeys.fingerprint(public), list[2].fingerprint)
      assert_in { agent = opened, agent_keys = { 2 } }
      assert_out { agent = opened, agent_keys = { 1 } }
      local message = assert_out { agent = opened, agent_keys = {} }
      assert.matches("nothing to log in with", message)
    end)

    it("serves many logins at once over one connection", function()
      agent:add(path "n_ed25519", path "ed25519")
      local opened = open()
      local list = {}
      for i = 1, 25 do
        list[i] = i
      end
      task.map(list, 25, function() assert_in { agent = opened } end)
    end)

    it("that does not answer fails in time, and stops nobody else", function()
      agent:add(path "ed25519")
      local opened = open(0.2)
      agent:signal "sigstop"
      local ticks, is_over = 0, false
      task.group(function(group)
        group:spawn(function()
          repeat
            ticks = ticks + 1
            task.sleep(0.01)
          until is_over
        end)
        local message = assert_out { agent = opened }
        assert.matches("ssh%-agent .* gave no answer", message)
        is_over = true
      end)
      -- a loop that is held up counts one or two of them
      assert.is_true(ticks > 5)
      assert.matches("gave no answer", (opened:trouble()))
      assert.equal("timeout", select(2, opened:trouble()))
      local again = assert_out { agent = opened } -- and is not waited for again
      assert.matches("gave no answer", again)
      assert_in { agent = opened, keys = { key "ecdsa" } }
      agent:signal "sigcont"
    end)

    it("that never lists its keys is given up in time", function()
      agent:signal "sigstop"
      local none, message, kind = ssh.agent(agent.path, 0.1)
      assert.is_nil(none)
      assert.equal("timeout", kind)
      assert.matches(agent.path, message, 1, true)
      agent:signal "sigcont"
    end)

    it("that ends is told so", function()
      agent:add(path "ed25519")
      local opened = open()
      agent:signal "sigkill"
      local message = assert_out { agent = opened }
      assert.matches("ssh%-agent", message)
    end)

    it("can be given up in the middle of a login", function()
      agent:add(path "ed25519")
      local opened = open(60)
      agent:signal "sigstop"
      local login = task.spawn(connect, { agent = opened })
      task.sleep(0.1) -- until it waits for the agent, or is on its way there
      login:cancel()
      login:join()
      agent:signal "sigcont"
      assert_in { agent = opened } -- the late answer is nobody's
    end)

    it("refuses what is no agent", function()
      local none, _, kind = ssh.agent(folder .. "/config")
      assert.is_nil(none)
      assert.equal("local", kind)
      assert.equal("local", select(3, ssh.agent(("x"):rep(200))))
    end)
  end)
end)
