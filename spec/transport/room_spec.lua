-- Jump hosts that have no room for another channel, or forbid it: how often they are
-- asked, how many connections they get, and what is said.
local child = require "spec.support.child"
local fleet = require "moonwire.fleet"
local hostkeys = require "host.hostkeys"
local json = require "dkjson"
local process = require "spec.support.process"
local sshd = require "spec.support.sshd"
local support = require "spec.support.lab"
local together = require "spec.support.together"

local DEVICES = 8
local DESCRIPTORS = 12 -- an OpenSSH server has some five of these for channels
local FEW = 5 -- connections: none that every device gets for itself
local NO_ROOM = "the jump host bastion has no room for another channel"

local function show_version(opened)
  return opened:send_command "show version"
end

local function with_openssh(config, descriptors, fn)
  local server = sshd.start("LogLevel VERBOSE\n" .. config, nil, descriptors)
  local ok, err = pcall(support.with_lab, { devices = DEVICES }, function(lab)
    local devices = lab:inventory()
    for _, device in ipairs(devices) do
      device.jump = {
        name = "bastion", host = "127.0.0.1", port = server.port,
        username = server.user, key_file = server.ed25519,
        host_key = hostkeys.fingerprint(server.host_key),
      }
    end
    fn(devices, server)
  end)
  server:stop()
  assert(ok, err)
end

local function logins_at(server)
  local _, count = server:log():gsub("Accepted publickey", "")
  return count
end

describe("a jump host that is an OpenSSH server", function()
  it("gets another connection where one has no descriptors left", function()
    with_openssh("", DESCRIPTORS, function(devices, server)
      local connections
      local run = fleet.run(devices, { job = together(#devices, function()
        connections = process.connections_to(server.port)
      end) })
      assert.is_true(run.ok, run.results[1].message)
      assert.is_true(connections > 1 and connections < #devices, connections)
      assert.equal(connections, logins_at(server))
      assert.equal(0, process.connections_to(server.port))
    end)
  end)

  it("tells those that it has no way to from those it has no room for", function()
    with_openssh("", nil, function(devices, server)
      for i = 1, 3 do
        devices[i].host = "255.255.255.255" -- no connection can even begin
      end
      local run = fleet.run(devices, { job = show_version })
      assert.same({ ok = DEVICES - 3, failed = 3 }, run.count)
      for i = 1, 3 do
        assert.equal("unreachable", run.results[i].kind, run.results[i].message)
        assert.is_nil(run.results[i].root)
        assert.matches("no route, or no descriptor", run.results[i].message, 1, true)
      end
      assert.is_true(logins_at(server) <= FEW, server:log())
    end)
  end)

  it("gets none for devices that its configuration forbids", function()
    with_openssh("PermitOpen 127.0.0.1:1", nil, function(devices, server)
      local run = fleet.run(devices, { job = show_version })
      assert.same({ ok = 0, failed = DEVICES }, run.count)
      for _, result in ipairs(run.results) do
        assert.equal("jump", result.kind)
        assert.matches("the jump host bastion does not forward to it (reason 1:",
          result.message, 1, true)
        assert.matches("PermitOpen", result.message, 1, true)
      end
      assert.equal(1, logins_at(server))
    end)
  end)
end)

describe("a jump host", function()
  local bastion, place

  setup(function()
    bastion = child.start { "/usr/bin/python3", "spec/support/hostile/bastion.py" }
    bastion:expect "\n"
    place = json.decode(bastion.output)
  end)

  teardown(function()
    bastion:close()
  end)

  local function logins()
    bastion.output = ""
    bastion:say "logins"
    bastion:expect "\n"
    return json.decode(bastion.output)
  end

  local function run_as(user, job)
    local run
    support.with_lab({ devices = DEVICES }, function(lab)
      local devices = lab:inventory()
      for _, device in ipairs(devices) do
        device.jump = {
          name = "bastion", host = "127.0.0.1", port = place.port, username = user,
          password = "x", host_key = place.host_key,
        }
      end
      run = fleet.run(devices, { job = job })
    end)
    return run, logins()[user]
  end

  it("gets as many connections as its room on each makes necessary", function()
    local run, count = run_as("each-3", together(DEVICES, function() end))
    assert.is_true(run.ok, run.results[1].message)
    assert.equal(3, count)
  end)

  it("gets few where another connection has no room either, and says so", function()
    local run, count = run_as("all-3", together(3, function() end))
    assert.is_true(run.count.ok >= 3)
    assert.is_true(count <= FEW, count)
    for _, result in ipairs(run.results) do
      assert.is_true(result.ok or result.root == NO_ROOM, result.message)
    end
  end)

  it("gets few where there is room for nobody", function()
    local run, count = run_as("none", show_version)
    assert.equal(DEVICES, run.count.failed)
    assert.is_true(count <= FEW, count)
    for _, result in ipairs(run.results) do
      assert.equal("jump", result.kind)
      assert.equal(NO_ROOM, result.root)
      assert.is_truthy(result.message:find(NO_ROOM, 1, true), result.message)
    end
  end)

  it("gets one where it forbids to go on", function()
    local run, count = run_as("never", show_version)
    assert.equal(DEVICES, run.count.failed)
    assert.equal(1, count)
    for _, result in ipairs(run.results) do
      assert.equal("jump", result.kind)
      assert.is_truthy(result.message:find("(reason 1: administratively prohibited)", 1,
        true), result.message)
    end
  end)
end)
