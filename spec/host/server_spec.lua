local openssh = require "spec.support.openssh"
local server = require "host.server"
local task = require "moonwire.task"
local uv = require "luv"

-- the lab under test: every shell and command is given to `serve` in a task of its own
local function with_lab(options, serve, fn)
  options.authorize = options.authorize or function(_, _, _, secret)
    return secret == "pw"
  end
  local listener <close> = assert(server.listen(options))
  local lab = { listener = listener, port = listener:port() }
  lab.host_key = listener:host_key()
  task.spawn(function()
    while true do -- no loop variable: it would keep the last tty alive
      local tty = listener:accept()
      if not tty then
        break
      end
      task.spawn(serve, tty)
    end
  end)
  function lab.run(more)
    more.port, more.host_key = lab.port, more.host_key or lab.host_key
    return openssh.run(more)
  end
  function lab.start(more)
    more.port, more.host_key = lab.port, lab.host_key
    return openssh.start(more)
  end
  return fn(lab)
end

local function say_hello(tty)
  tty:write "hello\r\n"
  tty:close(0)
end

-- sleep until something that another task does has happened
local function wait_for(condition)
  while not condition() do
    task.sleep(0.002)
  end
end

-- A client's offer: packets before the first keys are plain, and padded to 8 bytes.
local function offer_of(kex)
  local lists = {
    kex, "ssh-ed25519", "aes128-ctr", "aes128-ctr", "hmac-sha2-256", "hmac-sha2-256",
    "none", "none", "", "",
  }
  local payload = "\20" .. ("c"):rep(16)
  for _, list in ipairs(lists) do
    payload = payload .. string.pack(">s4", list)
  end
  payload = payload .. "\0\0\0\0\0"
  local padding = 12 - (#payload + 5 + 4) % 8
  return string.pack(">I4B", #payload + padding + 1, padding) .. payload
    .. ("\0"):rep(padding)
end

-- all that a server says to one text
local function ask(port, text)
  return task.await(function(done)
    local socket, said = uv.new_tcp(), ""
    socket:connect("127.0.0.1", port, function(err)
      assert(not err, err)
      socket:write(text)
      socket:read_start(function(_, data)
        said = said .. (data or "")
        if not data then
          socket:close()
          done(said)
        end
      end)
    end)
  end)
end

describe("host.server", function()
  it("tells its offer, also to one that sends all at once and has nothing of it",
    function()
      local listener <close> = assert(server.listen {
        admit = function()
          return { algorithms = { kex = "diffie-hellman-group1-sha1" } }
        end,
        authorize = function() return true end,
      })
      for _ = 1, 20 do
        local said = ask(listener:port(),
          "SSH-2.0-spec\r\n" .. offer_of "curve25519-sha256")
        assert.matches("^SSH%-2%.0%-", said)
        assert.is_truthy(said:find("diffie-hellman-group1-sha1,", 1, true), said)
      end
    end)

  it("runs a command and tells its exit status", function()
    local seen
    local function serve(tty)
      seen = { tty:kind(), tty:command(), tty:user(), tty:address(), tty:has_pty() }
      tty:write("you are " .. tty:client() .. "\n")
      tty:close(7)
    end
    with_lab({}, serve, function(lab)
      local client = lab.run { host = "127.9.8.7", command = "show version" }
      assert.equal(7, client.status, client.stderr)
      assert.equal("you are 127.0.0.1\n", client.stdout)
      assert.same({ "exec", "show version", "admin", "127.9.8.7", false }, seen)
    end)
  end)

  it("serves a shell with a terminal", function()
    local function serve(tty)
      assert.equal("shell", tty:kind())
      assert.is_nil(tty:command())
      assert.is_true(tty:has_pty())
      assert.same({ 80, 24 }, { tty:size() }) -- ssh has no terminal to measure
      while true do
        local line = tty:read_line { prompt = "r1#" }
        if line == "exit" then
          return tty:close()
        end
        tty:write(("<%s>\r\n"):format(line))
      end
    end
    with_lab({}, serve, function(lab)
      local client = lab.start { has_pty = true }
      assert.equal("", client:read_to "r1#")
      client:write "show version\r"
      assert.equal("show version\r\n<show version>\r\n", client:read_to "r1#")
      client:write "exit\r"
      client:join()
      assert.equal("exit\r\n", client.stdout)
    end)
  end)

  describe("logins", function()
    local function attempt(profile, options, client)
      local asked = {}
      options.admit = function() return profile end
      local judge = options.authorize or function(_, _, _, secret)
        return secret == "pw"
      end
      options.authorize = function(...)
        asked[#asked + 1] = table.concat({ ... }, " ")
        return judge(...)
      end
      return with_lab(options, say_hello, function(lab)
        client.command = "x"
        return lab.run(client), asked, lab.listener:stats()
      end)
    end

    it("are by password", function()
      local client, asked, stats = attempt({ methods = { "password" } }, {}, {})
      assert.equal("hello\r\n", client.stdout)
      assert.same({ "127.0.0.1 admin password pw" }, asked)
      assert.equal(1, stats.logins)
    end)

    it("are by keyboard-interactive", function()
      local client, asked = attempt({ methods = { "keyboard-interactive" } }, {}, {})
      assert.equal("hello\r\n", client.stdout)
      assert.same({ "127.0.0.1 admin keyboard-interactive pw" }, asked)
    end)

    it("are by key", function()
      local folder = assert(uv.fs_mkdtemp "/tmp/moonwire-spec-XXXXXX")
      local key = folder .. "/key"
      assert(os.execute("ssh-keygen -q -t ed25519 -N '' -f " .. key))
      local print = io.popen("ssh-keygen -lf " .. key):read("a"):match "SHA256:%S+"
      local client, asked = attempt({}, {
        authorize = function(_, _, method, secret)
          return method == "publickey" and secret == print
        end,
      }, { key = key })
      os.execute("rm -r " .. folder)
      assert.equal("hello\r\n", client.stdout)
      local line = "127.0.0.1 admin publickey " .. print
      assert.same({ line, line }, asked) -- first whether it is worth signing with
    end)

    it("are refused with a wrong password", function()
      local client, asked, stats = attempt({}, {}, { password = "wrong" })
      assert.not_equal(0, client.status)
      assert.equal("", client.stdout)
      assert.equal(1, #asked) -- sshpass gives up at the second prompt
      assert.equal(0, stats.logins)
    end)

    -- trap: libssh hands on methods that are not on offer
    it("are not even asked about when the method is not on offer", function()
      local options = { "-o", "PreferredAuthentications=password" }
      local client, asked = attempt({ methods = { "keyboard-interactive" } }, {}, {
        options = options,
      })
      assert.not_equal(0, client.status)
      assert.same({}, asked)
    end)

    it("take the time that the script says, refused or not", function()
      for _, password in ipairs { "pw", "wrong" } do
        local start = task.now()
        attempt({ auth_delay = 0.03 }, {
          authorize = function(_, _, _, secret) return secret == "pw", 0.05 end,
        }, { password = password })
        assert.is_true(task.now() - start >= 0.08)
      end
    end)

    it("end the connection after too many", function()
      local client, asked = attempt({ tries = 1 }, {}, { password = "wrong" })
      assert.matches("Too many authentication failures", client.stderr)
      assert.equal(1, #asked)
    end)

    it("are refused when the script fails", function()
      warn "@off"
      local client, asked, stats = attempt({}, {
        authorize = function() error "no idea" end,
      }, {})
      warn "@on"
      assert.not_equal(0, client.status)
      assert.is_true(#asked > 0)
      assert.equal(0, stats.logins)
    end)
  end)

  describe("looks", function()
    local function raw_banner(port)
      return task.await(function(done)
        local socket, text = uv.new_tcp(), ""
        socket:connect("127.0.0.1", port, function()
          socket:read_start(function(_, data)
            text = text .. (data or "")
            if text:find "\n" or not data then
              socket:close()
              done(text)
            end
          end)
        end)
      end)
    end

    it("as its profile says", function()
      local options = {
        admit = function(address, port)
          assert.is_true(port > 0)
          return {
            identification = "Cisco-1.25",
            algorithms = {
              kex = "ecdh-sha2-nistp256",
              ciphers = "aes256-ctr",
              macs = "hmac-sha2-256",
            },
          }, address
        end,
      }
      with_lab(options, say_hello, function(lab)
        assert.equal("SSH-2.0-Cisco-1.25\r\n", raw_banner(lab.port))
        local client = lab.run { command = "x", options = { "-v" } }
        assert.equal("hello\r\n", client.stdout)
        assert.matches("kex: algorithm: ecdh%-sha2%-nistp256", client.stderr)
        assert.matches("cipher: aes256%-ctr MAC: hmac%-sha2%-256 ", client.stderr)
      end)
    end)

    it("like another device when its host key is another", function()
      local which = 1
      local texts = {}
      for i = 1, 2 do
        local path = os.tmpname()
        os.remove(path)
        assert(os.execute("ssh-keygen -q -t ed25519 -N '' -f " .. path))
        texts[i] = assert(io.open(path)):read "a"
        os.remove(path)
        os.remove(path .. ".pub")
      end
      local options = {
        host_keys = texts,
        admit = function() return { host_key = which } end,
      }
      with_lab(options, say_hello, function(lab)
        assert.not_equal(lab.listener:host_key(1), lab.listener:host_key(2))
        assert.equal(0, lab.run({ command = "x" }).status)
        which = 2
        assert.equal(255, lab.run({ command = "x" }).status)
        local second = lab.run { command = "x", host_key = lab.listener:host_key(2) }
        assert.equal(0, second.status)
      end)
    end)

    it("busy before its key exchange, but says its name at once", function()
      local options = { admit = function() return { kex_delay = 1000 } end }
      with_lab(options, say_hello, function(lab)
        assert.matches("^SSH%-2%.0%-", raw_banner(lab.port))
        assert.equal(0, lab.listener:stats().logins)
        -- and it notices that the client has gone meanwhile
        wait_for(function() return lab.listener:stats().open == 0 end)
      end)
    end)

    it("slow", function()
      local options = {
        admit = function() return { banner_delay = 0.02, kex_delay = 0.03 } end,
      }
      with_lab(options, say_hello, function(lab)
        local start = task.now()
        assert.equal("hello\r\n", lab.run({ command = "x" }).stdout)
        assert.is_true(task.now() - start >= 0.05)
      end)
    end)
  end)

  it("refuses whom the script does not admit, and too many", function()
    local options = { max_peers = 1, admit = function(address)
      return address ~= "127.0.0.2" and {} or nil
    end }
    local function serve(tty)
      tty:read_key()
    end
    with_lab(options, serve, function(lab)
      assert.equal(255, lab.run({ host = "127.0.0.2", command = "x" }).status)
      local first = lab.start { command = "x" }
      wait_for(function() return lab.listener:stats().logins == 1 end)
      assert.equal(255, lab.run({ command = "x" }).status)
      local stats = lab.listener:stats()
      assert.equal(3, stats.accepted)
      assert.equal(2, stats.refused)
      assert.equal(1, stats.open)
      assert.equal(1, stats.peak)
      assert.is_true(stats.bytes_in > 1000 and stats.bytes_out > 1000)
      first:kill()
      wait_for(function() return lab.listener:stats().open == 0 end)
    end)
  end)

  it("refuses a client when the profile makes no sense", function()
    local bad = {
      { rtt = -1 }, { rtt = "soon" }, { drop_after = 1.5 }, { host_key = 2 },
      { methods = { "telepathy" } }, { methods = { "none" } }, { algorithms = "all" },
      { algorithms = { kex = "telepathy" } }, { identification = {} }, 7,
    }
    local next_one = 0
    local options = { admit = function()
      next_one = next_one + 1
      return bad[next_one]
    end }
    warn "@off"
    with_lab(options, say_hello, function(lab)
      for i in ipairs(bad) do
        assert.equal(255, lab.run({ command = "x" }).status, tostring(i))
      end
      assert.equal(#bad, lab.listener:stats().refused)
    end)
    warn "@on"
  end)

  it("refuses requests that the profile forbids", function()
    for _, request in ipairs { "shell", "exec", "pty" } do
      local options = { admit = function() return { [request] = false } end }
      with_lab(options, say_hello, function(lab)
        local client = lab.run {
          command = request == "exec" and "x" or nil,
          has_pty = request == "pty",
        }
        assert.equal("", client.stdout)
        assert.matches("request failed", client.stderr)
      end)
    end
  end)

  it("renews its keys in the middle of an output", function()
    local options = { admit = function() return { rekey_after = 65536 } end }
    local function serve(tty)
      tty:write(("x"):rep(1000000))
      tty:close(0)
    end
    with_lab(options, serve, function(lab)
      local client = lab.run { command = "x", options = { "-v" } }
      assert.equal(1000000, #client.stdout)
      local _, count = client.stderr:gsub("SSH2_MSG_KEXINIT received", "")
      assert.is_true(count > 2)
    end)
  end)

  -- trap: libssh takes no more than the client's window, and says so only by a number
  it("loses nothing when the reader stops for a while", function()
    local lines = {}
    for i = 1, 250000 do
      lines[i] = ("line %06d of a long output, which no reader takes at once"):format(i)
    end
    local text = table.concat(lines, "\n")
    local is_written = false
    local function serve(tty)
      for first = 1, #text, 1000000 do
        assert(tty:write(text:sub(first, first + 999999)))
      end
      is_written = true
      tty:close(0)
    end
    local options = {}
    with_lab(options, serve, function(lab)
      local client = lab.start { command = "x" }
      client:read_to "line 000002"
      uv.kill(client:ssh_pid(), "sigstop")
      local ticks = 0
      for _ = 1, 5 do -- the loop goes on, whatever the client does
        task.sleep(0.002)
        ticks = ticks + 1
      end
      assert.equal(5, ticks)
      assert.is_false(is_written)
      uv.kill(client:ssh_pid(), "sigcont")
      assert.equal(0, client:join())
      local _, rest = text:find("line 000002", 1, true)
      assert.is_true(client.stdout == text:sub(rest + 1))
    end)
  end)

  it("keeps more typed ahead than it has room for", function()
    local go, count = false, 0
    local function serve(tty)
      wait_for(function() return go end)
      while true do
        local line, _, kind = tty:read_line { echo = false }
        if not line then
          assert.equal("dropped", kind)
          tty:write(tostring(count))
          return tty:close(0)
        end
        count = count + 1
        assert.equal(("line %d"):format(count), line)
      end
    end
    local lines = {}
    for i = 1, 40000 do
      lines[i] = ("line %d\n"):format(i)
    end
    with_lab({}, serve, function(lab)
      local client = lab.start { command = "x" }
      client:write(table.concat(lines))
      client:finish()
      wait_for(function() return lab.listener:stats().bytes_in > 100000 end)
      go = true
      client:join()
      assert.matches("40000$", client.stdout)
    end)
  end)

  describe("ends", function()
    local function ending(finish)
      local is_read, results = false, nil
      local function serve(tty)
        tty:write "before the end"
        wait_for(function() return is_read end)
        local reader = task.spawn(function() return tty:read_key() end)
        task.sleep(0)
        finish(tty)
        results = table.pack(reader:join())
        assert.is_nil((tty:write "after the end"))
      end
      return with_lab({}, serve, function(lab)
        local client = lab.start { command = "x" }
        client:read_to "before the end"
        is_read = true
        client:join()
        wait_for(function() return results end)
        wait_for(function() return lab.listener:stats().open == 0 end)
        assert.equal("closed", results[4])
        return client
      end)
    end

    it("with a close", function()
      assert.equal(3, ending(function(tty) tty:close(3) end).status)
    end)

    it("with a disconnect", function()
      local client = ending(function(tty) tty:disconnect "maintenance" end)
      assert.matches("maintenance", client.stderr)
      assert.equal(255, client.status)
    end)

    it("with a drop", function()
      local client = ending(function(tty) tty:drop() end)
      assert.matches("closed by remote host", client.stderr)
    end)

    it("with a reset", function()
      local client = ending(function(tty) tty:reset() end)
      assert.equal(255, client.status)
      assert.not_matches("closed by remote host", client.stderr)
    end)

    it("with the last reference", function()
      local function serve(tty)
        tty:write "forgotten"
      end
      with_lab({}, serve, function(lab)
        local client = lab.start { command = "x" }
        client:read_to "forgotten"
        collectgarbage()
        collectgarbage()
        client:join()
        wait_for(function() return lab.listener:stats().open == 0 end)
      end)
    end)

    it("when the client goes, in mid-read and in mid-write", function()
      local read, written
      local function serve(tty)
        local writer = task.spawn(function() return tty:write(("x"):rep(1 << 24)) end)
        read = table.pack(tty:read_line())
        written = table.pack(writer:join())
      end
      with_lab({}, serve, function(lab)
        local client = lab.start { command = "x" }
        client:read_to "xxxx"
        client:kill()
        wait_for(function() return written end)
        assert.equal("dropped", read[3])
        assert.same({ true, nil, "dropped" }, { written[1], written[2], written[4] })
      end)
    end)

    it("when the listener is closed under it", function()
      local read
      local function serve(tty)
        tty:write "ready"
        read = table.pack(tty:read_line())
      end
      with_lab({}, serve, function(lab)
        local client = lab.start { command = "x" }
        client:read_to "ready"
        lab.listener:close()
        client:join()
        wait_for(function() return read end)
        assert.equal("closed", read[3])
        assert.equal(1, lab.listener:stats().logins)
        assert.equal(0, lab.listener:stats().open)
      end)
    end)
  end)

  it("cancels whatever waits", function()
    local tty
    local function serve(it)
      tty = it
      tty:write "ready"
      task.sleep(1000)
    end
    with_lab({}, serve, function(lab)
      local client = lab.start { command = "x" }
      client:read_to "ready"
      uv.kill(client:ssh_pid(), "sigstop")
      for _, wait in ipairs {
        function() return tty:read_line() end,
        function() return tty:read_key() end,
        function() return tty:write(("x"):rep(1 << 24)) end,
      } do
        local member = task.spawn(wait)
        task.sleep(0)
        member:cancel()
        local ok, err = member:join()
        assert.is_false(ok)
        assert.equal("cancelled", err.kind)
      end
      assert.equal("timeout", select(3, tty:read_key(0)))
      assert.equal("timeout", select(3, tty:read_line { timeout = 0.001 }))
      uv.kill(client:ssh_pid(), "sigcont")
      client:kill()
    end)
    local listener <close> = assert(server.listen { authorize = function() end })
    local member = task.spawn(function() return listener:accept() end)
    task.sleep(0)
    assert.error_matches(function() listener:accept() end, "accepting already")
    member:cancel()
    assert.is_false((member:join()))
    assert.equal("timeout", select(3, listener:accept(0)))
  end)

  it("raises on misuse", function()
    local function authorize() end
    for message, options in pairs {
      ["table expected"] = 7,
      ["authorize is not a function"] = {},
      ["admit is not a function"] = { authorize = authorize, admit = 7 },
      ["port is not a number"] = { authorize = authorize, port = 65536 },
      ["max_peers is not a number"] = { authorize = authorize, max_peers = "many" },
      ["host_keys is not a list"] = { authorize = authorize, host_keys = 7 },
    } do
      assert.error_matches(function() server.listen(options) end, message)
    end
    local listener = assert(server.listen { authorize = authorize })
    assert.error_matches(function() listener:host_key(2) end, "no such host key")
    assert.error_matches(function() listener:accept "soon" end, "number expected")
    listener:close()
    listener:close()
    assert.error_matches(function() listener:port() end, "closed")
    assert.equal("closed", select(3, listener:accept()))
  end)

  it("says why it cannot listen", function()
    local function authorize() end
    local first <close> = assert(server.listen { authorize = authorize })
    for _, options in ipairs {
      { port = first:port() }, { address = "here" }, { host_keys = { "no key" } },
    } do
      options.authorize = authorize
      local listener, message, kind = server.listen(options)
      assert.is_nil(listener)
      assert.equal("local", kind)
      assert.matches("cannot listen", message)
    end
  end)

  it("takes a thousand connections at once", function()
    local options = { authorize = function() end }
    local listener <close> = assert(server.listen(options))
    local sockets = {}
    for i = 1, 1000 do
      sockets[i] = uv.new_tcp()
      sockets[i]:connect(("127.1.%d.%d"):format(i // 250, i % 250 + 1), listener:port())
    end
    wait_for(function() return listener:stats().accepted == 1000 end)
    assert.equal(1000, listener:stats().peak)
    for _, socket in ipairs(sockets) do
      socket:close()
    end
    wait_for(function() return listener:stats().open == 0 end)
  end)
end)
