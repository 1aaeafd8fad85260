local support = require "spec.support.lab"

-- log in, and say lines: each is typed, and the last text awaited behind it
local function on_switch(fn)
  support.with_lab({ devices = 1, clock = "virtual" }, function(lab)
    local terminal <close> = support.ssh(lab)
    terminal:expect "SW-CORE_1#"
    local function say(line, ...)
      terminal:type(line .. "\n")
      for _, text in ipairs { ... } do
        terminal:expect(text)
      end
    end
    fn(say, lab, terminal)
  end)
end

-- the timer keeps what to go back to in the archive
local function set_up_archive(say)
  say("configure terminal", "(config)#")
  say("archive", "(config-archive)#")
  say("path flash:before", "(config-archive)#")
  say("end", "SW-CORE_1#")
end

describe("a switch's configuration", function()
  it("is held by one who locks it, until he leaves", function()
    on_switch(function(say, lab)
      local other <close> = support.ssh(lab)
      other:expect "SW-CORE_1#"
      say("configure terminal lock", "(config)#")
      other:type "configure terminal\n"
      other:expect "locked exclusively by user 'admin' process '96' from terminal '1'"
      other:expect "SW-CORE_1#"
      say("end", "SW-CORE_1#")
      other:type "configure terminal\n"
      other:expect "(config)#"
    end)
  end)

  it("goes back when nobody confirms it in time", function()
    on_switch(function(say, lab)
      say("configure terminal revert timer 5", "no path for the archive", "CORE_1#")
      set_up_archive(say)
      say("configure terminal revert timer 5", "timer is 5 minutes", "(config)#")
      say("hostname Changed", "Changed(config)#")
      say("end", "Changed#")
      lab:advance(299)
      say("show clock", "UTC", "Changed#")
      lab:advance(1)
      say("show clock", "UTC", "SW-CORE_1#")
    end)
  end)

  it("stays when it is confirmed, and asks for nothing when there is nothing",
    function()
      on_switch(function(say, lab)
        set_up_archive(say)
        say("configure confirm", "%No Rollback Confirmed Change pending", "#")
        say("configure terminal revert timer 1", "(config)#")
        say("hostname Changed", "Changed(config)#")
        say("end", "Changed#")
        say("configure confirm", "Changed#")
        lab:advance(3600)
        say("show clock", "UTC", "Changed#")
      end)
    end)

  it("can be replaced by one from a file, and by no other thing", function()
    on_switch(function(say)
      say("copy running-config flash:before.cfg", "[before.cfg]? ")
      say("", "bytes copied", "SW-CORE_1#")
      say("configure terminal", "(config)#")
      say("hostname Changed", "Changed(config)#")
      say("end", "Changed#")
      say("configure replace flash:after.cfg force", "% Invalid input", "Changed#")
      say("configure replace flash:before.cfg force", "Rollback Done", "SW-CORE_1#")
    end)
  end)
end)

describe("a switch's tables", function()
  it("follow from its configuration", function()
    on_switch(function(say, _, terminal)
      say("terminal length 0", "SW-CORE_1#")
      say("show ip route", "10.2.0.101/32", "SW-CORE_1#")
      say("show arp", "ARPA   Vlan99", "SW-CORE_1#")
      say("show mac address-table", "GigabitEthernet0/0", "SW-CORE_1#")
      say("show cdp neighbors", "Device ID", "SW-CORE_1#")
      say("show logging | include Login", "Login success", "SW-CORE_1#")
      say("configure terminal", "(config)#")
      say("interface GigabitEthernet0/0", "(config-if)#")
      say("shutdown", "(config-if)#")
      say("end", "SW-CORE_1#")
      local text = terminal:run("show interfaces", "SW-CORE_1#")
      assert.matches("^GigabitEthernet0/0 is administratively down", text)
      assert.matches("\r\nGigabitEthernet0/1 is up, line protocol is up\r\n", text)
      local table = terminal:run("show mac address-table", "SW-CORE_1#")
      assert.is_nil(table:find("GigabitEthernet0/0\r", 1, true))
    end)
  end)
end)
