-- Faults of spec/README.md: P2, P3, P5, P7, P8, P11, C14.
local lock = require "moonwire.session.lock"
local platforms = require "moonwire.platform"
local sessions = require "moonwire.session"
local support = require "spec.support.lab"
local uv = require "luv"

local TIMEOUTS = { connect = 2, banner = 0.3, kex = 2, auth = 2, shell = 2, prompt = 2 }

-- by platform: a line that does no harm, and one that cuts it off
local LINES = {
  arista_eos = { { "ntp server 192.0.2.9" }, { "interface Ethernet1", "shutdown" } },
  cisco_ios = { { "ntp server 192.0.2.9" }, { "interface Vlan99", "no ip address" } },
  cisco_xr = {
    { "ntp server 192.0.2.9" }, { "interface GigabitEthernet0/0/0/0", "no ip address" },
  },
  juniper_junos = {
    { "set system ntp server 192.0.2.9" }, { "set interfaces ge-0/0/0 disable" },
  },
  nokia_sros = {
    { "/configure system time ntp server 192.0.2.9" },
    { "/configure port 1/1/1 admin-state disable" },
  },
  vyos = {
    { "set system ntp server 192.0.2.9" },
    { "delete interfaces ethernet eth0 address" },
  },
}

describe("session:change", function()
  local folder

  setup(function()
    folder = assert(uv.fs_mkdtemp "/tmp/moonwire-change-XXXXXX")
    uv.os_setenv("MOONWIRE_LOCKS", folder)
  end)

  teardown(function()
    uv.os_unsetenv "MOONWIRE_LOCKS"
    os.execute("rm -r " .. folder)
  end)

  -- fn(session, the simulated device, the lab, the running configuration as text)
  local function on(platform, options, fn)
    options.devices = { { platform = platform, name = "tw1" } }
    support.with_lab(options, function(lab)
      local session <close> = assert(sessions.open(support.device(lab), {
        timeout = 5, timeouts = TIMEOUTS,
      }))
      if platform == "cisco_ios" then
        assert(session:enable())
        assert(session:send_config_set { "archive", " path flash:before" })
      end
      fn(session, lab:device(1), lab)
    end)
  end

  local function running_of(device)
    return device.twin and table.concat(device.twin.running, "\n")
      or device:running_config()
  end

  for platform, lines in pairs(LINES) do
    describe("on " .. platform, function()
      it("changes what a new session finds well, and nothing twice", function()
        on(platform, { clock = "virtual" }, function(session, device, lab)
          local seen
          local change = {
            lines = lines[1], confirm_within = 60,
            check = function(probe)
              seen = probe ~= session and probe:find_prompt() ~= nil
              return seen
            end,
          }
          local value, message = session:change(change)
          assert.is_nil(message)
          assert.same({ "changed", true, true, true },
            { value.state, value.verified, value.confirmed, seen })
          assert.same({ total = 1, handed = 1, echoed = 1, acknowledged = 1, seen = 1 },
            value.lines)
          assert.matches("%+ .*192%.0%.2%.9", value.diff)
          lab:advance(3600)
          assert.matches("192%.0%.2%.9", running_of(device))
          local heard = device:count_lines()
          value = assert(session:change(change))
          assert.equal("unchanged", value.state)
          assert.equal(0, value.lines.handed)
          for i = heard + 1, device:count_lines() do
            assert.not_equal(lines[1][1], device:lines()[i])
          end
        end)
      end)

      it("sees it back when it has cut itself off", function()
        on(platform, { clock = 600, reload_time = 30 }, function(session, device)
          session.timeout = 1
          local before = running_of(device)
          local value, _, _, report = session:change {
            lines = lines[2], confirm_within = 60, commit_timeout = 0.5, timeout = 0.5,
          }
          assert.is_nil(value)
          assert.equal("rolled_back", report.state)
          assert.equal(report.before, report.after)
          assert.equal(before, running_of(device))
          assert.is_falsy(report.confirmed)
        end)
      end)

      it("sees it back when the check says no", function()
        on(platform, { clock = 600, reload_time = 30 }, function(session, device)
          local before = running_of(device)
          local value, message, kind, report = session:change {
            lines = lines[1], confirm_within = 60,
            check = function() return nil, "no route to the core" end,
          }
          assert.is_nil(value)
          assert.equal("rolled_back", report.state)
          assert.equal("check", kind)
          assert.matches("no route to the core", message)
          assert.equal(before, running_of(device))
        end)
      end)

      it("is planned without a change", function()
        on(platform, { clock = "virtual" }, function(session, device)
          local before = running_of(device)
          local value = assert(session:change { lines = lines[1], plan = true })
          assert.is_true(value.is_plan)
          assert.matches("192%.0%.2%.9", value.diff)
          assert.equal(before, running_of(device))
          local _, message, kind, report = session:change {
            lines = lines[1], expect = ("0"):rep(64),
          }
          assert.same({ "drifted", "failed_clean" }, { kind, report.state }, message)
          assert.equal("changed", assert(session:change {
            lines = lines[1], expect = value.before,
          }).state)
        end)
      end)
    end)
  end

  describe("whose confirmation has no answer", function()
    local function change(clock, fn)
      local seen, running
      on("juniper_junos", { clock = clock }, function(session, device)
        local confirm = session.confirm
        function session.confirm(self)
          fn(confirm, self)
          self.client:close() -- whatever comes is heard by nobody
          return nil, "no answer", "dropped"
        end
        local value, _, _, report = session:change {
          lines = LINES.juniper_junos[1], confirm_within = 60,
        }
        seen, running = value or report, running_of(device)
      end)
      return seen, running:find("192.0.2.9", 1, true) ~= nil
    end

    it("is asked, and has stayed", function()
      local report, is_there = change(20, function(confirm, session)
        assert(confirm(session))
      end)
      assert.same({ "changed", true, true },
        { report.state, report.confirmed, is_there })
    end)

    it("is asked, and has gone back", function()
      local report, is_there = change(600, function() end)
      assert.same({ "rolled_back", false }, { report.state, is_there })
    end)
  end)

  it("goes back to a snapshot where there is no timer", function()
    on("cisco_nxos", {}, function(session, device)
      assert(session:enable())
      local before = running_of(device)
      local value, _, kind, report = session:change {
        lines = { "ntp server 192.0.2.9" }, check = function() return false end,
      }
      assert.is_nil(value)
      assert.same({ "check", "rolled_back" }, { kind, report.state })
      assert.equal(before, running_of(device))
      local _, message, why, clean = session:change {
        lines = { "ntp server 192.0.2.9" }, confirm_within = 60,
      }
      assert.same({ "unsupported", "failed_clean" }, { why, clean.state }, message)
    end)
  end)

  it("says what is in effect where nothing takes a part of it back", function()
    on("cisco_ios", {}, function(session, device)
      local value, message, kind, report = session:change {
        lines = { "ntp server 192.0.2.9", "frobnicate", "ntp server 192.0.2.8" },
      }
      assert.is_nil(value)
      assert.same({ "rejected", "rejected", true },
        { kind, report.state, report.is_partial })
      assert.matches('line 2 "frobnicate"', message)
      assert.is_true(report.lines.acknowledged < 3 and report.lines.acknowledged >= 1)
      assert.equal(0, report.lines.seen)
      assert.matches("192%.0%.2%.9", running_of(device))
    end)
  end)

  it("takes none of it where all or nothing is promised", function()
    on("juniper_junos", {}, function(session, device)
      local before = running_of(device)
      local _, _, kind, report = session:change {
        lines = { "set system ntp server 192.0.2.9", "frobnicate" },
      }
      assert.same({ "rejected", "rejected" }, { kind, report.state })
      assert.is_nil(report.is_partial)
      assert.equal(before, running_of(device))
    end)
  end)

  it("asks for an archive before it relies on one", function()
    support.with_lab({ devices = 1 }, function(lab)
      local session <close> = assert(sessions.open(support.device(lab)))
      local _, message, kind, report = session:change {
        lines = { "ntp server 192.0.2.9" }, confirm_within = 60,
      }
      assert.same({ "unsupported", "failed_clean" }, { kind, report.state })
      assert.matches("archive", message)
      assert.is_false(lab:device(1):sent "ntp server 192.0.2.9")
    end)
  end)

  it("refuses what is too much, what destroys, and what is nothing", function()
    on("juniper_junos", {}, function(session, device)
      local many = {}
      for i = 1, 210 do
        many[i] = ("set system ntp server 192.0.2.%d"):format(i)
      end
      for kind, given in pairs {
        refused = { lines = many },
        denied = { lines = { "delete interfaces" } },
        invalid = { text = "\n# nothing\n\n" },
      } do
        local value, message, its_kind, report = session:change(given)
        assert.is_nil(value)
        assert.same({ kind, "failed_clean" }, { its_kind, report.state }, message)
        assert.equal(0, report.lines.handed)
      end
      assert.is_false(device:sent "configure exclusive")
      local done = assert(session:change { lines = many, large = true })
      assert.equal("changed", done.state)
      local value = assert(session:change {
        lines = { "delete interfaces" }, allow = { interfaces = true }, plan = true,
      })
      assert.is_true(value.is_plan)
    end)
  end)

  it("is refused while somebody else changes the same device", function()
    on("cisco_xr", {}, function(session, device)
      local held <close> = assert(lock.take(session.device, "run 7"))
      local _, message, kind, report = session:change { lines = LINES.cisco_xr[1] }
      assert.same({ "locked", "failed_clean" }, { kind, report.state })
      assert.matches("by run 7 %(process %d+%)", message)
      held:close()
      assert.is_false(device:sent(LINES.cisco_xr[1][1]))
      assert(session:change { lines = LINES.cisco_xr[1] })
    end)
  end)

  it("commits nothing when its lock was taken meanwhile", function()
    on("cisco_xr", {}, function(session, device)
      local before = running_of(device)
      local path = folder .. "/" .. lock.key(session.device)
      local thief
      local _, message, kind, report = session:change {
        lines = LINES.cisco_xr[1],
        on_event = function(event)
          if event == "intent" then
            os.remove(path)
            thief = assert(lock.take(session.device, "thief"))
          end
          return true
        end,
      }
      thief:close()
      assert.same({ "refused", "failed_clean" }, { kind, report.state }, message)
      assert.matches("somebody else has taken the lock", message)
      assert.equal(before, running_of(device))
      assert.is_false(device:sent "commit")
    end)
  end)

  it("sends nothing that it could not note down first", function()
    on("cisco_ios", {}, function(session, device)
      local _, message, kind, report = session:change {
        lines = { "ntp server 192.0.2.9" },
        on_event = function() return nil, "the disk is full" end,
      }
      assert.same({ "local", "failed_clean" }, { kind, report.state })
      assert.matches("the disk is full", message)
      assert.is_false(device:sent "ntp server 192.0.2.9")
    end)
  end)

  it("looks before it sends where an earlier try was lost", function()
    on("cisco_ios", {}, function(session)
      assert.equal("changed", assert(session:change {
        lines = { "ntp server 192.0.2.9" }, is_in_doubt = true,
      }).state)
      assert.equal("changed", assert(session:change {
        lines = { "ntp server 192.0.2.9" }, is_in_doubt = true,
      }).state)
      local _, _, kind, report = session:change {
        lines = { "ntp server 192.0.2.9", "ntp server 192.0.2.10" }, is_in_doubt = true,
      }
      assert.same({ "unknown", "unknown" }, { kind, report.state })
    end)
  end)

  it("sends what takes a default away, of which the text cannot tell", function()
    on("cisco_ios", {}, function(session, device)
      local change = { lines = { "no ip domain-lookup" }, plan = true }
      local planned = assert(session:change(change))
      assert.same({ 1, "? no ip domain-lookup" }, { planned.changes, planned.diff })
      change.plan = false
      assert.equal("changed", assert(session:change(change)).state)
      local again = assert(session:change(change)) -- now it stands there
      assert.same({ "unchanged", 0 }, { again.state, again.lines.handed })
      local before = running_of(device)
      local gone = assert(session:change { lines = { "no ntp server 192.0.2.99" } })
      assert.same({ "unchanged", 1 }, { gone.state, gone.lines.handed })
      assert.equal(before, running_of(device))
    end)
  end)

  it("raises for what is no change", function()
    on("cisco_ios", {}, function(session)
      for _, given in ipairs {
        {}, { lines = {}, text = "" }, { lines = 7 }, { lines = {}, check = 7 },
        { lines = {}, confirm_within = 0 }, { lines = {}, max_lines = "many" },
      } do
        assert.has_error(function() session:change(given) end)
      end
      assert.has_error(function() session:change(7) end)
    end)
  end)
end)

describe("moonwire.platform.guarantee", function()
  local guarantee = require "moonwire.platform.guarantee"

  it("says what a platform promises, and what it does not", function()
    for name, words in pairs {
      juniper_junos = "all lines or none; dead-man timer",
      vyos = "restarts",
      cisco_ios = "line by line; dead-man timer, where its configuration has archive",
      cisco_nxos = "no dead-man timer: goes back to a snapshot while it can be reached",
      mikrotik_routeros = "line by line; no dead-man timer",
      bird = "takes no configuration",
    } do
      local text = guarantee.text(assert(platforms.get(name)))
      assert.is_truthy(text:find(words, 1, true), text)
    end
  end)
end)

describe("moonwire.session.lock", function()
  it("is one's own, until it is let go or taken", function()
    local folder = assert(uv.fs_mkdtemp "/tmp/moonwire-lock-XXXXXX")
    uv.os_setenv("MOONWIRE_LOCKS", folder)
    local device = { host = "192.0.2.1" }
    local one <close> = assert(lock.take(device, "one"))
    assert.is_true(one:check())
    local two, message, kind = lock.take({ host = "192.0.2.1", port = 22 }, "two")
    assert.same({ nil, "locked" }, { two, kind }, message)
    assert(lock.take({ host = "192.0.2.2" })):close()
    one:close()
    two = assert(lock.take(device, "two"))
    assert.is_nil((one:check()))
    assert.equal(one.token + 1, two.token)
    two:close()
    uv.os_unsetenv "MOONWIRE_LOCKS"
    os.execute("rm -r " .. folder)
  end)
end)
