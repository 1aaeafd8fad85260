-- Telnet and commands behind a jump host, which is an OpenSSH server.
-- Faults of spec/README.md: N17.
local fleet = require "moonwire.fleet"
local hostkeys = require "host.hostkeys"
local log = require "moonwire.log"
local process = require "spec.support.process"
local session = require "moonwire.session"
local sshd = require "spec.support.sshd"
local support = require "spec.support.lab"
local task = require "moonwire.task"
local together = require "spec.support.together"

local function bastion_of(server)
  return {
    name = "bastion", host = "127.0.0.1", port = server.port, username = server.user,
    key_file = server.ed25519, host_key = hostkeys.fingerprint(server.host_key),
  }
end

local function logins_at(server)
  local _, count = server:log():gsub("Connection from", "")
  return count
end

-- The devices of a lab behind a bastion of its own, each as `make` changes it.
local function with_devices(count, config, make, fn)
  local server = sshd.start(config .. "\nLogLevel VERBOSE")
  local ok, err = pcall(support.with_lab, { devices = count, telnet = true },
    function(lab)
      local known = server.folder .. "/known_hosts"
      local file <close> = assert(io.open(known, "w"))
      file:write(lab:known_hosts(), "\n")
      file:close()
      local devices = lab:inventory()
      for _, device in ipairs(devices) do
        device.jump = bastion_of(server)
        make(device, lab, known)
      end
      fn(devices, server)
    end)
  server:stop()
  assert(ok, err)
end

local function by_telnet(device, lab)
  device.transport, device.port = "telnet", lab:place().telnet_port
end

-- A stock client that runs at the jump host: the words hold what a shell would read.
local function by_command(device, _, known)
  device.transport = "command"
  device.command = {
    "sshpass", "-p", "admin", "ssh", "-F", "none", "-tt", "-e", "none",
    "-o", "UserKnownHostsFile=" .. known, "-o", "LogLevel=ERROR",
    "-o", "PubkeyAuthentication=no", "-o", "SetEnv=WORDS='a b';$HOME",
    "-p", "%p", "-l", "%r", "%h",
  }
end

-- runs in other threads too: no upvalues
local function show_version(opened)
  return opened:send_command "show version"
end

describe("behind a jump host", function()
  setup(function()
    log.redirect(function() end)
  end)

  teardown(function()
    log.redirect(nil)
  end)

  describe("telnet", function()
    it("goes by one connection, and nobody is forked", function()
      with_devices(8, "MaxSessions 0", by_telnet, function(devices, server)
        local before = #process.children()
        local connections, children
        local run = fleet.run(devices, { job = together(#devices, function()
          connections = process.connections_to(server.port)
          children = #process.children()
        end) })
        assert.is_true(run.ok)
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

    for _, mode in ipairs { "sync", "threads", "hybrid" } do
      it("does so in mode " .. mode, function()
        with_devices(4, "", by_telnet, function(devices, server)
          local run = fleet.run(devices, {
            mode = mode, workers = 2, job = show_version,
          })
          assert.is_true(run.ok)
          assert.equal(0, process.connections_to(server.port))
        end)
      end)
    end

    it("leaves the jump host with the last session, or a refused login", function()
      with_devices(1, "", by_telnet, function(devices, server)
        local one = assert(session.open(devices[1]))
        local other = assert(session.open(devices[1]))
        one:disconnect()
        assert.matches("uptime", assert(other:send_command "show version"))
        assert.equal(1, process.connections_to(server.port))
        other:disconnect()
        assert.equal(0, process.connections_to(server.port))

        devices[1].password = "wrong"
        local opened, _, kind, detail = session.open(devices[1])
        assert.is_nil(opened)
        assert.equal("auth", kind)
        assert.equal("auth", detail.phase)
        assert.equal(0, process.connections_to(server.port))
      end)
    end)

    it("goes by a proxy command, which is reaped", function()
      with_devices(2, "", by_telnet, function(devices)
        local before = #process.children()
        for _, device in ipairs(devices) do
          device.jump, device.proxy_command = nil, "nc %h %p"
        end
        local children
        local run = fleet.run(devices, { job = together(#devices, function()
          children = #process.children()
        end) })
        assert.is_true(run.ok)
        assert.equal(before + #devices, children)
        while #process.children() > before do
          task.sleep(0.01)
        end
        devices[1].proxy_command = "echo no way there >&2; exit 3"
        local opened, message, kind, detail = session.open(devices[1])
        assert.is_nil(opened)
        assert.equal("jump", kind)
        assert.equal("jump", detail.phase)
        assert.matches("no way there", message)
      end)
    end)

    it("fails as a connection of its own would", function()
      with_devices(1, "", by_telnet, function(devices, server)
        devices[1].port = 1
        local opened, message, kind, detail = session.open(devices[1])
        assert.is_nil(opened)
        assert.equal("refused", kind)
        assert.equal("jump", detail.phase)
        assert.matches("bastion", message)
        assert.equal(0, process.connections_to(server.port))
      end)
    end)

    it("is one root error when the jump host dies", function()
      with_devices(8, "", by_telnet, function(devices, server)
        local run = fleet.run(devices, {
          job = function(opened)
            local ok, message, kind = together(1, function() end)(opened)
            if opened.device.name == devices[1].name then
              server:crash()
            end
            while ok do
              ok, message, kind = opened:send_command "show version"
            end
            return nil, message, kind
          end,
        })
        assert.equal(#devices, run.count.failed)
        for _, result in ipairs(run.results) do
          assert.equal("jump", result.kind, result.message)
          assert.matches("the jump host bastion", result.root)
          assert.equal(run.results[1].root, result.root)
        end
      end)
    end)

    it("says which words of sshd's configuration forbid it", function()
      with_devices(1, "AllowTcpForwarding no", by_telnet, function(devices)
        local opened, message, kind, detail = session.open(devices[1])
        assert.is_nil(opened)
        assert.equal("jump", kind)
        assert.equal("jump", detail.phase)
        assert.matches("AllowTcpForwarding", message)
        assert.is_string(detail.root)
      end)
    end)
  end)

  describe("a command", function()
    it("runs there, with these very words, with a terminal or without", function()
      with_devices(1, "", by_command, function(devices, server)
        local before = #process.children()
        for _, pty in ipairs { false, true } do
          devices[1].pty = pty
          local opened = assert(session.open(devices[1]))
          assert.matches("uptime is", assert(opened:send_command "show version"))
          assert.equal(before, #process.children())
          assert.is_number(opened:phases().jump)
          opened:disconnect()
          assert.equal(0, process.connections_to(server.port))
        end
      end)
    end)

    it("has no prompt in its answers where nothing echoes", function()
      local device = { -- it ends an empty line all the same
        "sh", "-c", "printf '\\r\\nsw1#'; while read -r line; do case $line in "
          .. "show*) printf '\\r\\n%s of sw1' \"$line\" ;; esac; "
          .. "printf '\\r\\nsw1#'; done",
      }
      local function make(one)
        one.transport, one.command, one.device_type = "command", device, "cisco_ios"
      end
      with_devices(1, "", make, function(devices)
        for _, pty in ipairs { false, true } do
          devices[1].pty = pty
          local opened <close> = assert(session.open(devices[1]))
          assert.equal("\nshow clock of sw1", opened:send_command "show clock")
          assert.equal("\nshow users of sw1", opened:send_command "show users")
        end
      end)
    end)

    it("has another connection where one has room for one session only", function()
      with_devices(3, "MaxSessions 1", by_command, function(devices, server)
        local connections
        local run = fleet.run(devices, { job = together(#devices, function()
          connections = process.connections_to(server.port)
        end) })
        assert.is_true(run.ok, run.results[1].message)
        assert.equal(#devices, connections)
        assert.equal(#devices, logins_at(server))
        assert.equal(0, process.connections_to(server.port))
      end)
    end)

    it("is refused for good where there is room for none", function()
      with_devices(3, "MaxSessions 0", by_command, function(devices, server)
        local run = fleet.run(devices, { job = show_version })
        assert.equal(#devices, run.count.failed)
        for _, result in ipairs(run.results) do
          assert.equal("jump", result.kind)
          assert.equal("jump", result.phase)
          assert.matches("MaxSessions", result.message)
          assert.equal(run.results[1].root, result.root)
        end
        assert.equal(0, process.connections_to(server.port))
      end)
    end)

    it("that is not there says so", function()
      with_devices(1, "", by_command, function(devices)
        devices[1].command = { "no-such-program", "it's" }
        local opened, message, kind = session.open(devices[1])
        assert.is_nil(opened)
        assert.equal("dropped", kind)
        assert.matches("no%-such%-program", message)
        assert.matches("not found", message)
        devices[1].jump = "no host"
        opened, message, kind = session.open(devices[1])
        assert.is_nil(opened)
        assert.equal("invalid", kind)
        assert.matches("no jump host", message)
      end)
    end)
  end)
end)
