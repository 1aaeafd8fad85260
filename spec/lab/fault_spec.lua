-- Faults of spec/README.md: N3, N13.
local fault = require "moonwire.lab.fault"
local sessions = require "moonwire.session"
local support = require "spec.support.lab"
local task = require "moonwire.task"

local PROMPT = "SW-CORE_1#"

-- a lab in which device 1 has a fault and device 2 has none
local function with_fault(given, fn, options)
  options = options or {}
  given.device = 1
  options.devices, options.faults = 2, { given }
  support.with_lab(options, function(lab)
    fn(lab, support.device(lab, 1), support.device(lab, 2))
  end)
end

-- be impatient in one phase of a login, and as patient as ever in the others
local function hurry(phase)
  return { timeout = phase == "prompt" and 0.2 or nil, timeouts = { [phase] = 0.2 } }
end

local function healthy_output(device)
  local session <close> = assert(sessions.open(device))
  return assert(session:send_command "show running-config")
end

describe("fault.parse", function()
  for text, expected in pairs {
    drop = { name = "drop", p = 1 },
    ["drop=0.25"] = { name = "drop", p = 0.25 },
    ["drop=10%"] = { name = "drop", p = 0.1 },
    ["drop=@R17"] = { name = "drop", device = "R17" },
    ["dribble:10ms"] = { name = "dribble", p = 1, seconds = 0.01 },
    ["slow_kex:2s=@3"] = { name = "slow_kex", device = "3", seconds = 2 },
  } do
    it("reads " .. text, function()
      assert.same(expected, fault.parse(text))
    end)
  end

  it("reads sizes", function()
    assert.same({ name = "bulk", bytes = 100 << 20, p = 1 }, fault.parse "bulk:100M")
    assert.same({ name = "bulk", bytes = 5, device = "2" }, fault.parse "bulk:5=@2")
    local complaint = fault.complaint { { name = "drop", bytes = 5 } }
    assert.equal("faults[1]: the fault 'drop' takes no size", complaint)
  end)

  for text, reason in pairs {
    flood = "there is no fault 'flood'; known are refuse, blackhole",
    [""] = "there is no fault ''",
    ["drop=often"] = "'often' is no share of the devices",
    ["drop=1.5"] = "'1.5' is no share of the devices",
    ["drop:2s"] = "the fault 'drop' takes no time",
    ["dribble:fast"] = "'fast' is not a length of time",
    ["bulk:2s"] = "'2s' is no size",
  } do
    it(("refuses %q"):format(text), function()
      local found, message, kind = fault.parse(text)
      assert.is_nil(found)
      assert.equal("invalid", kind)
      assert.matches(reason, message, 1, true)
    end)
  end
end)

describe("fault.assign", function()
  local function hit(list, seed, count)
    local indexes = {}
    for index = 1, count do
      if fault.assign(list, seed, index, "R" .. index) then
        indexes[#indexes + 1] = index
      end
    end
    return indexes
  end

  it("gives a fault to the device that is named, by name or number", function()
    assert.same({ 7 }, hit({ { name = "drop", device = "r7" } }, 1, 20))
    assert.same({ 7 }, hit({ { name = "drop", device = 7 } }, 1, 20))
  end)

  it("gives a fault to a share of the devices", function()
    local indexes = hit({ { name = "drop", p = 0.1 } }, 1, 10000)
    assert.is_true(#indexes > 900 and #indexes < 1100, #indexes)
  end)

  it("picks the same devices for a seed, others for another", function()
    local list = { { name = "drop", p = 0.1 } }
    assert.same(hit(list, 5, 1000), hit(list, 5, 1000))
    assert.not_same(hit(list, 5, 1000), hit(list, 6, 1000))
  end)

  it("picks other devices for another fault", function()
    assert.not_same(
      hit({ { name = "drop", p = 0.1 } }, 5, 1000),
      hit({ { name = "hang", p = 0.1 } }, 5, 1000)
    )
  end)

  it("knows the time of a fault that has one", function()
    local list = { { name = "dribble" }, { name = "drop" } }
    assert.same({ dribble = 0.05, drop = true }, fault.assign(list, 1, 1, "R1"))
  end)
end)

describe("fault.list", function()
  it("explains every fault in a line", function()
    assert.is_true(#fault.list() > 30)
    for _, entry in ipairs(fault.list()) do
      assert.matches("^%l", entry.about)
      assert.is_true(#entry.about <= 70, entry.name)
    end
  end)
end)

describe("a device with the fault", function()
  for name, expected in pairs {
    refuse = { kind = "refused", phase = "connect" },
    blackhole = { kind = "timeout", phase = "banner" },
    http = { kind = "protocol", phase = "banner", message = "HTTP" },
    hostkey_change = { kind = "hostkey", phase = "hostkey" },
    slow_banner = { kind = "timeout", phase = "banner" },
    slow_kex = { kind = "timeout", phase = "kex" },
    slow_auth = { kind = "timeout", phase = "auth" },
    auth_failure = { kind = "auth", phase = "auth" },
    silent_shell = { kind = "timeout", phase = "prompt" },
  } do
    local what = "%s cannot be logged in to: %s in phase %s"
    it(what:format(name, expected.kind, expected.phase), function()
      with_fault({ name = name }, function(_, faulty, healthy)
        local options = hurry(expected.phase)
        local session, message, kind, detail = sessions.open(faulty, options)
        assert.is_nil(session)
        assert.equal(expected.kind, kind)
        assert.equal(expected.phase, detail.phase)
        assert.matches("SW%-CORE_1", message)
        assert.matches(expected.message or "", message)
        assert.matches("\nhostname SW%-CORE_2\n", healthy_output(healthy))
      end)
    end)
  end

  it("of any kind changes no byte of what other devices say", function()
    local faults, first = {}, #fault.list() + 1
    for i, entry in ipairs(fault.list()) do
      faults[i] = { name = entry.name, device = i }
    end
    local function outputs(options)
      local collected
      support.with_lab(options, function(lab)
        local devices = table.move(lab:inventory(), first, first + 9, 1, {})
        collected = task.map(devices, 10, healthy_output)
      end)
      return collected
    end
    local expected = outputs { devices = first + 9 }
    assert.equal(10, #expected)
    assert.same(expected, outputs { devices = first + 9, faults = faults })
  end)

  it("drop loses the connection in the middle of an output", function()
    with_fault({ name = "drop" }, function(lab, faulty)
      local session <close> = assert(sessions.open(faulty))
      local output, message, kind = session:send_command "show running-config"
      assert.is_nil(output)
      assert.equal("dropped", kind)
      assert.matches("SW%-CORE_1", message)
      local terminal <close> = support.ssh(lab)
      terminal:type "show version\n"
      local text, status = terminal:await_end()
      assert.matches("Cisco IOS Software", text)
      assert.not_matches("Configuration register", text)
      assert.equal(255, status)
    end)
  end)

  it("hang never answers a command", function()
    with_fault({ name = "hang" }, function(_, faulty)
      local session <close> = assert(sessions.open(faulty))
      local soon = { timeout = 0.1 }
      local output, message, kind = session:send_command("show clock", soon)
      assert.is_nil(output)
      assert.equal("timeout", kind)
      assert.matches("SW%-CORE_1", message)
    end)
  end)

  it("pager_stuck pages on", function()
    with_fault({ name = "pager_stuck" }, function(lab, faulty)
      local terminal <close> = support.ssh(lab)
      terminal:expect(PROMPT)
      local answer = terminal:run("terminal length 0", PROMPT)
      assert.equal("Command authorization failed.\r\n\r\n", answer)
      terminal:run("show running-config", " --More-- ")
      local output = healthy_output(faulty):match "bytes\n(.*)$"
      assert.equal(lab:device(1):running_config(), output)
    end)
  end)

  it("lookalike shows its prompt in mid-output, and goes on", function()
    with_fault({ name = "lookalike", seconds = 0.1 }, function(lab)
      local terminal <close> = support.ssh(lab)
      terminal:expect(PROMPT)
      terminal:type "show version\n"
      terminal:expect(PROMPT)
      assert.matches("Configuration register", terminal:expect(PROMPT))
    end)
  end)

  it("lookalike does not cut the client's answer short", function()
    with_fault({ name = "lookalike", seconds = 0.1 }, function(_, faulty, healthy)
      local whole = healthy_output(healthy)
      local output = healthy_output(faulty)
      local _, expected = whole:gsub("\n", "")
      local _, lines = output:gsub("\n", "")
      assert.equal(expected + 1, lines)
      assert.matches("\nntp server 10.2.0.1\n!\nend", output)
    end)
  end)

  it("syslog writes a line of the log into an output", function()
    with_fault({ name = "syslog" }, function(lab)
      local terminal <close> = support.ssh(lab)
      terminal:expect(PROMPT)
      local shown = terminal:run("show version", PROMPT)
      local line = "\r\n%*Mar  1 00:01:02.123: %%SYS%-5%-CONFIG_I: [^\r\n]*\r\n"
      assert.matches(line, shown)
      assert.not_matches(line, shown:gsub(line, "\r\n"))
    end)
  end)

  it("dribble sends all of it, byte by byte", function()
    with_fault({ name = "dribble", seconds = 0.0001 }, function(lab)
      local terminal <close> = support.ssh(lab)
      terminal:expect(PROMPT)
      terminal:expect("")
      local shown = terminal:run("show privilege", PROMPT)
      assert.equal("Current privilege level is 15\r\n", shown)
    end)
  end)

  it("auth_failure also refuses where the user's name picks the device", function()
    with_fault({ name = "auth_failure" }, function(lab)
      local options = { user = "SW-CORE_1", host = "127.0.0.1" }
      local terminal <close> = support.ssh(lab, options)
      local _, status = terminal:await_end()
      assert.equal(5, status) -- sshpass: wrong password
      assert.equal(0, lab:device(1):logins())
      assert.is_true(lab:device(1):attempts() > 0)
    end)
  end)
end)
