local session = require "moonwire.session"
local support = require "spec.support.lab"

local function with_twin(platform, fn)
  local options = { devices = 1, platform = platform, twin = true, start = nil }
  support.with_lab(options, function(lab)
    local opened <close> = assert(session.open(support.device(lab)))
    fn(opened, lab:device(1))
  end)
end

describe("a configuration", function()
  it("is shown, compared and checked where there is a candidate", function()
    with_twin("juniper_junos", function(junos, device)
      assert(junos:enter_mode "config")
      assert.not_matches("192.0.2.77", assert(junos:compare_config()), 1, true)
      assert(junos:send_command "set system ntp server 192.0.2.77")
      assert.matches("192.0.2.77", assert(junos:compare_config()), 1, true)
      assert.matches("configuration check succeeds", (junos:check_config()), 1, true)
      assert(junos:rollback(0))
      assert.not_matches("192.0.2.77", assert(junos:compare_config()), 1, true)
      assert.is_string((assert(junos:get_config())))
      assert.equal(1, device:sent "rollback 0")
    end)
  end)

  it("is kept under a name, and gone back to", function()
    with_twin("cisco_nxos", function(nexus, device)
      assert(nexus:snapshot "before")
      assert(nexus:send_config_set { "ntp server 192.0.2.77" })
      assert.matches("192.0.2.77", assert(nexus:get_config()), 1, true)
      assert(nexus:rollback "before")
      assert.not_matches("192.0.2.77", assert(nexus:get_config()), 1, true)
      assert.equal(1, device:sent "checkpoint before")
    end)
  end)

  it("is taken back by the device unless it is confirmed", function()
    with_twin("cisco_ios", function(router, device)
      local lines = { "ntp server 192.0.2.77" }
      local _, _, kind = router:send_config_set(lines, { revert = 90 })
      assert.equal("rejected", kind) -- there is no archive
      assert(router:send_config_set { "archive" })
      assert(router:send_config_set(lines, { revert = 90 }))
      assert.equal(2, device:sent "configure terminal revert timer 2")
      assert.is_true(router.is_unconfirmed)
      assert.is_string((assert(router:confirm())))
      assert.equal(1, device:sent "configure confirm")
      assert.is_nil(router.is_unconfirmed)
      assert.matches("192.0.2.77", assert(router:get_config()), 1, true)
    end)
  end)

  it("is not touched where the platform has no name for it", function()
    with_twin("cisco_asa", function(asa, device)
      for _, verb in ipairs { "compare_config", "check_config", "confirm" } do
        local said, message, kind = asa[verb](asa)
        assert.is_nil(said)
        assert.equal("unsupported", kind)
        assert.matches("cisco_asa", message, 1, true)
      end
      local lines = { "ntp server 192.0.2.77" }
      local _, _, kind = asa:send_config_set(lines, { revert = 60 })
      assert.equal("unsupported", kind)
      assert.is_false(device:sent(lines[1]))
    end)
    with_twin("cisco_nxos", function(nexus)
      assert.equal("unsupported", select(3, nexus:rollback()))
    end)
  end)

  it("raises for what no platform can take", function()
    with_twin("cisco_ios", function(router)
      assert.has_error(function() router:snapshot "a b" end)
      assert.has_error(function() router:snapshot "a\nreload" end)
      assert.has_error(function() router:rollback {} end)
      assert.has_error(function() router:get_config "both" end)
      assert.has_error(function() router:send_config_set({}, { revert = "soon" }) end)
    end)
  end)
end)

describe("a pager that is a setting of the device", function()
  for name, on in pairs {
    cisco_wlc = "config paging enable",
    f5_tmsh = "modify cli preference pager enabled",
  } do
    it(("is switched on again when a session leaves %s"):format(name), function()
      with_twin(name, function(opened, device)
        assert.is_false(device:sent(on))
        opened:close()
        assert.equal(1, device:sent(on))
      end)
    end)
  end
end)
