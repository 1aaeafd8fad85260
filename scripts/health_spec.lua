--- Are the devices as they should be? For `moonwire test -i INVENTORY`.
local testing = require "moonwire.testing"

describe("every device", function()
  local devices = testing.devices()

  it("has been up for a day", function()
    testing.each(devices, function(session, device)
      local answer = assert(session:send_command "show version | include uptime")
      assert.matches("^%S+ uptime is %d+ %a+, ", answer, 1, device.name)
    end)
  end)

  it("knows its name", function()
    testing.each(devices, function(session, device)
      assert.equal(device.name, (session:find_prompt():match "^[%w_-]+"))
    end)
  end)
end)
