local labs = require "moonwire.lab"
local platforms = require "moonwire.platform"
local prompt = require "moonwire.lab.twin.prompt"
local support = require "spec.support.lab"
local wording = require "moonwire.lab.twin.wording"

-- a stock client, so that nothing but the device is on trial
local function with_twin(options, fn)
  local device = { name = "tw1" }
  for key, value in pairs(options) do
    device[key] = value
  end
  support.with_lab({ devices = { device }, reload_time = 0 }, function(lab)
    local terminal <close> = support.ssh(lab)
    fn(terminal, lab:device(1))
  end)
end

describe("moonwire.lab.twin.wording", function()
  for pattern, text in pairs {
    ["^%% Invalid input detected"] = "% Invalid input detected",
    ["[Cc]onfiguration [Ss]aved"] = "Configuration Saved",
    ["%[OK%]"] = "[OK]",
    ["^Rolled back in %d+ minutes?$"] = "Rolled back in 1 minute",
    ["^([%w_]+): not found$"] = "a: not found",
  } do
    it("finds words for " .. pattern, function()
      assert.equal(text, wording.of(pattern))
    end)
  end

  it("knows when it finds none", function()
    assert.is_nil(wording.of "^%f[%w]x%b()$")
  end)

  it("has words for every error class of every platform", function()
    for _, name in ipairs(platforms.names()) do
      local platform = assert(platforms.get(name))
      if #(platform.errors or {}) > 0 then
        assert.not_equal("error", wording.rejection(platform), name)
      end
    end
  end)
end)

describe("moonwire.lab.twin.prompt", function()
  it("shows every mode of every platform, with the device's name", function()
    for _, name in ipairs(platforms.names()) do
      local platform = assert(platforms.get(name))
      for _, mode in ipairs(platform.modes_of) do
        local line, before = prompt.of(platform, mode.name, "tw1", 7)
        assert.equal(mode.name, platforms.mode_of(platform, line, before), name)
        local host = platforms.host_of(platform, line)
        assert.is_true(host == nil or host:find "tw1" ~= nil, name .. ": " .. line)
      end
    end
  end)

  it("counts where the platform's prompt does", function()
    local exos = platforms.get "extreme_exos"
    assert.equal("tw1.3 # ", (prompt.of(exos, "exec", "tw1", 3)))
  end)
end)

describe("a twin", function()
  it("has modes, passwords and errors", function()
    with_twin({ platform = "arista_eos" }, function(terminal)
      terminal:expect "\r\ntw1>"
      terminal:type "enable\r"
      terminal:expect "Password:"
      for _ = 1, 2 do
        terminal:type "wrong\r"
        terminal:expect "Password:"
      end
      terminal:type "wrong\r"
      terminal:expect "tw1>"
      terminal:type "enable\r"
      terminal:expect "Password:"
      terminal:type "enable\r"
      terminal:expect "tw1#"
      terminal:type "shwo version\r"
      terminal:expect "% Invalid input"
      terminal:expect "\r\ntw1#"
    end)
  end)

  it("has a pager that waits, until it is switched off", function()
    with_twin({ platform = "huawei_vrp" }, function(terminal)
      terminal:expect "<tw1>"
      terminal:type "display interface\r"
      terminal:expect "---- More ----"
      terminal:type "q"
      terminal:expect "<tw1>"
      terminal:type "screen-length 0 temporary\r"
      terminal:expect "<tw1>"
      terminal:type "display interface\r"
      terminal:expect "GigabitEthernet0/0/8"
      terminal:expect "<tw1>"
    end)
  end)

  it("has a candidate that takes effect by a commit", function()
    with_twin({ platform = "juniper_junos" }, function(terminal, device)
      terminal:expect "tw1>"
      terminal:type "configure exclusive\r"
      terminal:expect "[edit]\r\n"
      terminal:expect "tw1# "
      terminal:type "set system ntp server 192.0.2.9\r"
      terminal:expect "tw1# "
      terminal:type "show | compare\r"
      terminal:expect "+  set system ntp server 192.0.2.9\r\n"
      terminal:expect "tw1# "
      assert.is_true(device.twin:is_changed())
      terminal:type "exit configuration-mode\r"
      terminal:expect "uncommitted changes?"
      terminal:type "\3"
      terminal:expect "tw1# "
      terminal:type "commit\r"
      terminal:expect "commit complete"
      terminal:expect "tw1# "
      assert.is_false(device.twin:is_changed())
      assert.equal("set system ntp server 192.0.2.9",
        device.twin.running[#device.twin.running])
    end)
  end)

  it("asks for name and password again where the platform does", function()
    with_twin({ platform = "cisco_wlc" }, function(terminal)
      terminal:expect "login as: "
      terminal:type "admin\r"
      terminal:expect "Password:"
      terminal:type "admin\r"
      terminal:expect "(tw1) >"
    end)
  end)

  it("takes the right password at the last try, and lets one break off", function()
    with_twin({ platform = "arista_eos" }, function(terminal)
      terminal:expect "tw1>"
      terminal:type "enable\r"
      terminal:expect "Password:"
      terminal:type "\3"
      terminal:expect "tw1>"
      terminal:type "enable\r"
      for _, word in ipairs { "wrong", "wrong", "enable" } do
        terminal:expect "Password:"
        terminal:type(word .. "\r")
      end
      terminal:expect "tw1#"
    end)
  end)

  it("goes by its new name at once, or with the commit", function()
    with_twin({ platform = "arista_eos", start = "priv" }, function(terminal)
      terminal:expect "tw1#"
      terminal:type "configure terminal\r"
      terminal:expect "tw1(config)#"
      terminal:type "hostname leaf7\r"
      terminal:expect "leaf7(config)#"
    end)
    with_twin({ platform = "juniper_junos" }, function(terminal)
      terminal:expect "tw1>"
      terminal:type "configure exclusive\r"
      terminal:expect "tw1# "
      terminal:type "set system host-name leaf7\r"
      terminal:expect "tw1# "
      terminal:type "commit\r"
      terminal:expect "commit complete"
      terminal:expect "leaf7# "
    end)
  end)

  it("keeps lines in their sections, and shows where one is", function()
    with_twin({ platform = "arista_eos", start = "priv" }, function(terminal, device)
      terminal:expect "tw1#"
      terminal:type "configure terminal\r"
      terminal:expect "(config)#"
      terminal:type "interface Ethernet1\r"
      terminal:expect "tw1(config-if"
      terminal:type "description to the moon\r"
      terminal:expect "tw1(config-if"
      terminal:type "exit\r"
      terminal:expect "tw1(config)#"
      terminal:type "exit\r"
      terminal:expect "tw1#"
      local text = table.concat(device.twin.running, "\n")
      local section = "\ninterface Ethernet1\n description to the moon\n"
      assert.is_truthy(text:find(section, 1, true))
    end)
  end)

  it("keeps others out of a configuration that is held, and says by whom", function()
    local options = { devices = { { platform = "juniper_junos", name = "tw1" } } }
    support.with_lab(options, function(lab)
      local one <close> = support.ssh(lab)
      one:expect "tw1>"
      one:type "configure exclusive\r"
      one:expect "tw1# "
      local other <close> = support.ssh(lab)
      other:expect "tw1>"
      other:type "configure\r"
      other:expect "error: configuration database locked by:"
      other:expect "admin terminal vty0"
      other:expect "tw1>"
      one:type "exit\r"
      one:expect "tw1>"
      other:type "configure\r"
      other:expect "[edit]\r\n"
    end)
  end)

  it("undoes a commit that nobody confirms, and goes back to an earlier one", function()
    support.with_lab({
      devices = { { platform = "juniper_junos", name = "tw1" } }, clock = "virtual",
    }, function(lab)
      local terminal <close> = support.ssh(lab)
      local function say(line, answer)
        terminal:type(line .. "\r")
        terminal:expect(answer)
        terminal:expect "# "
      end
      terminal:expect "tw1>"
      say("configure exclusive", "[edit]")
      say("set system host-name first", "first")
      say("commit", "commit complete")
      say("set system host-name second", "second")
      say("commit confirmed 5", "rolled back in")
      lab:advance(299)
      say("show | compare", "second")
      lab:advance(1)
      say("show | compare", "first")
      say("rollback 1", "load complete")
      say("commit", "commit complete")
      say("show | compare", "second")
      say("rollback 99", "error")
    end)
  end)

  it("comes back from a restart with what was saved", function()
    support.with_lab({
      devices = { { platform = "arista_eos", name = "tw1", start = "priv" } },
      clock = "virtual", reload_time = 120,
    }, function(lab)
      local device, terminal = lab:device(1), support.ssh(lab)
      local function say(line, answer)
        terminal:type(line .. "\r")
        terminal:expect(answer)
      end
      terminal:expect "tw1#"
      say("configure terminal", "tw1(config)#")
      say("hostname kept", "kept(config)#")
      say("end", "kept#")
      say("write memory", "kept#")
      say("configure terminal", "kept(config)#")
      say("hostname lost", "lost(config)#")
      say("end", "lost#")
      say("reload", "[confirm]")
      terminal:type "\r"
      terminal:await_end()
      assert.is_true(device:is_down())
      lab:advance(119)
      assert.is_true(device:is_down())
      lab:advance(1)
      assert.is_false(device:is_down())
      local again <close> = support.ssh(lab)
      again:expect "kept#"
      assert.equal("0 minutes", device:uptime())
      lab:advance(3600)
      assert.equal("1 hour, 0 minutes", device:uptime())
    end)
  end)

  for platform, bytes in pairs {
    cisco_nxos = { "show version", "\r\r\n" },
    cisco_asa = { "show version", "\r\n\r" },
    hp_procurve = { "show version", "\27E" },
    mikrotik_routeros = { "/system resource print", "> \r\27[K[admin@tw1] > " },
    vyos = { "show version", "\27[?2004h" },
    huawei_vrp = { "display version", " \27[1D" },
  } do
    it(("has the habits of %s on the terminal"):format(platform), function()
      with_twin({ platform = platform }, function(terminal)
        terminal:expect "tw1"
        terminal:type(bytes[1] .. "\r")
        local shown = terminal:expect "tw1" .. terminal:expect "tw1"
        assert.is_truthy(shown:find(bytes[2], 1, true), ("%q"):format(shown))
      end)
    end)
  end

  it("lets through only what stands behind a bar", function()
    with_twin({ platform = "juniper_junos" }, function(terminal)
      terminal:expect "tw1>"
      terminal:type "show log messages | match Login\r"
      terminal:expect "| match Login\r\n"
      local shown = terminal:expect "tw1>"
      assert.matches("^%u%l%l .*mgd%[4242%]: Login success[^\n]*\n[^\n]*$", shown)
    end)
  end)

  it("asks before it does harm, and starts again when told so", function()
    with_twin({ platform = "arista_eos", start = "priv" }, function(terminal, device)
      terminal:expect "tw1#"
      terminal:type "reload\r"
      terminal:expect "[confirm]"
      terminal:type "\3"
      terminal:expect "tw1#"
      assert.equal(0, device.reloads)
      terminal:type "reload\r"
      terminal:expect "[confirm]"
      terminal:type "\r"
      terminal:await_end()
      assert.equal(1, device.reloads)
    end)
  end)
end)

describe("a lab of mixed platforms", function()
  it("has every platform in turn", function()
    local names = platforms.names()
    local lab <close> = assert(labs.open { devices = #names + 1, platform = "mixed" })
    local devices = lab:inventory()
    for i, name in ipairs(names) do
      assert.equal(name, devices[i].device_type)
    end
    assert.equal(names[1], devices[#names + 1].device_type)
  end)

  it("has what its devices ask for", function()
    local list = { { platform = "vyos" }, {} }
    local lab <close> = assert(labs.open { devices = list, platform = "arista_eos" })
    local devices = lab:inventory()
    assert.equal("vyos", devices[1].device_type)
    assert.equal("arista_eos", devices[2].device_type)
  end)
end)
