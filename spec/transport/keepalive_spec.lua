-- Faults of spec/README.md: N7.
local await = require "spec.support.await"
local files = require "spec.support.files"
local inventory = require "moonwire.inventory"
local openssh_config = require "moonwire.transport.openssh_config"
local relays = require "spec.support.relay"
local resolve = require "moonwire.transport.resolve"
local sessions = require "moonwire.session"
local support = require "spec.support.lab"
local task = require "moonwire.task"

local SOON = 0.1 -- seconds

-- a device behind a relay, which can fall silent
local function with_relay(options, fn)
  support.with_lab({ devices = 1, faults = options.faults }, function(lab)
    local device = support.device(lab)
    local relay <close> = relays.open(device.host, device.port)
    device.host, device.port = "127.0.0.1", relay.port
    for name, value in pairs(options.device or {}) do
      device[name] = value
    end
    fn(device, relay)
  end)
end

local WATCHED = { keepalive = SOON, keepalive_count = 3 }

describe("SSH keepalive", function()
  it("finds out that an idle device is gone", function()
    with_relay({ device = WATCHED }, function(device, relay)
      local session <close> = assert(sessions.open(device, { reconnect = false }))
      relay:fall_silent()
      await(function() return not session.client:is_open() end)
      local message, kind = session.client:failure()
      assert.equal("dropped", kind)
      assert.matches("no sign of life for", message, 1, true)
      local output, words, why = session:send_command "show clock"
      assert.is_nil(output)
      assert.equal("dropped", why)
      assert.matches("SW%-CORE_1.*no sign of life", words)
    end)
  end)

  it("ends a command whose device is gone before its time is over", function()
    local faults = { { name = "hang", device = 1 } }
    with_relay({ device = WATCHED, faults = faults }, function(device, relay)
      local session <close> = assert(sessions.open(device))
      relay:fall_silent()
      local patient = { timeout = 3600 }
      local output, message, kind = session:send_command("show clock", patient)
      assert.is_nil(output)
      assert.equal("dropped", kind)
      assert.matches("no sign of life", message, 1, true)
    end)
  end)

  it("has one chance of an answer, however few are asked for", function()
    local hasty = { keepalive = SOON, keepalive_count = 1 }
    with_relay({ device = hasty }, function(device, relay)
      local session <close> = assert(sessions.open(device))
      local before = relay.answered
      await(function() return relay.answered >= before + 3 end)
      assert.is_true(session.client:is_open())
    end)
  end)

  it("asks a device that is idle, and types nothing", function()
    with_relay({ device = WATCHED }, function(device, relay)
      local session <close> = assert(sessions.open(device))
      local text, before = session.shell:text(), relay.answered
      await(function() return relay.answered >= before + 5 end)
      assert.equal(text, session.shell:text())
      assert.matches("uptime", assert(session:send_command "show version"), 1, true)
      assert.equal(0, session.reconnects or 0)
    end)
  end)

  it("waits as long for a slow command as for any, when the device answers", function()
    local faults = { { name = "hang", device = 1 } }
    with_relay({ device = WATCHED, faults = faults }, function(device, relay)
      local session <close> = assert(sessions.open(device))
      local before, ended = relay.answered, false
      task.group(function(group)
        local member = group:spawn(function()
          session:send_command("show clock", { timeout = 3600 })
          ended = true
        end)
        await(function() return ended or relay.answered >= before + 6 end)
        assert.is_false(ended)
        member:cancel()
      end)
    end)
  end)

  it("sends nothing when it was not asked for", function()
    with_relay({ device = WATCHED }, function(watched, clock)
      local one <close> = assert(sessions.open(watched))
      with_relay({}, function(device, relay)
        local other <close> = assert(sessions.open(device))
        local asked, ticks = relay.asked, clock.answered
        await(function() return clock.answered >= ticks + 5 end)
        assert.equal(asked, relay.asked)
        assert.is_true(one.client:is_open() and other.client:is_open())
      end)
    end)
  end)

  for field, wrong in pairs { keepalive = -1, keepalive_count = 0 } do
    it("refuses a wrong " .. field, function()
      with_relay({ device = { [field] = wrong } }, function(device)
        local ok, message = pcall(sessions.open, device)
        assert.is_false(ok)
        assert.matches(field .. " must be", tostring(message), 1, true)
      end)
    end)
  end

  it("is a field of inventories", function()
    local device = {
      host = "r1", username = "u", password = "p", device_type = "linux",
      keepalive = "15s", keepalive_count = 2,
    }
    local loaded <close> = assert(inventory.load { devices = { device } })
    assert.equal(15, loaded.devices[1].keepalive)
    assert.equal(2, loaded.devices[1].keepalive_count)
    device.keepalive_count = 0
    local _, message = inventory.load { devices = { device } }
    local words = "keepalive_count: must be a whole number from 1 on"
    assert.matches(words, message, 1, true)
  end)

  it("follows ssh_config, and ssh itself is told", function()
    files.with_folder(function(folder)
      local path = folder .. "/config"
      files.write(path, "Host r*\n ServerAliveInterval 20\n ServerAliveCountMax 4\n")
      local device = { host = "r1", username = "u", ssh_config_file = path }
      local taken = assert(resolve.device(device))
      assert.same({ 20, 4 }, { taken.keepalive, taken.keepalive_count })
      device.keepalive = 5
      assert.equal(5, assert(resolve.device(device)).keepalive)
      local text = assert(openssh_config.text(taken, { policy = "yes", timeout = 1 }))
      local words = "\n  ServerAliveInterval 20\n  ServerAliveCountMax 4\n"
      assert.matches(words, text, 1, true)
    end)
  end)
end)
