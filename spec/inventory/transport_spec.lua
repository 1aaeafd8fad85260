local inventory = require "moonwire.inventory"

local function load(more)
  local device = { host = "10.0.0.1", username = "admin", device_type = "cisco_ios" }
  for field, value in pairs(more) do
    device[field] = value
  end
  return inventory.load { devices = { device } }
end

describe("a device's transport in an inventory", function()
  it("is SSH unless something else is said", function()
    local devices <close> = assert(load { password = "x" })
    assert.is_nil(devices[1].transport)
    assert.equal(22, devices[1].port)
  end)

  it("brings the port of telnet, unless there is one", function()
    local devices <close> = assert(load { transport = "telnet", password = "x" })
    assert.equal(23, devices[1].port)
    local others <close> = assert(load { transport = "telnet", port = 2323 })
    assert.equal(2323, others[1].port)
  end)

  it("may be a command, which may ask for nothing", function()
    local devices <close> = assert(load {
      transport = "command", command = { "socat", "-", "%h" }, pty = true,
    })
    assert.same({ "socat", "-", "%h" }, devices[1].command)
    assert.is_true(devices[1].pty)
  end)

  it("is one of four", function()
    for _, wrong in ipairs {
      { transport = "pigeon" }, { transport = "command", command = "socat - x" },
      { transport = "command", pty = "yes" },
    } do
      local devices, message = load(wrong)
      assert.is_nil(devices)
      assert.is_truthy(message:find("transport", 1, true)
        or message:find("command", 1, true) or message:find("pty", 1, true), message)
    end
  end)
end)
