-- Faults of spec/README.md: N1, N3, N5, N8, N13, S3, S4, S5, S9.
local algorithms = require "host.algorithms"
local hostkeys = require "host.hostkeys"
local secret = require "host.secret"
local ssh = require "host.ssh"
local sshd = require "spec.support.sshd"
local task = require "moonwire.task"
local uv = require "luv"

-- merge the lists of the default profile into options
local function with_lists(options)
  for name, list in pairs(algorithms.default()) do
    options[name] = options[name] or list
  end
  return options
end

describe("host.ssh against OpenSSH", function()
  local server, pin, key

  setup(function()
    server = sshd.start()
    pin = hostkeys.fingerprint(server.host_key)
    key = assert(ssh.key(server.ed25519))
  end)

  teardown(function() server:stop() end)

  local function connect(changes)
    local options = with_lists {
      host = "127.0.0.1",
      port = server.port,
      user = server.user,
      keys = { key },
      pins = { pin },
    }
    for name, value in pairs(changes or {}) do
      options[name] = value
    end
    return ssh.connect(options)
  end

  local function text_before(shell, mark)
    local event, text
    repeat
      event, text = assert(shell:read(mark, 30))
    until event == "mark"
    return text
  end

  -- how a shell ends: message and kind
  local function read_to_end(shell)
    local event, message, kind
    repeat
      event, message, kind = shell:read("never", 30)
    until not event
    return message, kind
  end

  it("logs in by key and runs a command with its status and both streams", function()
    local client <close> = assert(connect())
    local outcome = assert(client:exec "echo out; echo err >&2; exit 7")
    assert.same({ stdout = "out\n", stderr = "err\n", status = 7 }, outcome)
    assert.is_true(client:is_open())
    local info = client:info()
    assert.matches("^SSH%-2%.0%-OpenSSH", info.server)
    assert.equal(server.host_key, info.host_key)
  end)

  it("times every phase of the login", function()
    local client <close> = assert(connect())
    local phases = client:phases()
    local names = { "resolve", "connect", "banner", "kex", "hostkey", "auth" }
    for _, name in ipairs(names) do
      assert.is_true(phases[name] > 0, name)
    end
  end)

  -- trap: an RSA key is refused until the server has told its signature algorithms
  it("logs in with an RSA key", function()
    local client <close> = assert(connect { keys = { assert(ssh.key(server.rsa)) } })
    assert.equal("x", client:exec("printf x").stdout)
  end)

  -- trap: bytes may come together with the confirmation of the request
  it("loses no byte of a command that answers at once", function()
    local client <close> = assert(connect())
    for i = 1, 30 do
      assert.equal(("%d\n"):format(i), client:exec(("echo %d"):format(i)).stdout)
    end
  end)

  -- trap: a call for one channel may read what another one waits for
  it("runs commands side by side on one connection", function()
    local client <close> = assert(connect())
    local list = {}
    for i = 1, 12 do
      list[i] = i
    end
    local outcomes = task.map(list, 12, function(i)
      return assert(client:exec(("sleep 0.0%d; seq 1 20000; echo %d"):format(i % 3, i)))
    end)
    for i, outcome in ipairs(outcomes) do
      assert.equal(("20000\n%d\n"):format(i), outcome.stdout:match "20000\n%d+\n$")
    end
  end)

  -- trap: libssh takes no more than the window, silently
  it("writes a megabyte to a reader that is in no hurry", function()
    local client <close> = assert(connect())
    local shell <close> = assert(client:shell {})
    -- raw: where lines are edited and not echoed, OpenSSH hides what is typed behind an
    -- SSH_MSG_IGNORE of the same size, which may be longer than libssh takes
    shell:write "stty raw -echo; sleep 0.1; head -c 1000000|wc -c; echo 'R#!done-1'\n"
    local line = ("x"):rep(99) .. "\n"
    for _ = 1, 10 do
      assert(shell:write(line:rep(1000)))
    end
    assert.matches("1000000\n$", text_before(shell, "!done-1"))
  end)

  -- trap: libssh takes O_NONBLOCK away, and then a stopped peer stops the loop
  it("goes on with other tasks while a stopped device takes no bytes", function()
    local client <close> = assert(connect())
    local shell <close> = assert(client:shell {})
    shell:write "stty raw -echo; echo $$; echo 'R#!pid-1'; cat >/dev/null\n"
    local pid = tonumber(text_before(shell, "!pid-1"):match "\n%s*(%d+)\n%s*$")
    local parent = assert(io.open(("/proc/%d/stat"):format(pid))):read "a"
    local session_pid = tonumber(parent:match "%) %a (%d+)")
    uv.kill(session_pid, "sigstop")
    local is_written = false
    local writer = task.spawn(function()
      for _ = 1, 200 do
        shell:write(("y"):rep(99999) .. "\n")
      end
      is_written = true
    end)
    task.sleep(0.1) -- nothing else could run if the write had stopped the loop
    assert.is_false(is_written)
    uv.kill(session_pid, "sigcont")
    assert.is_true((writer:join()))
  end)

  -- trap: libssh closes its descriptor by itself when the connection breaks
  it("reports a server that dies, and does not touch its descriptor again", function()
    local client <close> = assert(connect())
    local shell <close> = assert(client:shell {})
    shell:write "exec sleep 100\n"
    local reader = task.spawn(read_to_end, shell)
    task.sleep(0.05)
    local outcome = client:exec "kill -9 $PPID; sleep 100"
    local _, message, kind = reader:join()
    assert.equal("dropped", kind)
    assert.is_string(message)
    assert.is_nil(outcome)
    assert.is_false(client:is_open())
    local again <close> = assert(connect())
    assert.equal("still\n", again:exec("echo still").stdout)
  end)

  it("stops a flood at the limit and leaves the connection whole", function()
    local client <close> = assert(connect())
    local outcome, message, kind = client:exec("yes", { limit = 100000 })
    assert.is_nil(outcome)
    assert.equal("limit", kind)
    assert.is_string(message)
    assert.equal("ok\n", client:exec("echo ok").stdout)
  end)

  it("gives up on a command in time and leaves the connection whole", function()
    local client <close> = assert(connect())
    assert.equal("timeout", select(3, client:exec("sleep 100", { timeout = 0.05 })))
    assert.equal("ok\n", client:exec("echo ok").stdout)
  end)

  it("cancels a task in mid-command and closes what it holds", function()
    local client
    local member = task.spawn(function()
      client = assert(connect())
      local closing <close> = client -- luacheck: ignore 211
      client:exec "sleep 100"
    end)
    while not client do
      task.sleep(0.005)
    end
    member:cancel()
    member:join()
    assert.is_false(client:is_open())
  end)

  it("cancels a login at any moment", function()
    for turns = 0, 12 do
      local member = task.spawn(connect)
      for _ = 1, turns do
        task.sleep(0)
      end
      member:cancel()
      local ok, err = member:join()
      if not ok then
        assert.equal("cancelled", err.kind)
      end
    end
  end)

  it("gives up on a login at any moment", function()
    for step = 0, 20 do
      local seconds = step * 0.0002
      local timeouts = { connect = seconds, banner = seconds }
      timeouts.kex, timeouts.auth = seconds, seconds
      connect { timeouts = timeouts }
    end
  end)

  it("refuses another host key than the pinned one, before any credential", function()
    local client, message, kind, detail = connect {
      pins = { "SHA256:" .. ("A"):rep(43) },
    }
    assert.is_nil(client)
    assert.equal("hostkey", kind)
    assert.equal("hostkey", detail.phase)
    assert.equal(server.host_key, detail.host_key)
    assert.matches(pin, message, 1, true)
    assert.is_nil(detail.phases.auth)
  end)

  it("is strict about unknown keys and accepts known ones", function()
    local nobody = assert(hostkeys.open { text = "" })
    local known = assert(hostkeys.open {
      text = ("[127.0.0.1]:%d %s\n"):format(server.port, server.host_key),
    })
    local function try(store)
      local options = with_lists {
        host = "127.0.0.1",
        port = server.port,
        user = server.user,
        keys = { key },
        hostkeys = store,
      }
      return ssh.connect(options)
    end
    assert.equal("hostkey", select(3, try(nobody)))
    assert.equal("hostkey", select(3, try(nil)))
    local client <close> = assert(try(known))
    assert.is_false(client:info().is_new_key)
  end)

  it("accepts a new key when asked to, and then no other one", function()
    local store = assert(hostkeys.open { text = "" })
    local options = with_lists {
      host = "127.0.0.1",
      port = server.port,
      user = server.user,
      keys = { key },
      hostkeys = store,
      policy = "accept-new",
    }
    local client <close> = assert(ssh.connect(options))
    assert.is_true(client:info().is_new_key)
    options.policy = "strict"
    local again <close> = assert(ssh.connect(options))
    assert.is_false(again:info().is_new_key)
    local other = assert(io.open(server.ed25519 .. ".pub")):read "a"
    local changed = assert(hostkeys.open {
      text = ("[127.0.0.1]:%d %s"):format(server.port, other),
    })
    options.hostkeys, options.policy = changed, "accept-new"
    local refused, message, kind = ssh.connect(options)
    assert.is_nil(refused)
    assert.equal("hostkey", kind)
    assert.matches("changed", message)
  end)

  it("says which ways in the device takes when it refuses", function()
    local client, message, kind, detail = connect {
      password = secret.from_string "wrong",
      user = "nobody-here",
    }
    assert.is_nil(client)
    assert.equal("auth", kind)
    assert.equal("auth", detail.phase)
    assert.matches("publickey", message)
    assert.not_matches("wrong", message)
  end)

  it("names what is on offer when no algorithm is shared", function()
    local client, message, kind, detail = connect { kex = "diffie-hellman-group1-sha1" }
    assert.is_nil(client)
    assert.equal("algorithm", kind)
    assert.equal("kex", detail.phase)
    assert.matches("curve25519", message)
  end)

  it("raises on misuse", function()
    assert.error_matches(function() ssh.connect { user = "x" } end, "host is missing")
    assert.error_matches(function() ssh.connect { host = "x" } end, "user is missing")
    assert.error_matches(function() connect { port = 0 } end, "1 to 65535")
    local text = { password = "text" }
    assert.error_matches(function() connect(text) end, "must be a secret")
    assert.error_matches(function() connect { policy = "off" } end, "invalid option")
    local client = assert(connect())
    client:close()
    client:close()
    assert.error_matches(function() client:exec "x" end, "closed")
    local shell_client <close> = assert(connect())
    local shell = assert(shell_client:shell {})
    shell:close()
    shell:close()
    assert.error_matches(function() shell:write "x" end, "closed")
  end)

  it("shows the end of what a shell has said, the open line included", function()
    local client <close> = assert(connect())
    local shell <close> = assert(client:shell {})
    shell:write "echo one; printf two; exit\n"
    read_to_end(shell)
    local whole = shell:text()
    assert.matches("one\ntwo", whole, 1, true)
    assert.equal(#whole, shell:length())
    for _, most in ipairs { 0, 1, 3, 5, #whole - 1, #whole, #whole + 1 } do
      local text = whole:sub(#whole + 1 - math.min(most, #whole))
      assert.equal(text, shell:text(most))
    end
    assert.error_matches(function() shell:text(-1) end, "below 0")
    shell:close()
    assert.equal("", shell:text(3))
  end)

  it("refuses two readers at once", function()
    local client <close> = assert(connect())
    local shell <close> = assert(client:shell {})
    local reader = task.spawn(read_to_end, shell) -- a tail does not end it
    task.sleep(0)
    assert.error_matches(function() shell:read("other", 1) end, "busy")
    reader:cancel()
    reader:join()
    shell:write "exit\n"
    assert.equal("dropped", select(2, read_to_end(shell)))
  end)

  it("ends a shell whose client is closed under it", function()
    local client = assert(connect())
    local shell = assert(client:shell {})
    local reader = task.spawn(read_to_end, shell)
    task.sleep(0.01)
    client:close()
    local _, _, kind = reader:join()
    assert.equal("closed", kind)
    shell:close()
  end)
end)

describe("host.ssh against what is no device", function()
  -- a server that says something, or nothing, and keeps the connection
  local function with_server(greeting, fn)
    local server, sockets = uv.new_tcp(), {}
    server:bind("127.0.0.1", 0)
    server:listen(16, function()
      local socket = uv.new_tcp()
      server:accept(socket)
      sockets[#sockets + 1] = socket
      greeting(socket)
    end)
    local results = table.pack(pcall(fn, server:getsockname().port))
    for _, socket in ipairs(sockets) do
      if not socket:is_closing() then
        socket:close()
      end
    end
    server:close()
    assert(table.unpack(results, 1, results.n))
  end

  local function try(port, timeouts)
    return ssh.connect(with_lists {
      host = "127.0.0.1",
      port = port,
      user = "x",
      password = secret.from_string "x",
      timeouts = timeouts,
    })
  end

  local function expect(greeting, kind, phase, text, timeouts)
    with_server(greeting, function(port)
      local client, message, found, detail = try(port, timeouts)
      assert.is_nil(client)
      assert.equal(kind, found)
      assert.equal(phase, detail.phase)
      assert.matches(text, message, 1, true)
    end)
  end

  it("says that the port speaks HTTP", function()
    expect(function(socket)
      socket:read_start(function(_, data)
        if data then
          socket:write "HTTP/1.1 400 Bad Request\r\n\r\n"
        end
      end)
    end, "protocol", "banner", "speaks HTTP")
  end)

  it("says that the port speaks TLS, or telnet", function()
    expect(function(s) s:write "\x15\3\1\0\2\2\10" end, "protocol", "banner", "TLS")
    expect(function(s) s:write "\xff\xfd\x18" end, "protocol", "banner", "telnet")
  end)

  it("gives up in time on a server that says nothing", function()
    expect(function() end, "timeout", "banner", "said nothing", { banner = 0.05 })
  end)

  it("gives up in time on a server that stops in the key exchange", function()
    expect(
      function(s) s:write "SSH-2.0-x\r\n" end,
      "timeout", "kex", "key exchange", { kex = 0.05 }
    )
  end)

  it("reports a server that closes or resets at once", function()
    expect(function(s) s:close() end, "dropped", "banner", "ended the connection")
    with_server(function(s) s:close_reset() end, function(port)
      assert.equal("dropped", select(3, try(port))) -- in connect or in banner
    end)
  end)

  it("reports garbage in the key exchange", function()
    expect(function(s)
      s:write("SSH-2.0-x\r\n" .. ("\0\0\0\12garbage!garbage!"):rep(9))
    end, "protocol", "kex", "key exchange failed", { kex = 5 })
  end)

  it("reports that nothing listens, that a name is unknown, or none at all", function()
    local _, message, kind, detail = try(1)
    assert.equal("refused", kind)
    assert.equal("connect", detail.phase)
    assert.equal("connection refused", message) -- by the address that was asked for
    _, message = ssh.connect(with_lists { host = "localhost", port = 1, user = "x" })
    assert.matches("127.0.0.1:1: connection refused", message, 1, true)
    local _, _, no_name = ssh.connect(with_lists {
      host = ("x"):rep(300),
      user = "x",
    })
    assert.equal("resolve", no_name)
    local _, _, unknown, where = ssh.connect(with_lists {
      host = "does-not-exist.invalid",
      user = "x",
      timeouts = { resolve = 10 },
    })
    assert.equal("resolve", where.phase)
    assert.is_true(unknown == "resolve" or unknown == "timeout")
  end)

  -- libssh 0.10.6 writes to freed memory when its first send fails (run under ASan)
  it("survives resets at any moment of the beginning", function()
    for delay = 0, 3 do
      with_server(function(socket)
        if delay == 0 then
          socket:close_reset()
        else
          socket:read_start(function(_, data)
            if data and not socket:is_closing() then
              socket:close_reset()
            end
          end)
        end
      end, function(port)
        for _ = 1, 25 do
          assert.is_nil((try(port)))
        end
      end)
    end
  end)
end)
