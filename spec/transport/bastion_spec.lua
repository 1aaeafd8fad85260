-- One connection for all who mean the same jump host, and only for those.
local fleet = require "moonwire.fleet"
local hostkeys = require "host.hostkeys"
local secrets = require "host.secret"
local session = require "moonwire.session"
local sshd = require "spec.support.sshd"
local support = require "spec.support.lab"

local function by_key(server)
  return {
    name = "bastion",
    host = "127.0.0.1",
    port = server.port,
    username = server.user,
    key_file = server.ed25519,
    host_key = hostkeys.fingerprint(server.host_key),
  }
end

local function changed(device, name, value)
  local copy = {}
  for field, held in pairs(device) do
    copy[field] = held
  end
  copy[name] = value
  return copy
end

local function with_bastion(devices, fn)
  local server = sshd.start "LogLevel VERBOSE"
  local ok, err = pcall(support.with_lab, { devices = devices }, function(lab)
    fn(lab:inventory(), by_key(server), server)
  end)
  server:stop()
  assert(ok, err)
end

local function logins_at(server)
  local _, count = server:log():gsub("Connection from", "")
  return count
end

local function show_version(opened)
  return opened:send_command "show version"
end

local NOBODYS = "SHA256:" .. ("A"):rep(43)

describe("moonwire.transport.bastion", function()
  it("takes descriptions that say the same for one jump host", function()
    with_bastion(6, function(devices, bastion, server)
      for i, device in ipairs(devices) do
        local copy = changed(bastion, "host_key", { bastion.host_key })
        device.jump = changed(copy, "key_passphrase", secrets.from_string "none")
        device.jump.labels = { row = i } -- what does not matter may differ
      end
      assert.is_true(fleet.run(devices, { job = show_version }).ok)
      assert.equal(1, logins_at(server))
    end)
  end)

  it("lets nobody ride on what another one believes of its host key", function()
    with_bastion(6, function(devices, bastion)
      for i, device in ipairs(devices) do
        device.jump = i % 2 == 0 and bastion or changed(bastion, "host_key", NOBODYS)
      end
      local run = fleet.run(devices, { job = show_version })
      assert.same({ ok = 3, failed = 3 }, run.count)
      for i, result in ipairs(run.results) do
        assert.equal(i % 2 == 0, result.ok)
        assert.equal(i % 2 ~= 0 and "jump" or nil, result.kind)
      end
    end)
  end)

  it("lets nobody ride on another one's credential", function()
    with_bastion(2, function(devices, bastion, server)
      devices[1].jump = bastion
      devices[2].jump = changed(changed(bastion, "key_file", nil), "password", "wrong")
      local one = assert(session.open(devices[1]))
      local other, message, kind = session.open(devices[2])
      one:disconnect()
      assert.is_nil(other)
      assert.equal("jump", kind, message)
      assert.equal(2, logins_at(server))
    end)
  end)

  it("believes the inventory of today where another server has its address", function()
    with_bastion(1, function(devices, bastion, server)
      devices[1].jump = bastion
      assert(session.open(devices[1])):disconnect()
      local port = server.port
      server:crash()
      while not server.has_ended do
        require("moonwire.task").sleep(0.005)
      end
      local successor = sshd.start(nil, port)
      local ok, err = pcall(function()
        local opened, message, kind = session.open(devices[1])
        assert.is_nil(opened)
        assert.equal("jump", kind)
        assert.matches("host key is not the pinned one", message)
        devices[1].jump = by_key(successor)
        assert(session.open(devices[1])):disconnect()
      end)
      successor:stop()
      assert(ok, err)
    end)
  end)
end)
