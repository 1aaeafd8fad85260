local danger = require "moonwire.platform.danger"

describe("danger", function()
  for _, command in ipairs {
    "reload", "rel", "reload in 5", " RELOAD ", "reboot", "write erase", "wr  er",
    "erase startup-config", "erase nvram:", "format flash:", "request system reboot",
    "request system zeroize", "request system power-off", "request system halt",
    "request restart system", "execute factoryreset", "execute reboot", "halt",
    "reset saved-configuration", "/system reboot", "/system reset-configuration",
    "sudo reboot", "init 6", "admin reboot now", "factory-reset", "clear config",
    "unconfigure switch all", "delete nvram:startup-config",
  } do
    it("is in " .. command, function()
      assert.is_true(danger.is_in(command))
    end)
  end

  for _, command in ipairs {
    "show reload", "reload cancel", "write memory", "wr", "write", "write terminal",
    "show version", "release dhcp vlan 1", "request system software add x",
    "request system rollback 1", "execute ping 192.0.2.1", "format", "shutdown",
    "no shutdown", "delete flash:old.bin", "init", "clear counters", "relay",
    "set system host-name r1", "rebase", "erasure",
  } do
    it("is not in " .. command, function()
      assert.is_false(danger.is_in(command))
    end)
  end
end)
