local sessions = require "moonwire.session"
local support = require "spec.support.lab"

local TIMEOUTS = { connect = 0.3, banner = 0.3, kex = 0.3 }

-- the lines that cut off the port by which a device is managed
local CUTS = {
  arista_eos = { "interface Ethernet1", "shutdown" },
  cisco_ios = { "interface Vlan99", "no ip address" },
  cisco_xr = { "interface GigabitEthernet0/0/0/0", "no ip address" },
  juniper_junos = { "set interfaces ge-0/0/0 disable" },
  nokia_sros = { "/configure port 1/1/1 admin-state disable" },
  vyos = { "delete interfaces ethernet eth0 address" },
}

local function reach(lab)
  local probe <close>, _, kind = sessions.open(support.device(lab), {
    timeouts = TIMEOUTS, timeout = 1,
  })
  return probe and probe:find_prompt() ~= nil, kind
end

describe("a device that its own configuration cuts off", function()
  for platform, lines in pairs(CUTS) do
    it("says nothing to anybody any more on " .. platform, function()
      support.with_lab({
        devices = { { platform = platform, name = "tw1" } }, clock = "virtual",
      }, function(lab)
        local session <close> = assert(sessions.open(support.device(lab)))
        session:enable()
        local other <close> = assert(sessions.open(support.device(lab)))
        assert(other:send_command "show version")
        session.timeout, other.timeout = 0.3, 0.3
        local has_commit = session.platform.config.commit ~= nil
        local ok, _, kind = session:send_config_set(lines, {
          commit = has_commit and { timeout = 0.3 }, timeout = 0.3,
        })
        assert.is_nil(ok)
        assert.is_truthy(kind == "timeout" or kind == "dropped", kind)
        assert.is_nil((other:send_command "show version"))
        local is_reached, why = reach(lab)
        assert.is_falsy(is_reached)
        assert.equal("timeout", why)
      end)
    end)
  end

  it("is there again when it has taken that back", function()
    support.with_lab({
      devices = { { platform = "juniper_junos", name = "tw1" } }, clock = "virtual",
    }, function(lab)
      local session <close> = assert(sessions.open(support.device(lab)))
      session.timeout = 0.3
      session:send_config_set(CUTS.juniper_junos, {
        commit = { confirm = 60, timeout = 0.3 }, timeout = 0.3,
      })
      lab:advance(59)
      assert.is_falsy((reach(lab)))
      lab:advance(1)
      assert.is_true((reach(lab)))
    end)
  end)

  it("is cut off by no other port", function()
    support.with_lab({
      devices = { { platform = "arista_eos", name = "tw1" } },
    }, function(lab)
      local session <close> = assert(sessions.open(support.device(lab)))
      assert(session:enable())
      assert(session:send_config_set { "interface Ethernet2", "shutdown" })
      assert.is_true((reach(lab)))
    end)
  end)
end)

describe("a candidate of one's own", function()
  local function two_on(platform, fn)
    support.with_lab({
      devices = { { platform = platform, name = "tw1" } },
    }, function(lab)
      local one <close> = assert(sessions.open(support.device(lab)))
      local two <close> = assert(sessions.open(support.device(lab)))
      fn(one, two, lab:device(1))
    end)
  end

  for _, platform in ipairs { "cisco_xr", "vyos" } do
    it("is seen by nobody else, and keeps what others commit, on " .. platform,
      function()
        two_on(platform, function(one, two)
          assert(one:enter_mode "config")
          assert(one:send_command "set ntp one")
          assert(two:enter_mode "config")
          assert.not_matches("ntp one", assert(two:compare_config()))
          assert(two:exit_config_mode())
          assert(two:send_config_set({ "set ntp two" }, { commit = true }))
          assert.matches("%+ .*ntp one", assert(one:compare_config()))
          assert.not_matches("ntp two", assert(one:compare_config()))
          one:commit() -- asks on one of them; then it was taken nowhere
          local running = assert(two:get_config())
          assert.matches("ntp two", running)
        end)
      end)
  end

  it("stays under its name when it is left, on arista_eos", function()
    two_on("arista_eos", function(one, two, device)
      assert(one:enable())
      assert(two:enable())
      assert(one:send_command "configure session a1")
      assert(one:send_command "ntp server 192.0.2.5")
      assert(one:send_command "end")
      assert(two:send_command "configure session a1")
      assert.matches("192%.0%.2%.5", assert(two:compare_config()))
      assert(two:send_command "abort")
      assert.not_matches("192.0.2.5", assert(two:get_config()), 1, true)
      local ok, _, kind = two:compare_config()
      assert.same({ nil, "rejected" }, { ok, kind }) -- that one has none
      assert.equal(1, device:sent "abort")
    end)
  end)

  it("is gone with the device, where nobody confirms on vyos", function()
    support.with_lab({
      devices = { { platform = "vyos", name = "tw1" } }, clock = "virtual",
      reload_time = 30,
    }, function(lab)
      local session <close> = assert(sessions.open(support.device(lab)))
      local line = { "set system ntp server 192.0.2.5" }
      assert(session:send_config_set(line, { commit = { confirm = 60 } }))
      lab:advance(60)
      assert.is_falsy((reach(lab)))
      assert.equal(1, lab:device(1).reloads)
      lab:advance(30)
      assert.is_true((reach(lab)))
    end)
  end)
end)
