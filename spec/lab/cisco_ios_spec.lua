-- The behaviour of the simulated switch, seen through a stock OpenSSH client.
local support = require "spec.support.lab"

local PROMPT = "SW-CORE_1#"

-- log in to a device of a fresh lab, and come to its prompt
local function on_switch(options, fn)
  support.with_lab(options, function(lab)
    local terminal <close> = support.ssh(lab)
    terminal:expect(options.privilege == 1 and "SW-CORE_1>" or PROMPT)
    fn(terminal, lab:device(1), lab)
  end)
end

local function rejected(column)
  return (" "):rep(column) .. "^\r\n% Invalid input detected at '^' marker.\r\n\r\n"
end

describe("a simulated switch", function()
  it("greets with an empty line and its prompt", function()
    support.with_lab({ devices = 1 }, function(lab)
      local terminal <close> = support.ssh(lab)
      assert.equal("\r\n" .. PROMPT, terminal:expect(PROMPT))
    end)
  end)

  it("answers show version, however abbreviated", function()
    on_switch({ devices = 1 }, function(terminal)
      local whole = terminal:run("show version", PROMPT)
      assert.matches("^Cisco IOS Software, ", whole)
      assert.matches("\r\nSW%-CORE_1 uptime is ", whole)
      assert.equal(whole, terminal:run("sh ver", PROMPT))
      assert.equal(whole, terminal:run("SHOW Vers", PROMPT))
    end)
  end)

  it("has interfaces and VLANs", function()
    on_switch({ devices = 1 }, function(terminal)
      local brief = terminal:run("show ip int brief", PROMPT)
      assert.matches("Vlan99                 10.2.0.101      YES NVRAM  up    ", brief)
      assert.matches("GigabitEthernet1/3     unassigned      YES unset  admin", brief)
      local vlans = terminal:run("show vlan brief", PROMPT)
      assert.matches("\r\n10   USERS                            active    \r\n", vlans)
      terminal:type "terminal length 0\n"
      terminal:expect(PROMPT)
      local full = terminal:run("show vlan", PROMPT)
      assert.equal(vlans, full:sub(1, #vlans))
      assert.matches("\r\n1004 fdnet 101004     1500 ", full)
    end)
  end)

  it("takes nothing, and says nothing to, empty lines and comments", function()
    on_switch({ devices = 1 }, function(terminal)
      assert.equal("", terminal:run("", PROMPT))
      assert.equal("", terminal:run("!mw-7f3a9c", PROMPT))
      assert.equal("", terminal:run("  ! too", PROMPT))
    end)
  end)

  it("says where a command goes wrong", function()
    on_switch({ devices = 1 }, function(terminal)
      assert.equal(rejected(#PROMPT + 5), terminal:run("show xyz", PROMPT))
      assert.equal(rejected(#PROMPT + 8), terminal:run("show verzion", PROMPT))
      assert.equal(rejected(#PROMPT + 0), terminal:run("xyzzy", PROMPT))
      assert.equal(rejected(#PROMPT + 13), terminal:run("show version plus", PROMPT))
      assert.equal(rejected(#PROMPT + 16), terminal:run("terminal length 513", PROMPT))
    end)
  end)

  it("tells ambiguous from incomplete", function()
    on_switch({ devices = 1 }, function(terminal)
      local answer = terminal:run("show v", PROMPT)
      assert.equal('% Ambiguous command:  "show v"\r\n', answer)
      answer = terminal:run("terminal len", PROMPT)
      assert.equal("% Incomplete command.\r\n\r\n", answer)
      answer = terminal:run("show", PROMPT)
      assert.equal('% Type "show ?" for a list of subcommands\r\n', answer)
    end)
  end)

  it("filters what it shows", function()
    on_switch({ devices = 1 }, function(terminal)
      local answer = terminal:run("show run | include ^hostname", PROMPT)
      assert.equal("hostname SW-CORE_1\r\n", answer)
      answer = terminal:run("show ip interface brief | exclude Gigabit|Inter", PROMPT)
      assert.matches("^Vlan1 ", answer)
      answer = terminal:run("show run | section vlan 20", PROMPT)
      assert.equal("vlan 20\r\n name VOICE\r\n", answer)
      answer = terminal:run("show vlan brief | count active", PROMPT)
      assert.equal("Number of lines which match regexp = 5\r\n", answer)
      answer = terminal:run("show version | like x", PROMPT)
      assert.equal(rejected(#PROMPT + 15), answer)
    end)
  end)

  it("helps with a question mark, and shows the line again", function()
    on_switch({ devices = 1 }, function(terminal)
      terminal:type "show ip ?"
      local help = terminal:expect(PROMPT .. "show ip ")
      assert.matches("?\r\n  arp        IP ARP table\r\n", help, 1, true)
      terminal:type "int brief\n"
      assert.matches("Vlan1 ", terminal:expect(PROMPT))
      terminal:type "sh?"
      help = terminal:expect(PROMPT .. "sh")
      assert.equal("sh?\r\nshow\r\n\r\n" .. PROMPT .. "sh", help)
      terminal:type "\21show clock ?"
      terminal:expect "<cr>"
    end)
  end)

  it("completes a word with TAB", function()
    on_switch({ devices = 1 }, function(terminal)
      terminal:type "sh\t"
      assert.equal("sh\r\n" .. PROMPT .. "show ", terminal:expect "show ")
      terminal:type "privi\t"
      terminal:expect(PROMPT .. "show privilege ")
      terminal:type "\n"
      terminal:expect "Current privilege level is 15\r\n"
    end)
  end)

  it("answers a command without a shell, and hangs up", function()
    support.with_lab({ devices = 1 }, function(lab)
      local client <close> = support.ssh(lab, { command = "show privilege" })
      local text, status = client:await_end()
      assert.equal("\r\nCurrent privilege level is 15\r\n", text)
      assert.equal(0, status)
    end)
  end)

  for _, word in ipairs { "exit", "logout", "quit" } do
    it("lets go at " .. word, function()
      on_switch({ devices = 1 }, function(terminal, device)
        terminal:type(word .. "\n")
        local _, status = terminal:await_end()
        assert.equal(0, status)
        assert.equal(0, device:open_sessions())
      end)
    end)
  end
end)

describe("the pager", function()
  local MORE = " --More-- "
  local ERASED = ("\b"):rep(9) .. (" "):rep(8) .. ("\b"):rep(9)

  it("waits, goes on by page and by line, and stops", function()
    on_switch({ devices = 1 }, function(terminal)
      local _, lines = terminal:run("show running-config", MORE):gsub("\r\n", "")
      assert.equal(23, lines)
      terminal:type " "
      local page = terminal:expect(MORE)
      assert.equal(ERASED, page:sub(1, #ERASED))
      _, lines = page:gsub("\r\n", "")
      assert.equal(23, lines)
      terminal:type "\n"
      _, lines = terminal:expect(MORE):gsub("\r\n", "")
      assert.equal(1, lines)
      terminal:type "q"
      assert.equal(ERASED .. PROMPT, terminal:expect(PROMPT))
    end)
  end)

  it("shows the same as without it, page marks aside", function()
    on_switch({ devices = 1 }, function(terminal)
      terminal:type("show running-config\n" .. (" "):rep(6))
      terminal:expect "show running-config\r\n"
      local paged = terminal:expect("end\r\n\r\n" .. PROMPT)
      paged = paged:gsub(MORE .. ERASED:gsub("%-", "%%-"), "")
      terminal:run("terminal length 0", PROMPT)
      terminal:type "\n"
      terminal:expect(PROMPT)
      local whole = terminal:run("show running-config", PROMPT)
      assert.equal(whole .. PROMPT, (paged:gsub(" %-%-More%-%- " .. ERASED, "")))
    end)
  end)

  it("obeys terminal length", function()
    on_switch({ devices = 1 }, function(terminal)
      terminal:run("terminal length 5", PROMPT)
      local _, lines = terminal:run("show version", MORE):gsub("\r\n", "")
      assert.equal(4, lines)
    end)
  end)

  it("takes what was typed ahead for keys", function()
    on_switch({ devices = 1 }, function(terminal, device)
      terminal:type "show running-config\nshow clock\n"
      terminal:expect(MORE)
      terminal:expect(PROMPT)
      terminal:expect(PROMPT)
      assert.truthy(device:sent "s")
      assert.truthy(device:sent "how clock")
      assert.is_false(device:sent "show clock")
    end)
  end)
end)

describe("enable", function()
  it("asks for the password, three times at most", function()
    on_switch({ devices = 1, privilege = 1 }, function(terminal)
      terminal:type "enable\n"
      terminal:expect "enable\r\nPassword: "
      for _ = 1, 2 do
        terminal:type "wrong\n"
        assert.equal("\r\nPassword: ", terminal:expect "Password: ")
      end
      terminal:type "wrong\n"
      assert.equal("\r\n% Bad secrets\r\n\r\nSW-CORE_1>", terminal:expect "1>")
      terminal:type "enable\nenable\n"
      terminal:expect(PROMPT)
      assert.equal("", terminal:run("enable", PROMPT))
      terminal:run("disable", "SW-CORE_1>")
    end)
  end)

  it("is needed for what only administrators may do", function()
    on_switch({ devices = 1, privilege = 1 }, function(terminal)
      terminal:run("show running-config", "SW-CORE_1>")
      assert.equal(rejected(#"SW-CORE_1>"), terminal:run("reload", "SW-CORE_1>"))
    end)
  end)

  it("takes the password that was configured last", function()
    on_switch({ devices = 1 }, function(terminal)
      terminal:run("conf t", "(config)#")
      terminal:run("enable secret open sesame", "(config)#")
      terminal:run("end", PROMPT)
      terminal:run("disable", "SW-CORE_1>")
      terminal:type "enable\nenable\nopen sesame\n"
      terminal:expect(PROMPT)
    end)
  end)
end)

describe("configuration mode", function()
  it("has a prompt for each of its parts", function()
    on_switch({ devices = 1 }, function(terminal)
      local said = terminal:run("configure terminal", "SW-CORE_1(config)#")
      assert.equal(
        "Enter configuration commands, one per line.  End with CNTL/Z.\r\n", said
      )
      terminal:run("interface gi0/1", "SW-CORE_1(config-if)#")
      terminal:run("vlan 77", "SW-CORE_1(config-vlan)#")
      terminal:run("line vty 0 4", "SW-CORE_1(config-line)#")
      terminal:run("router ospf 1", "SW-CORE_1(config-router)#")
      terminal:run("ip access-list extended X", "SW-CORE_1(config-ext-nacl)#")
      terminal:run("exit", "SW-CORE_1(config)#")
      terminal:run("interface vlan 1", "SW-CORE_1(config-if)#")
      terminal:run("end", PROMPT)
    end)
  end)

  it("follows the host name at once, and clips it", function()
    on_switch({ devices = 1 }, function(terminal)
      terminal:run("conf t", "SW-CORE_1(config)#")
      terminal:run("hostname the-switch-at-the-end-of-the-hall",
        "the-switch-at-the-en(config)#")
      terminal:run("end", "the-switch-at-the-end-of-the-hall#")
      terminal:run("conf t", "(config)#")
      terminal:run("no hostname", "Router(config)#")
      local said = terminal:run("hostname 7up", "Router(config)#")
      assert.equal("% Hostname contains one or more illegal characters.\r\n", said)
    end)
  end)

  it("leaves with ^Z, taking the line, and with ^C, without it", function()
    on_switch({ devices = 1 }, function(terminal, device)
      terminal:run("conf t", "(config)#")
      terminal:type "hostname a\26"
      terminal:expect "\r\na#"
      terminal:run("conf t", "(config)#")
      terminal:type "hostname b\3"
      terminal:expect "\r\na#"
      assert.equal("a", device:hostname())
    end)
  end)

  it("changes what is shown", function()
    on_switch({ devices = 1 }, function(terminal)
      terminal:run("terminal length 0", PROMPT)
      terminal:run("conf t", "(config)#")
      terminal:run("interface GigabitEthernet 1/2", "(config-if)#")
      terminal:run("no switchport", "(config-if)#")
      terminal:run("ip address 192.0.2.1 255.255.255.0", "(config-if)#")
      terminal:run("no shutdown", "(config-if)#")
      terminal:run("description to the lab", "(config-if)#")
      terminal:run("interface gi1/3", "(config-if)#")
      terminal:run("switchport access vlan 500", "(config-if)#")
      terminal:run("vlan 500", "(config-vlan)#")
      terminal:run("name GUESTS", "(config-vlan)#")
      terminal:run("ip route 198.51.100.0 255.255.255.0 192.0.2.2", "(config)#")
      terminal:run("end", PROMPT)
      local shown = terminal:run("show run int gi1/2", PROMPT)
      assert.matches("\r\n ip address 192.0.2.1 255.255.255.0\r\n", shown)
      assert.matches("\r\n description to the lab\r\n", shown)
      shown = terminal:run("show ip int brief", PROMPT)
      assert.matches("GigabitEthernet1/2     192.0.2.1       YES NVRAM  up   ", shown)
      shown = terminal:run("show vlan brief", PROMPT)
      assert.matches("\r\n500  GUESTS %s+ active    Gi1/3\r\n", shown)
      shown = terminal:run("show run | include ip route", PROMPT)
      assert.matches("ip route 198.51.100.0 255.255.255.0 192.0.2.2\r\n", shown)
    end)
  end)

  it("takes lines back with no", function()
    on_switch({ devices = 1 }, function(terminal, device)
      terminal:run("conf t", "(config)#")
      terminal:run("interface gi0/1", "(config-if)#")
      terminal:run("no description", "(config-if)#")
      terminal:run("no vlan 20", "(config)#")
      terminal:run("no ip http server", "(config)#")
      terminal:run("no ntp server 10.2.0.1", "(config)#")
      local text = device:running_config()
      assert.not_matches("to SW-Bld_A", text, 1, true)
      assert.not_matches("vlan 20", text, 1, true)
      assert.matches("\nno ip http server\n", text)
      assert.not_matches("ntp server", text, 1, true)
    end)
  end)

  it("rejects what is no configuration, with the column", function()
    on_switch({ devices = 1 }, function(terminal, device)
      local before = device:running_config()
      terminal:run("conf t", "(config)#")
      local width = #"SW-CORE_1(config)#"
      assert.equal(rejected(width), terminal:run("xyzzy 1", "SW-CORE_1(config)#"))
      local answer = terminal:run("interface Gi7/7", "SW-CORE_1(config)#")
      assert.equal(rejected(width + 10), answer)
      answer = terminal:run("no frobnicate", "SW-CORE_1(config)#")
      assert.equal(rejected(width + 3), answer)
      answer = terminal:run("do show xyz", "SW-CORE_1(config)#")
      assert.equal(rejected(width + 8), answer)
      answer = terminal:run("vlan", "SW-CORE_1(config)#")
      assert.equal("% Incomplete command.\r\n\r\n", answer)
      terminal:run("interface vlan 10", "(config-if)#")
      answer = terminal:run("ip address 10.0.0.1 255.0.255.0", "SW-CORE_1(config-if)#")
      assert.equal("Bad mask 0xFF00FF00 for address 10.0.0.1\r\n", answer)
      terminal:run("interface gi0/1", "(config-if)#")
      answer = terminal:run("ip address 10.0.0.1 255.0.0.0", "SW-CORE_1(config-if)#")
      assert.equal("% IP addresses may not be configured on L2 links.\r\n", answer)
      answer = terminal:run("no interface gi0/1", "SW-CORE_1(config)#")
      assert.equal("% Removal of physical interfaces is not permitted\r\n", answer)
      assert.equal(before, device:running_config())
    end)
  end)

  it("runs exec commands with do", function()
    on_switch({ devices = 1 }, function(terminal)
      terminal:run("conf t", "(config)#")
      assert.equal("Current privilege level is 15\r\n",
        terminal:run("do show priv", "SW-CORE_1(config)#"))
    end)
  end)

  it("reads a banner to its delimiter, with no prompt, and shows it", function()
    on_switch({ devices = 1 }, function(terminal, device, lab)
      terminal:run("conf t", "(config)#")
      terminal:type "banner motd #\n"
      terminal:expect "Enter TEXT message.  End with the character '#'.\r\n"
      terminal:type "SW-CORE_1#\b \nnot yours\n#\n"
      assert.not_matches("config", terminal:expect "not yours\r\n")
      terminal:expect "(config)#"
      assert.equal("\nnot yours\n", "\n" .. device:banner():match "not yours" .. "\n")
      local second <close> = support.ssh(lab)
      assert.matches("^\r\n.*not yours\r\n", second:expect(PROMPT))
    end)
  end)

  it("asks before a user is removed", function()
    on_switch({ devices = 1 }, function(terminal, device)
      terminal:run("conf t", "(config)#")
      terminal:run("username bob privilege 1 secret builder", "(config)#")
      assert.same({ "builder", 1 }, { device:account "bob" })
      assert.not_matches("builder", device:running_config())
      terminal:type "no username bob\n"
      terminal:expect "Do you want to continue? [confirm]"
      terminal:type "n"
      terminal:expect "(config)#"
      assert.equal("builder", device:account "bob")
      terminal:type "no username bob\n"
      terminal:expect "[confirm]"
      terminal:type "y"
      terminal:expect "(config)#"
      assert.is_nil(device:account "bob")
    end)
  end)

  it("lets in a user that was configured", function()
    on_switch({ devices = 1 }, function(terminal, _, lab)
      terminal:run("conf t", "(config)#")
      terminal:run("username bob privilege 1 secret builder", "(config)#")
      local bob <close> = support.ssh(lab, { user = "bob", password = "builder" })
      bob:expect "SW-CORE_1>"
    end)
  end)
end)

describe("saving", function()
  it("with write memory asks nothing", function()
    on_switch({ devices = 1 }, function(terminal, device)
      terminal:type "conf t\nhostname a\nend\n"
      terminal:expect "\r\na#"
      assert.equal("Building configuration...\r\n[OK]\r\n", terminal:run("wr", "a#"))
      assert.matches("\nhostname a\n", device:startup_config())
    end)
  end)

  it("with copy asks for the name", function()
    on_switch({ devices = 1 }, function(terminal, device)
      terminal:type "conf t\nhostname a\nend\n"
      terminal:expect "\r\na#"
      terminal:type "copy run start\n"
      terminal:expect "Destination filename [startup-config]? "
      assert.not_matches("\nhostname a\n", device:startup_config())
      terminal:type "\n"
      assert.equal(
        "\r\nBuilding configuration...\r\n[OK]\r\na#", terminal:expect "OK]\r\na#"
      )
      assert.matches("\nhostname a\n", device:startup_config())
    end)
  end)
end)

describe("files", function()
  it("are copied, listed, shown and deleted, with questions", function()
    on_switch({ devices = 1 }, function(terminal, device)
      terminal:run("terminal length 0", PROMPT)
      terminal:type "copy running-config flash:backup\n"
      terminal:expect "Destination filename [backup]? "
      terminal:type "\n"
      assert.matches("\r\n%d+ bytes copied in", terminal:expect(PROMPT))
      assert.matches(" backup\r\n", terminal:run("dir", PROMPT))
      local text = device:running_config():gsub("\n", "\r\n")
      assert.equal(text, terminal:run("more flash:backup", PROMPT))
      terminal:type "delete flash:backup\n"
      terminal:expect "Delete filename [backup]? "
      terminal:type "\n"
      terminal:expect "Delete flash0:/backup? [confirm]"
      assert.is_string(device:files().backup)
      terminal:type "n"
      terminal:expect(PROMPT)
      assert.is_string(device:files().backup)
      terminal:type "delete flash:backup\n\n\n"
      terminal:expect "[confirm]"
      terminal:expect(PROMPT)
      assert.is_nil(device:files().backup)
      assert.matches("No such file", terminal:run("more backup", PROMPT))
    end)
  end)

  it("of one device are not those of another", function()
    support.with_lab({ devices = 2 }, function(lab)
      lab:device(1):put_file("vlan.dat", nil)
      assert.is_nil(lab:device(1):files()["vlan.dat"])
      assert.is_number(lab:device(2):files()["vlan.dat"])
    end)
  end)
end)

describe("reload", function()
  it("asks for consent, and does nothing without it", function()
    on_switch({ devices = 1 }, function(terminal, device, lab)
      terminal:type "reload\n"
      terminal:expect "reload\r\nProceed with reload? [confirm]"
      assert.same(
        { { device = "SW-CORE_1", question = "Proceed with reload? [confirm]" } },
        lab:unanswered()
      )
      terminal:type "n"
      terminal:expect(PROMPT)
      assert.same({}, lab:unanswered())
      assert.equal(0, device.reloads)
    end)
  end)

  it("takes what was typed ahead for consent: why clients must not", function()
    on_switch({ devices = 1 }, function(terminal, device)
      terminal:type "reload\n\n"
      terminal:await_end()
      assert.equal(1, device.reloads)
    end)
  end)

  it("asks to save first when something was changed", function()
    on_switch({ devices = 1 }, function(terminal, device)
      terminal:type "conf t\nhostname a\nend\n"
      terminal:expect "\r\na#"
      terminal:type "reload\n"
      terminal:expect "System configuration has been modified. Save? [yes/no]: "
      terminal:type "maybe\n"
      terminal:expect "% Please answer 'yes' or 'no'.\r\n"
      terminal:type "no\n"
      terminal:expect "Proceed with reload? [confirm]"
      terminal:type "\n"
      terminal:await_end()
      assert.equal("SW-CORE_1", device:hostname())
    end)
  end)

  it("throws everybody off, and nobody gets in until it is over", function()
    support.with_lab({ devices = 2, reload_time = 3600 }, function(lab)
      local first <close> = support.ssh(lab)
      local second <close> = support.ssh(lab)
      local other <close> = support.ssh(lab, { index = 2 })
      first:expect(PROMPT)
      second:expect(PROMPT)
      other:expect "SW-CORE_2#"
      first:type "reload\n"
      first:expect "[confirm]"
      first:type "\n"
      first:await_end()
      second:await_end()
      local late <close> = support.ssh(lab)
      local _, status = late:await_end()
      assert.equal(255, status)
      assert.matches("SW%-CORE_2 uptime", other:run("show version", "SW-CORE_2#"))
      lab:device(1).up_at = nil
      local back <close> = support.ssh(lab)
      back:expect(PROMPT)
      assert.matches("reload\r\n", back:run("show version", PROMPT))
    end)
  end)

  it("leaves a question open when the client goes away", function()
    on_switch({ devices = 1 }, function(terminal, device, lab)
      terminal:type "reload\n"
      terminal:expect "[confirm]"
      terminal.process:kill "sigkill"
      terminal:await_end()
      while device:open_sessions() > 0 do
        require("moonwire.task").sleep(0)
      end
      assert.equal("Proceed with reload? [confirm]", lab:unanswered()[1].question)
      assert.equal(0, device.reloads)
    end)
  end)
end)

describe("ping", function()
  it("shows a mark for every answer", function()
    on_switch({ devices = 1 }, function(terminal)
      local shown = terminal:run("ping 10.2.0.1", PROMPT)
      assert.matches("\r\n!!!!!\r\nSuccess rate is 100 percent (5/5), ", shown, 1, true)
    end)
  end)

  it("without an address asks for one", function()
    on_switch({ devices = 1 }, function(terminal)
      terminal:type "ping\n"
      terminal:expect "Protocol [ip]: "
      terminal:type "\n"
      terminal:expect "Target IP address: "
      terminal:type "10.2.0.1\n"
      terminal:expect "Repeat count [5]: "
      terminal:type "2\n"
      terminal:expect "\r\n!!\r\nSuccess rate is 100 percent (2/2)"
    end)
  end)
end)
