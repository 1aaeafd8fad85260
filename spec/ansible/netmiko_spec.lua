local ansible = require "moonwire.ansible"
local labs = require "spec.support.lab"
local netmiko = require "moonwire.ansible.netmiko"

local MODES = { Sync = "sync", Async = "nonblocking" }

for title, mode in pairs(MODES) do
  describe(title:lower() .. "_netmiko_module", function()
    local module = netmiko.module(title, mode)

    local function call(lab, changes)
      local device = {}
      for name, value in pairs(labs.device(lab)) do
        device[name] = value
      end
      for name, value in pairs(changes or {}) do
        device[name] = value
      end
      return ansible.answer(module, {
        device = device, commands = { "show clock", "show vlan" },
      })
    end

    it("gives the transcript as lines", function()
      labs.with_lab({ devices = 1 }, function(lab)
        local answer = call(lab)
        assert.equal(title .. " Netmiko module run successfully", answer.msg)
        assert.is_false(answer.failed)
        assert.is_false(answer.changed)
        local content = answer.content
        local output = content.connected_devices[1].output
        assert.equal("127.1.0.1", content.connected_devices[1].host)
        assert.same({}, content.unconnected_devices)
        assert.equal("show clock", output[1])
        assert.equal("SW-CORE_1#show vlan", output[3])
        assert.equal("SW-CORE_1#", output[#output])
        assert.matches("^Tiempo host: 0:00:%d%d", content.time.result)
      end)
    end)

    it("fails when the device does, and says so as it ever did", function()
      labs.with_lab({ devices = 1 }, function(lab)
        local answer = call(lab, { password = "another" })
        assert.is_true(answer.failed)
        local failed = answer.content.unconnected_devices[1]
        assert.same({}, answer.content.connected_devices)
        assert.equal(answer.msg, failed.output)
        assert.matches("^Error connecting to 127%.1%.0%.1: ", failed.output)
        assert.equal("auth", failed.kind)
      end)
    end)

    it("is always well when it is asked to be", function()
      local answer = ansible.answer(module, {
        device = {
          host = "127.0.0.1", port = 1, username = "u", password = "p",
          device_type = "cisco_ios", ssh_config_file = "",
        },
        commands = "show clock", always_ok = true,
      })
      assert.is_false(answer.failed)
      assert.equal(1, #answer.content.unconnected_devices)
    end)

    for _, name in ipairs { "host", "username", "password", "device_type" } do
      it("says that the device's " .. name .. " is missing", function()
        local device = { host = "r1", username = "u", password = "p" }
        device.device_type = "cisco_ios"
        device[name] = nil
        local answer = ansible.answer(module, { device = device, commands = "x" })
        assert.is_true(answer.failed)
        assert.matches("device: .*" .. name .. ".* is missing", answer.msg)
      end)
    end

    it("is skipped in check mode", function()
      local answer = ansible.answer(module, {
        device = {}, commands = "x", _ansible_check_mode = true,
      })
      assert.is_true(answer.skipped)
      assert.is_nil(answer.failed)
    end)

    it("takes no other arguments", function()
      local answer = ansible.answer(module, { device = {}, command = "x" })
      assert.matches("^Unsupported parameters: command%.", answer.msg)
    end)
  end)
end
