local platform = require "moonwire.platform"
local schema = require "moonwire.platform.schema"

local function minimal(changes)
  local value = {
    status = "documents",
    link = { newline = "\n" },
    host = { pattern = "^(%w+)#" },
    modes = { { "priv", "^%w+#$" } },
    prep = {},
    read_only = { "sh[ow]" },
    samples = {},
  }
  for key, field in pairs(changes or {}) do
    value[key] = field
  end
  return value
end

describe("platform.get", function()
  it("finds a platform by name and by alias", function()
    local ios = assert(platform.get "cisco_ios")
    assert.equal("cisco_ios", ios.name)
    assert.equal(ios, platform.get "cisco_xe")
  end)

  it("suggests the name that was meant", function()
    local found, message, kind = platform.get "cisco_iso"
    assert.is_nil(found)
    assert.equal("invalid", kind)
    assert.matches("did you mean 'cisco_ios'?", message, 1, true)
  end)

  it("tells where to look when nothing is near", function()
    local _, message = platform.get "toaster"
    assert.matches("`moonwire platform list` shows", message, 1, true)
  end)

  it("takes nil for an unknown name", function()
    local found, message = platform.get(nil)
    assert.is_nil(found)
    assert.matches("there is no platform 'nil'", message, 1, true)
  end)
end)

describe("platform.names", function()
  it("lists platforms, without aliases", function()
    local listed = table.concat(platform.names(), " ") .. " "
    assert.matches("cisco_ios ", listed, 1, true)
    assert.is_nil(listed:find("cisco_xe ", 1, true))
  end)
end)

describe("platform.mode_of", function()
  local junos = platform.define "test" (minimal {
    modes = {
      { "config", { "#%s*$", prev = "%[edit" } },
      { "root", { "#%s*$", no = "^admin" } },
    },
  })

  it("asks the line above where a rule says so", function()
    assert.equal("config", platform.mode_of(junos, "admin@r1# ", "[edit]"))
    assert.equal("root", platform.mode_of(junos, "root@r1# ", "something"))
  end)

  it("obeys exclusions", function()
    assert.is_nil(platform.mode_of(junos, "admin@r1# "))
  end)
end)

describe("platform.host_of", function()
  it("finds the host name in any prompt", function()
    local ios = platform.get "cisco_ios"
    assert.equal("SW-CORE_1", platform.host_of(ios, "SW-CORE_1#"))
    assert.equal("r1", platform.host_of(ios, "r1(config-if)#"))
    assert.equal("r1", platform.host_of(ios, "r1>"))
    assert.is_nil(platform.host_of(ios, "Password:"))
  end)
end)

describe("platform.is_read_only", function()
  local ios = platform.get "cisco_ios"

  for _, command in ipairs {
    "show version",
    "sh ver",
    "SHOW clock",
    "  show clock",
    "do show clock",
    "do sh clock",
    "dir flash:",
    "more flash:notes",
    "show run | include hostname",
    "terminal length 0",
  } do
    it("says yes to " .. command, function()
      assert.is_true(platform.is_read_only(ios, command))
    end)
  end

  for _, command in ipairs {
    "reload",
    "s",
    "shutdown",
    "showing",
    "copy running-config startup-config",
    "delete flash:x",
    "ping",
    "show run | redirect flash:x",
    "show run |append flash:x",
    "show run | tee flash:x",
    "show ?",
    "show version\nreload",
    "show ver\t",
    "terminal monitor",
    "",
  } do
    it(("says no to %q"):format(command), function()
      assert.is_false(platform.is_read_only(ios, command))
    end)
  end
end)

describe("platform.is_read_only elsewhere", function()
  local cases = {
    { "linux", "cat /etc/hostname", true },
    { "linux", "ls -l /var/log", true },
    { "linux", "cat", false }, -- would read what is typed behind it
    { "linux", "tail -f /var/log/messages", false },
    { "linux", "cat /etc/passwd | sh", false },
    { "linux", "echo x > /etc/motd", false },
    { "linux", "ip addr show", true },
    { "linux", "ip addr add 192.0.2.1/24 dev eth0", false },
    { "mikrotik_routeros", "/ip address print", true },
    { "mikrotik_routeros", "/ip address print detail", true },
    { "mikrotik_routeros", "/export", true },
    { "mikrotik_routeros", "/export file=x", false },
    { "mikrotik_routeros", "/system reboot", false },
    { "mikrotik_routeros", "/log print follow", false },
    { "huawei_vrp", "dis cur", true },
    { "huawei_vrp", "display version", true },
    { "huawei_vrp", "reset counters", false },
    { "juniper_junos", "show configuration | display set", true },
    { "juniper_junos", "show configuration | save x", false },
    { "cisco_wlc", "show run-config commands", true },
    { "cisco_wlc", "show run-config", false }, -- pages of its own
    { "nokia_srl", "info from running", true },
    { "fortinet", "get system status", true },
    { "fortinet", "execute reboot", false },
  }
  for _, case in ipairs(cases) do
    local name, command, expected = table.unpack(case)
    it(("%s: %s of %s"):format(name, command, tostring(expected)), function()
      assert.equal(expected, platform.is_read_only(platform.get(name), command))
    end)
  end
end)

describe("platform.action", function()
  it("gives a verb in one shape, however it was written", function()
    local ios = platform.get "cisco_ios"
    assert.same({ run = { "show running-config" }, ask = {} },
      platform.action(ios, "show"))
    local save = platform.action(platform.get "cisco_wlc", "save")
    assert.same({ "save config" }, save.run)
    assert.equal("exec", save.mode)
    assert.equal("y", save.ask[1].say)
    local off = platform.action(platform.get "fortinet", "paging_off")
    assert.equal(3, #off.run)
    local confirmed = platform.action(platform.get "cisco_xr", "confirmed")
    assert.equal("seconds", confirmed.unit)
    assert.equal("commit confirmed 60", confirmed.run[1]:format(60))
  end)

  it("gives nil for what a platform cannot do", function()
    assert.is_nil(platform.action(platform.get "cisco_ios", "commit"))
    assert.is_nil(platform.action(platform.get "cisco_ios", "enter"))
    assert.is_nil(platform.action(platform.get "juniper_junos", "save"))
  end)
end)

describe("the preparation", function()
  it("is a list of steps, each with its mode where it has one", function()
    assert.same({ run = "terminal width 511", ask = {} },
      platform.get("cisco_ios").preparation[1])
    assert.same({ run = "terminal pager 0", mode = "priv", ask = {} },
      platform.get("cisco_asa").preparation[1])
  end)
end)

describe("the terminators", function()
  it("are the last bytes of all that a device may wait behind", function()
    local ios = platform.get("cisco_ios").terminators
    for _, byte in ipairs { "#", ">", ":", "?", "]", "!" } do
      assert.is_truthy(ios:find(byte, 1, true), byte)
    end
    assert.is_nil(ios:find("t", 1, true))
    -- "--More-- or (q)uit", and "Press any key to continue"
    assert.is_truthy(platform.get("cisco_wlc").terminators:find("t", 1, true))
    assert.is_truthy(platform.get("hp_procurve").terminators:find("e", 1, true))
  end)
end)

describe("the questions of an edge", function()
  it("are a list, however many there are", function()
    local ios, procurve = platform.get "cisco_ios", platform.get "hp_procurve"
    assert.equal(1, #platform.questions_of(ios.edges[1]))
    assert.equal(0, #platform.questions_of(ios.edges[2]))
    assert.equal(3, #platform.questions_of(procurve.edges[1]))
  end)
end)

describe("the modes that verbs lead to", function()
  it("are those that the platform has", function()
    assert.equal("priv", platform.get("cisco_ios").privileged)
    assert.equal("root", platform.get("linux").privileged)
    assert.is_nil(platform.get("juniper_junos").privileged)
    assert.same({ "config" }, platform.config_modes(platform.get "cisco_ios"))
    assert.same({ "config", "classic_config" },
      platform.config_modes(platform.get "nokia_sros"))
  end)

  it("are none where there is no configuration", function()
    local bare = platform.define "test" (minimal())
    assert.same({}, platform.config_modes(bare))
  end)
end)

describe("platform.scrub", function()
  it("hides secrets, and leaves what is around them", function()
    local ios = platform.get "cisco_ios"
    assert.equal("snmp-server community <removed> RO",
      platform.scrub(ios, "snmp-server community public RO"))
    assert.equal("interface Vlan1", platform.scrub(ios, "interface Vlan1"))
  end)

  it("keeps what is captured behind a secret", function()
    local panos = platform.get "paloalto_panos"
    assert.equal("<phash><removed></phash>",
      platform.scrub(panos, "<phash>$1$abc</phash>"))
    local routeros = platform.get "mikrotik_routeros"
    assert.equal("add name=a password=<removed> group=b",
      platform.scrub(routeros, "add name=a password=x group=b"))
  end)

  it("hides nothing twice", function()
    local ios = platform.get "cisco_ios"
    local once = platform.scrub(ios, "enable secret 5 $1$abcd$xyz")
    assert.equal("enable secret 5 <removed>", once)
    assert.equal(once, platform.scrub(ios, once))
  end)
end)

describe("platform.is_volatile", function()
  for _, case in ipairs {
    { "cisco_ios", "! Last configuration change at 10:00:00 UTC Mon Jan 2 2023" },
    { "cisco_nxos", "!Time: Mon Jan  2 10:00:00 2023" },
    { "juniper_junos", "## Last commit: 2023-01-02 10:00:00 UTC by ops" },
    { "arista_eos", "! Startup-config last modified at Mon Jan  2 2023 by ops" },
    { "mikrotik_routeros", "# 2023-01-02 10:00:00 by RouterOS 7.11" },
    { "mikrotik_routeros", "# jan/02/2023 10:00:00 by RouterOS 6.49" },
    { "fortinet", "#config-version=FGT60F-7.2.5-FW-build1517:opmode=0" },
    { "checkpoint_gaia", "# Exported by admin on Mon Jan  2 10:00:00 2023" },
  } do
    local name, line = table.unpack(case)
    it(("says yes to %q"):format(line), function()
      assert.is_true(platform.is_volatile(platform.get(name), line))
    end)
  end

  it("says no to what was configured", function()
    assert.is_false(platform.is_volatile(platform.get "cisco_ios", "hostname r1"))
    assert.is_false(platform.is_volatile(platform.get "siemens_ros", "hostname r1"))
  end)
end)

describe("platform.define", function()
  it("names the file and the field of a mistake", function()
    local ok, message = pcall(function()
      platform.define "broken" (minimal { status = "splendid" })
    end)
    assert.is_false(ok)
    assert.matches("platform_spec.lua: platform 'broken': status: splendid is none of",
      message, 1, true)
  end)

  for expected, changes in pairs {
    ["prompt: there is no such field"] = { prompt = "#" },
    ["link.wdith: there is no such field"] = { link = { wdith = 80 } },
    ["link.width: expected a number, got a string"] = { link = { width = "80" } },
    ["modes: expected at least 1 items, got 0"] = { modes = {} },
    ["modes[1][1]: malformed pattern (missing ']')"] = { modes = { { "priv", "[" } } },
    ["modes[1][1].prve: there is no such field"] =
      { modes = { { "priv", { "#", prve = "x" } } } },
    ["questions[1][1]: expected a Lua pattern, got a boolean"] =
      { questions = { { true } } },
    ["questions[1]: expected at most 1 items, got 2"] =
      { questions = { { "a", "b" } } },
    ["questions[1].secret: root is none of username, password, enable"] =
      { questions = { { "x", secret = "root" } } },
    ["edges[1][2]: there is no mode 'config'"] =
      { edges = { { "priv", "config", run = "conf t" } } },
    ["edges[1].run: is missing"] = { edges = { { "priv", "priv" } } },
    ["samples.priv[1]: expected a string, got a number"] =
      { samples = { priv = { 1 } } },
    ["errors[1].class: fatal is none of syntax, incomplete, ambiguous, denied, "
      .. "rejected, locked"] = { errors = { { "^%%", class = "fatal" } } },
    ["link.newline: \r\r is none of \n, \r, \r\n"] =
      { link = { newline = "\r\r" } },
    ["modes[1].ovr: there is no such field"] =
      { modes = { { "priv", "#", ovr = { "x" } } } },
    ["config.save: expected at least 1 items, got 0"] = { config = { save = {} } },
    ["config.save.dnoe: there is no such field"] =
      { config = { save = { "write", dnoe = "OK" } } },
    ["config.candidate: expected a boolean, got a number"] =
      { config = { candidate = 1 } },
    ["edges[1].ask[2].say: expected a string, got a number"] = { edges = {
      { "priv", "priv", run = "x", ask = { { "a" }, { "b", say = 1 } } },
    } },
    ["hooks.leave: expected a function, got a string"] = { hooks = { leave = "exit" } },
    ["samples: expected named fields only"] = { samples = { "r1#" } },
    ["errors[1].clas: there is no such field"] = { errors = { { "^%%", clas = "x" } } },
  } do
    it("says " .. expected, function()
      assert.equal(expected, schema.complaint(minimal(changes)))
    end)
  end

  it("wants what every platform must have", function()
    assert.equal("status: is missing", schema.complaint {})
    assert.equal("expected a table, got a nil", schema.complaint(nil))
  end)

  it("has nothing against a minimal one", function()
    assert.is_nil(schema.complaint(minimal()))
  end)
end)
