-- Faults of spec/README.md: N17.
local fleet = require "moonwire.fleet"
local hostkeys = require "host.hostkeys"
local process = require "spec.support.process"
local session = require "moonwire.session"
local sshd = require "spec.support.sshd"
local support = require "spec.support.lab"
local task = require "moonwire.task"
local transport = require "moonwire.transport.ssh"

local MODES = { "sync", "threads", "nonblocking", "hybrid" }

local function by_key(server, name)
  return {
    name = name,
    host = "127.0.0.1",
    port = server.port,
    username = server.user,
    key_file = server.ed25519,
    host_key = hostkeys.fingerprint(server.host_key),
  }
end

local function with_sshd(config, fn)
  local server = sshd.start("MaxSessions 1\nLogLevel VERBOSE\n" .. (config or ""))
  local ok, err = pcall(fn, server, by_key(server, "bastion"))
  server:stop()
  assert(ok, err)
end

-- A lab behind a bastion that offers nothing but to forward.
local function behind_bastion(options, fn)
  with_sshd(options.config, function(server, bastion)
    support.with_lab({ devices = options.devices or 1 }, function(here)
      local devices = here:inventory()
      for _, device in ipairs(devices) do
        device.jump = bastion
      end
      fn(devices, bastion, server, here)
    end)
  end)
end

-- runs in other threads too: no upvalues
local function show_version(opened)
  return opened:send_command "show version"
end

local function logins_at(server)
  local _, count = server:log():gsub("Connection from", "")
  return count
end

local function roots_of(run)
  local roots, count = {}, 0
  for _, result in ipairs(run.results) do
    if result.root and not roots[result.root] then
      roots[result.root], count = true, count + 1
    end
  end
  return count, (next(roots))
end

describe("a jump host", function()
  it("carries 200 devices on one connection, and nobody is forked", function()
    behind_bastion({ devices = 200 }, function(devices, _, server)
      local gate, missing = task.semaphore(0), #devices
      local before = #process.children()
      local connections, children
      local run = fleet.run(devices, {
        job = function(opened)
          missing = missing - 1
          if missing == 0 then
            connections = process.connections_to(server.port)
            children = #process.children()
            gate:release()
          end
          gate:acquire()
          gate:release()
          return opened:send_command "show version"
        end,
      })
      assert.is_true(run.ok)
      assert.equal(200, run.peak_sessions)
      assert.equal(1, connections)
      assert.equal(before, children)
      assert.equal(1, logins_at(server))
      for i, result in ipairs(run.results) do
        assert.matches(devices[i].name, result.value, 1, true)
        assert.is_number(result.phases.jump)
        assert.is_nil(result.phases.connect)
      end
      assert.equal(0, process.connections_to(server.port))
    end)
  end)

  for _, mode in ipairs(MODES) do
    it("is used in mode " .. mode .. ", once by each loop", function()
      behind_bastion({ devices = 6 }, function(devices, _, server)
        local run = fleet.run(devices, { mode = mode, workers = 2, job = show_version })
        assert.is_true(run.ok)
        local is_single = mode == "sync" or mode == "nonblocking"
        assert.equal(is_single and 1 or 2, logins_at(server))
        assert.equal(0, process.connections_to(server.port))
      end)
    end)
  end

  it("may stand behind another one", function()
    with_sshd(nil, function(first_server, first)
      behind_bastion({ devices = 20 }, function(devices, second, second_server)
        second.name = "second"
        for i, device in ipairs(devices) do
          device.jump = i % 2 == 0 and { first, second }
            or setmetatable({ jump = first }, { __index = second })
        end
        local run = fleet.run(devices, { job = show_version })
        assert.is_true(run.ok)
        assert.equal(1, logins_at(first_server))
        assert.equal(1, logins_at(second_server))
        assert.equal(0, process.connections_to(first_server.port))
      end)
    end)
  end)

  it("is left with the last session, when there is no run", function()
    behind_bastion({}, function(devices, _, server)
      local one = assert(session.open(devices[1]))
      local other = assert(session.open(devices[1]))
      assert.equal(1, process.connections_to(server.port))
      one:disconnect()
      assert.matches("uptime", assert(other:send_command "show version"))
      other:disconnect()
      assert.equal(0, process.connections_to(server.port))
      assert.equal(1, logins_at(server))
    end)
  end)

  it("shows the host key of a device behind it", function()
    behind_bastion({}, function(devices, _, server, here)
      assert.equal(here:host_key(), assert(transport.host_key(devices[1])))
      assert.equal(0, process.connections_to(server.port))
      devices[1].jump, devices[1].proxy_command = nil, "nc %h %p"
      assert.equal(here:host_key(), assert(transport.host_key(devices[1])))
      devices[1].proxy_command = "false"
      local key, message, kind = transport.host_key(devices[1])
      assert.is_nil(key)
      assert.equal("jump", kind)
      assert.matches("status 1", message)
    end)
  end)

  it("takes no more devices at once than jump_limit", function()
    behind_bastion({ devices = 12 }, function(devices, bastion, _, here)
      bastion.jump_limit = 3
      local arrived, gate = 0, task.semaphore(0)
      local function wait_for_three(opened)
        arrived = arrived + 1
        if arrived == 3 then
          gate:release()
        end
        gate:acquire()
        gate:release()
        return show_version(opened)
      end
      assert.is_true(fleet.run(devices, { job = wait_for_three }).ok)
      assert.equal(3, here:peak_sessions())
    end)
  end)

  it("may be a name with a user and a port, that the device's key opens", function()
    behind_bastion({}, function(devices, bastion, server)
      local path = os.tmpname()
      local file = assert(io.open(path, "w"))
      file:write(("[127.0.0.1]:%d %s\n"):format(server.port, server.host_key))
      file:close()
      local device = devices[1]
      device.jump = ("%s@127.0.0.1:%d"):format(bastion.username, bastion.port)
      device.key_file, device.known_hosts = bastion.key_file, path
      local opened, message = session.open(device)
      os.remove(path)
      assert(opened, message):disconnect()
    end)
  end)

  it("may be what ssh_config says, as ProxyJump or as ProxyCommand", function()
    behind_bastion({ devices = 3 }, function(devices, bastion, server)
      local folder = server.folder
      local known = folder .. "/known_hosts"
      local function write(path, text)
        local file <close> = assert(io.open(path, "w"))
        file:write(text)
      end
      write(known, ("[127.0.0.1]:%d %s\n"):format(server.port, server.host_key))
      for i, way in ipairs {
        "ProxyJump bastion",
        ("ProxyCommand ssh -F %s/ssh_config2 -W %%h:%%p bastion"):format(folder),
      } do
        local config = ("%s/ssh_config%d"):format(folder, i) -- each is read once
        write(config, ([[
Host bastion
  HostName 127.0.0.1
  Port %d
  User %s
  IdentityFile %s
  IdentitiesOnly yes
Host 127.1.* !bastion
  %s
Host *
  UserKnownHostsFile %s
]]):format(server.port, server.user, bastion.key_file, way, known))
        for _, device in ipairs(devices) do
          device.jump, device.ssh_config_file = nil, config
        end
        local run = fleet.run(devices, { job = show_version })
        assert.is_true(run.ok, run.results[1].message)
      end
      assert.equal(1 + #devices, logins_at(server))
    end)
  end)

  it("carries more than its windows and our sockets hold, both ways", function()
    with_sshd(nil, function(server, bastion)
      local size = 6 << 20
      local device = by_key(server)
      device.jump = bastion
      local client = assert(transport.connect(device, {}))
      local command = ("head -c %d /dev/zero | tr '\\0' x"):format(size)
      local answer = assert(client:exec(command))
      assert.equal(size, #answer.stdout)
      assert.is_nil(answer.stdout:find "[^x]")

      -- as in spec/host/ssh_spec.lua: a reader that is in no hurry
      local shell = assert(client:shell {})
      -- what comes before the terminal is raw may be dropped, as longer than a line
      local reader = "stty raw -echo; printf 'R#!%%s\\n' go-1; sleep 0.1;"
        .. " head -c %d|wc -c; echo 'R#!done-1'\n"
      local event, text
      assert(shell:write(reader:format(size)))
      repeat
        event = assert(shell:read("!go-1", 30))
      until event == "mark"
      for _ = 1, size >> 16 do
        assert(shell:write(("y"):rep(1 << 16)))
      end
      repeat
        event, text = assert(shell:read("!done-1", 30))
      until event == "mark"
      assert.matches(("%d\n$"):format(size), text)
      transport.disconnect(client)
    end)
  end)
end)

describe("a jump host that fails", function()
  it("is one root error for all, and the rest goes on", function()
    behind_bastion({ devices = 60 }, function(devices, _, server)
      for i = 41, 60 do
        devices[i].jump = nil
      end
      local arrived = 0
      local run = fleet.run(devices, {
        limit = 50, -- some of those behind it come when it is gone
        job = function(opened, device)
          if device.jump then
            arrived = arrived + 1
            if arrived == 25 then
              server:crash()
            end
            while opened.client:is_open() do
              local ok, message, kind = opened:send_command "show version"
              if not ok then
                return nil, message, kind
              end
            end
          end
          return opened:send_command "show version"
        end,
      })
      assert.same({ ok = 20, failed = 40 }, run.count)
      for i, result in ipairs(run.results) do
        assert.equal(i > 40, result.ok)
        if not result.ok then
          assert.equal("jump", result.kind, result.message)
          assert.matches("bastion", result.message)
        end
      end
      local count, root = roots_of(run)
      assert.equal(1, count)
      assert.matches("^the jump host bastion is lost: ", root)
    end)
  end)

  it("is the root error of those who wait for their first prompt, too", function()
    with_sshd(nil, function(server, bastion)
      local faults = { { name = "silent_shell" } }
      support.with_lab({ devices = 4, faults = faults }, function(here)
        local devices = here:inventory()
        for _, device in ipairs(devices) do
          device.jump = bastion
        end
        task.group(function(group)
          group:spawn(function()
            for i = 1, #devices do
              while here:device(i):attempts() == 0 do
                task.sleep(0.01)
              end
            end
            server:crash()
          end)
          local run = fleet.run(devices, { job = show_version })
          assert.equal(4, run.count.failed)
          for _, result in ipairs(run.results) do
            assert.equal("jump", result.kind, result.message)
            assert.matches("^the jump host bastion is lost: ", result.root)
          end
          assert.equal(1, (roots_of(run)))
        end)
      end)
    end)
  end)

  it("is named to who opens something on a connection behind it", function()
    behind_bastion({}, function(devices, _, server)
      local client = assert(transport.connect(devices[1], {}))
      server:crash()
      while client:is_open() do
        task.sleep(0.01)
      end
      local shell, message, kind = client:shell {}
      assert.is_nil(shell)
      assert.equal("jump", kind)
      assert.matches("^the jump host bastion is lost: ", message)
      assert.equal("jump", select(3, client:exec "show version"))
      transport.disconnect(client)
    end)
  end)

  it("is asked once when it refuses the login", function()
    behind_bastion({ devices = 30 }, function(devices, bastion, server)
      bastion.key_file, bastion.password = nil, "wrong"
      local run = fleet.run(devices, { limit = 10, job = show_version })
      assert.equal(30, run.count.failed)
      assert.equal(1, logins_at(server))
      for _, result in ipairs(run.results) do
        assert.equal("jump", result.kind)
        assert.equal("jump", result.phase)
      end
      local count, root = roots_of(run)
      assert.equal(1, count)
      assert.matches("the jump host bastion", root)
      local opened, message, kind = session.open(devices[1])
      assert.is_nil(opened)
      assert.equal("jump", kind)
      assert.matches("bastion", message)
      assert.equal(1, logins_at(server)) -- nor does it learn from a script in a loop
    end)
  end)

  it("gets no credential when its host key is not the known one", function()
    behind_bastion({}, function(devices, bastion, server)
      bastion.host_key = "SHA256:" .. ("A"):rep(43)
      local opened, message, kind, detail = session.open(devices[1])
      assert.is_nil(opened)
      assert.equal("jump", kind)
      assert.equal("jump", detail.phase)
      assert.matches("SHA256:", message)
      assert.is_nil(server:log():find "Accepted")
    end)
  end)

  it("does not stand in for the device's own host key", function()
    behind_bastion({}, function(devices)
      devices[1].host_key = "SHA256:" .. ("A"):rep(43)
      local opened, message, kind = session.open(devices[1])
      assert.is_nil(opened)
      assert.equal("hostkey", kind)
      assert.matches(devices[1].name, message, 1, true)
    end)
  end)

  it("is told apart from a device that refuses the connection", function()
    behind_bastion({ devices = 40 }, function(devices)
      for i = 1, 20 do
        devices[i].port = 1
      end
      local run = fleet.run(devices, { job = show_version })
      assert.same({ ok = 20, failed = 20 }, run.count)
      for i = 1, 20 do
        assert.equal("refused", run.results[i].kind)
        assert.equal("jump", run.results[i].phase)
        assert.matches("bastion", run.results[i].message)
        assert.is_nil(run.results[i].root)
      end
    end)
  end)

  it("may forbid to go on", function()
    local config = "AllowTcpForwarding no"
    behind_bastion({ devices = 10, config = config }, function(devices, _, server)
      local run = fleet.run(devices, { job = show_version })
      assert.equal(10, run.count.failed)
      local count, root = roots_of(run)
      assert.equal(1, count)
      assert.matches("bastion does not forward", root)
      assert.equal("jump", run.results[1].kind)
      assert.equal(1, logins_at(server))
    end)
  end)

  it("is named when it is the first of two", function()
    with_sshd(nil, function(first_server, first)
      behind_bastion({ devices = 4 }, function(devices, second)
        first.name, second.name = "first", "second"
        for _, device in ipairs(devices) do
          device.jump = { first, second }
        end
        local arrived = 0
        local run = fleet.run(devices, {
          job = function(opened)
            arrived = arrived + 1
            if arrived == #devices then
              first_server:crash()
            end
            local ok, message, kind
            repeat
              ok, message, kind = opened:send_command "show version"
            until not ok
            return nil, message, kind
          end,
        })
        local count, root = roots_of(run)
        assert.equal(1, count)
        assert.matches("^the jump host first is lost", root)
        assert.equal(4, run.count.failed)
      end)
    end)
  end)

  it("is refused when it is its own way", function()
    local device = { host = "127.0.0.1", username = "x" }
    device.jump = device
    local opened, message, kind = session.open(device)
    assert.is_nil(opened)
    assert.equal("invalid", kind)
    assert.matches("circle", message)
  end)
end)
