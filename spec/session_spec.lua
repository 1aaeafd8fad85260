local session = require "moonwire.session"
local task = require "moonwire.task"
local support = require "spec.support.lab"

local function with_lab(options, fn)
  support.with_lab(options, function(here)
    fn(here, here:inventory())
  end)
end

local function open(device, options)
  return assert(session.open(device, options))
end

describe("session", function()
  it("logs in, runs a command and gives its output without echo and prompt", function()
    with_lab({}, function(_, devices)
      local router <close> = open(devices[1])
      local output = assert(router:send_command "show clock")
      assert.not_matches("show clock", output)
      assert.not_matches("SW%-CORE_1", output)
      assert.not_matches("mw%-", output)
      assert.equal("SW-CORE_1#", router:find_prompt())
      assert.equal("priv", router:mode())
    end)
  end)

  it("gives the same outputs one by one and together", function()
    with_lab({}, function(here, devices)
      local router <close> = open(devices[1])
      local commands = { "show version", "show vlan", "show ip interface brief" }
      local together = assert(router:send_commands(commands))
      for i, command in ipairs(commands) do
        assert.equal(command, together[i].command)
        assert.equal(together[i].output, router:send_command(command))
      end
      assert.equal(2, here:device(1):sent "show vlan")
    end)
  end)

  it("gives an empty string for a command that says nothing", function()
    with_lab({}, function(_, devices)
      local router <close> = open(devices[1])
      assert.equal("", router:send_command "terminal length 0")
    end)
  end)

  it("fails a command that the device rejects, with the device's words", function()
    with_lab({}, function(_, devices)
      local router <close> = open(devices[1])
      local output, message, kind = router:send_command "show nonsense"
      assert.is_nil(output)
      assert.equal("rejected", kind)
      assert.matches("Invalid input", message, 1, true)
      assert.matches("SW-CORE_1", message, 1, true)
      assert.is_string(router:send_command "show clock")
    end)
  end)

  it("never confirms a reload by itself", function()
    with_lab({}, function(here, devices)
      local router <close> = open(devices[1])
      local output, message, kind = router:send_command("reload", { confirm = true })
      assert.is_nil(output)
      assert.equal("question", kind)
      assert.matches("[confirm]", message, 1, true)
      assert.equal("SW-CORE_1#", router:find_prompt())
      assert.is_string(router:send_command "show clock")
      assert.is_false(here:device(1):is_down())
      assert.equal(1, here:open_sessions())
    end)
  end)

  it("sends nothing behind a command that may ask until it is answered", function()
    with_lab({}, function(here, devices)
      local router <close> = open(devices[1])
      local commands = { "show clock", "reload", "show version" }
      router:send_commands(commands, { confirm = true })
      local sent = here:device(1)
      assert.equal(1, sent:sent "reload")
      assert.is_false(sent:sent "show version")
    end)
  end)

  it("follows the prompt into configuration mode and to a new host name", function()
    with_lab({}, function(_, devices)
      local router <close> = open(devices[1])
      for _, command in ipairs { "configure terminal", "hostname EDGE-9", "end" } do
        assert.is_string(router:send_command(command))
      end
      assert.equal("EDGE-9#", router:find_prompt())
      assert.matches("hostname EDGE%-9", (router:send_command "show running-config"))
    end)
  end)

  it("goes to privileged mode with the secret, and needs it only once", function()
    with_lab({ privilege = 1 }, function(_, devices)
      local router <close> = open(devices[1])
      assert.equal("SW-CORE_1>", router:find_prompt())
      assert.is_true(router:enable())
      assert.equal("SW-CORE_1#", router:find_prompt())
      assert.is_true(router:enable())
    end)
  end)

  it("says that the enable password was refused, or is missing", function()
    with_lab({ privilege = 1 }, function(_, devices)
      for _, secret in ipairs { "wrong", false } do
        devices[1].secret = secret or nil
        local router <close> = open(devices[1])
        local ok, message, kind = router:enable()
        assert.is_nil(ok)
        assert.equal("auth", kind)
        assert.matches("SW-CORE_1", message, 1, true)
        assert.not_matches("wrong", message)
      end
    end)
  end)

  it("refuses a command of two lines and one that is no string", function()
    with_lab({}, function(_, devices)
      local router <close> = open(devices[1])
      assert.has_error(function() router:send_command "show clock\nreload" end)
      assert.has_error(function() router:send_command(7) end)
      assert.has_error(function() router:send_commands { "show clock", {} } end)
    end)
  end)

  it("sends many commands in windows and answers each", function()
    with_lab({}, function(_, devices)
      local router <close> = open(devices[1])
      local commands = {}
      for i = 1, 200 do
        commands[i] = i % 2 == 0 and "show clock" or "show privilege"
      end
      local answers = assert(router:send_commands(commands))
      assert.equal(200, #answers)
      for i, answer in ipairs(answers) do
        local expected = i % 2 == 0 and "UTC" or "privilege"
        assert.matches(expected, answer.output)
      end
    end)
  end)

  it("costs a task resume for each command, not one for each piece of text", function()
    with_lab({}, function(_, devices)
      local host = require "host.task"
      local router <close> = open(devices[1])
      router:send_command "show version"
      local before = host.statistics().resumes
      for _ = 1, 20 do
        router:send_command "show running-config"
      end
      -- the lab's own task on this loop is resumed for each line that it reads
      assert.is_true(host.statistics().resumes - before <= 20 * 8)
    end)
  end)

  it("can be left before the preparation was answered", function()
    with_lab({}, function(_, devices)
      local router <close> = open(devices[1], { lazy = true })
      assert.is_nil(router:mode())
      assert.is_string(router:send_command "show clock")
      assert.equal("priv", router:mode())
    end)
  end)

  it("gives up on a command in time, says what it awaited, and can go on", function()
    with_lab({ think = 0.4 }, function(_, devices)
      local router <close> = open(devices[1])
      local brief = { timeout = 0.05 }
      local output, message, kind = router:send_command("show clock", brief)
      assert.is_nil(output)
      assert.equal("timeout", kind)
      assert.matches("the prompt SW-CORE_1#", message, 1, true)
      -- the late answer of the first command is not taken for the second one's
      assert.matches("privilege", (router:send_command "show privilege"))
    end)
  end)

  it("is closed when its task is cancelled", function()
    with_lab({ think = 0.3 }, function(here, devices)
      local client
      local member = task.spawn(function()
        local router <close> = open(devices[1])
        client = router.client
        router:send_command "show version"
      end)
      while not here:device(1):sent "show version" and not member.is_done do
        task.sleep(0.002)
      end
      member:cancel()
      member:join()
      assert.is_false(client:is_open())
    end)
  end)

  it("names the platform that was probably meant", function()
    local opened, message, kind, detail = session.open {
      host = "127.0.0.1",
      username = "x",
      device_type = "cisco_iso",
    }
    assert.is_nil(opened)
    assert.equal("invalid", kind)
    assert.equal("start", detail.phase)
    assert.matches("cisco_ios", message, 1, true)
  end)
end)

describe("session with a device at fault", function()
  local function outputs_of(options, command)
    local outputs = {}
    with_lab(options, function(_, devices)
      for i, device in ipairs(devices) do
        local router <close> = open(device)
        outputs[i] = assert(router:send_command(command or "show ip interface brief"))
      end
    end)
    return outputs
  end

  local function faulty(name, seconds)
    return { { name = name, device = 2, seconds = seconds } }
  end

  it("gives the whole output when a prompt look-alike stands in it", function()
    local plain = outputs_of { devices = 2 }
    local faulted = outputs_of { devices = 2, faults = faulty("lookalike", 0.1) }
    assert.equal(plain[1], faulted[1])
    local without = faulted[2]:gsub("[^\n]*SW%-CORE_2#[^\n]*\n?", "")
    assert.not_equal(faulted[2], without)
    for line in plain[2]:gmatch "[^\n]+" do
      assert.matches(line, faulted[2], 1, true)
    end
  end)

  it("keeps a log message that the device writes into an output", function()
    local plain = outputs_of { devices = 2 }
    local faulted = outputs_of { devices = 2, faults = faulty "syslog" }
    assert.matches("%SYS-5", faulted[2], 1, true)
    for line in plain[2]:gmatch "[^\n]+" do
      assert.matches(line, faulted[2], 1, true)
    end
  end)

  it("gives the same output when it comes byte by byte", function()
    local plain = outputs_of({ devices = 2 }, "show clock")
    local faults = faulty("dribble", 0.001)
    local slow = outputs_of({ devices = 2, faults = faults }, "show clock")
    assert.equal(#plain[2], #slow[2])
  end)

  it("turns the pages of a device whose paging cannot be switched off", function()
    local plain = outputs_of({ devices = 2 }, "show running-config")
    local paged = outputs_of(
      { devices = 2, faults = faulty "pager_stuck" },
      "show running-config"
    )
    assert.equal(plain[2], paged[2])
  end)
end)
