-- Faults of what a device does, with what it is told and with the session. The numbers
-- are those of the catalogue of faults.
local faults = require "spec.support.fault"
local labs = require "spec.support.lab"
local sessions = require "moonwire.session"

local RUN = "show running-config"

local function routes(first, last)
  local lines = {}
  for i = first, last do
    lines[#lines + 1] = ("ip route 192.0.2.%d 255.255.255.255 10.2.0.1"):format(i)
  end
  return lines
end

-- until the device hangs up
local function await_end(session)
  local event, message, kind
  repeat
    event, message, kind = session.shell:read(nil, 30)
  until not event
  assert.equal("dropped", kind, message)
end

describe("a prompt that changes", function()
  it("C2: by our own command", function()
    faults.session("syslog_around", function(session)
      assert(session:send_config_set { "hostname " .. ("Long-"):rep(8) .. "1" })
      assert.equal(("Long-"):rep(8) .. "1#", session:find_prompt())
      -- in configuration mode a name is clipped
      assert(session:send_config_set { "interface Vlan1", "description x", "exit" })
      assert.matches("\n description x\n", (session:send_command(RUN)))
      assert(session:enter_mode "config")
      assert.equal(("Long-"):rep(4) .. "(config)#", session:find_prompt())
    end)
  end)

  it("C2: by somebody else's, in the midst of an output", function()
    faults.session("rename", function(session)
      local output = assert(session:send_command(RUN))
      assert.equal(faults.expected(RUN), output)
      assert.equal("Renamed-1#", session:find_prompt())
      assert.matches("level is 15", (session:send_command "show privilege"))
    end)
  end)

  it("C2: by a suffix of high availability", function()
    local options = {
      devices = { { name = "fw(active)", platform = "paloalto_panos" } },
    }
    labs.with_lab(options, function(lab)
      local session <close> = assert(sessions.open(lab:inventory()[1]))
      assert.matches("fw%(active%)>", session:find_prompt())
      local output = assert(session:send_command "show system info")
      assert.matches("^model: PA", output)
      assert.not_matches("fw%(active%)>", output)
    end)
  end)
end)

describe("a command that the device does not take", function()
  for _, case in ipairs {
    { "C8: show nonsense", "syntax", "% Invalid input detected at '^' marker." },
    { "C9: show", "syntax", "list of subcommands" },
    { "C9: show ip", "incomplete", "% Incomplete command." },
    { "C9: co", "ambiguous", "% Ambiguous command" },
  } do
    local title, class, words = table.unpack(case)
    it(("%s is %s"):format(title, class), function()
      faults.session("syslog_around", function(session)
        local command = title:match ": (.+)$"
        local output, message, kind, detail = session:send_command(command)
        assert.is_nil(output)
        assert.equal("rejected", kind)
        assert.equal(class, detail.class)
        assert.matches(words, message, 1, true)
        assert.matches(words, detail.output, 1, true)
        assert.matches("SW%-CORE_1: command", message)
        assert.equal("command", session.phase)
      end)
    end)
  end

  it("C9: a command that the user may not run", function()
    faults.session("pager_stuck", function(session)
      local output, message, kind, detail = session:send_command "terminal length 0"
      assert.is_nil(output)
      assert.equal("rejected", kind)
      assert.equal("denied", detail.class)
      assert.matches("Command authorization failed", message, 1, true)
    end)
  end)

  it("C8: a line of configuration, with its number", function()
    faults.session("syslog_around", function(session)
      local lines = { "vlan 70", "nonsense 1", "vlan 71" }
      local _, message, kind, detail = session:send_config_set(lines)
      assert.equal("rejected", kind)
      assert.equal(2, detail.line)
      assert.equal("nonsense 1", detail.text)
      assert.matches('line 2 "nonsense 1" was rejected: % Invalid', message, 1, true)
      assert.equal("priv", session:mode())
    end)
  end)

  it("C10: one that says nothing is no failure", function()
    faults.session("syslog_prompt", function(session)
      assert.equal("", session:send_command "terminal length 0")
      assert.equal("", session:send_command "show running-config | include nothing")
    end)
  end)

  it("C24: software that is too old for it is seen, and the rest works", function()
    faults.session("old", function(session)
      assert.matches("% Invalid input", session:refusals()[1], 1, true)
      assert.equal(faults.expected(RUN), session:send_command(RUN))
      local _, _, kind = session:send_command "show running-config | include vlan"
      assert.equal("rejected", kind)
      assert.equal("rejected", select(3, session:send_command "show clock"))
    end)
    faults.session("syslog", function(session)
      assert.same({}, session:refusals())
    end)
  end)
end)

describe("a command that asks or does harm", function()
  it("C13: a question that was not announced is not answered", function()
    faults.session("syslog_around", function(session, device)
      local output, message, kind = session:send_command "clear counters"
      assert.is_nil(output)
      assert.equal("question", kind)
      assert.matches('"show interface" counters on all interfaces [confirm]', message,
        1, true)
      assert.equal(1, device:sent "\3")
      assert.is_false(device:sent "y")
      assert.equal("SW-CORE_1#", session:find_prompt())
    end)
  end)

  it("C14: one that stops the device is not sent", function()
    faults.session("syslog_around", function(session, device)
      for _, command in ipairs { "reload", "write erase", "rel in 5", "wr er" } do
        for _, verb in ipairs { "send_command", "send_command_timing" } do
          local output, message, kind = session[verb](session, command)
          assert.is_nil(output)
          assert.equal("danger", kind)
          assert.matches("needs confirm = true", message, 1, true)
        end
        local _, _, kind = session:stream(command, function() end)
        assert.equal("danger", kind)
        kind = select(3, session:send_command(command, { strip = false }))
        assert.equal("danger", kind)
        assert.is_false(device:sent(command))
      end
      assert.equal(0, device.reloads)
      assert.equal("SW-CORE_1#", session:find_prompt())
    end)
  end)

  it("C14: one that is confirmed is waited for until the device is back", function()
    faults.session("syslog_around", function(session, device)
      local output, _, kind =
        session:send_interactive("reload", { { "reload", "" } }, { confirm = true })
      assert.is_nil(output)
      assert.equal("dropped", kind)
      local tries = assert(session:await_restart { timeout = 60, retry = 0.05 })
      assert.is_true(tries > 0)
      assert.equal(1, device.reloads)
      assert.matches("uptime is %d minutes?\n", (session:send_command "show version"))
    end, { reload_time = 0.2 })
  end)

  it("C14: a device that does not start again is not waited for", function()
    faults.session("syslog_around", function(session)
      local tries, message, kind = session:await_restart { timeout = 0.1 }
      assert.is_nil(tries)
      assert.equal("timeout", kind)
      assert.matches("it has not hung up", message, 1, true)
    end)
  end)
end)

describe("a session that ends", function()
  it("C15: in the midst of a command says in which, and keeps the rest", function()
    faults.session("restart", function(session)
      local commands = { "terminal length 0", RUN, "show vlan" }
      local answers, message, kind, kept = session:send_commands(commands)
      assert.is_nil(answers)
      assert.equal("dropped", kind)
      assert.matches('command 2 of 3 "show running-config"', message, 1, true)
      assert.equal("", kept[1].output)
      local partial = session.answers[#session.answers]
      assert.is_true(partial.is_partial)
      assert.matches("hostname SW-CORE_1", partial.output, 1, true)
      assert.is_nil(session.reconnects)
    end)
  end)

  it("C21: between two commands is begun again for what only reads", function()
    faults.session({ name = "idle", seconds = 0.2 }, function(session, device)
      assert.equal(faults.expected(RUN), session:send_command(RUN))
      await_end(session)
      assert.equal(faults.expected "show vlan", session:send_command "show vlan")
      assert.equal(1, session.reconnects)
      assert.equal(2, device:logins())
    end)
  end)

  it("C21: and stays in its mode", function()
    faults.session({ name = "idle", seconds = 0.2 }, function(session)
      assert(session:enable())
      local before = assert(session:send_command(RUN))
      await_end(session)
      assert.equal(before, session:send_command(RUN))
      assert.equal("priv", session:mode())
      assert.equal(1, session.reconnects)
    end, { privilege = 1 })
  end)

  it("C21: is lost for what changes something, and in configuration mode", function()
    faults.session({ name = "idle", seconds = 0.2 }, function(session, device)
      assert(session:send_command "show vlan")
      await_end(session)
      assert.equal("dropped", select(3, session:send_command "clear counters"))
      assert.equal(1, device:logins())
    end)
    faults.session({ name = "idle", seconds = 0.2 }, function(session, device)
      assert(session:send_command "show vlan")
      assert(session:enter_mode "config")
      assert(session:send_command "do show privilege")
      await_end(session)
      assert.equal("dropped", select(3, session:send_command "do show vlan"))
      assert.equal(1, device:logins())
    end)
  end)

  it("C21: is not begun again where that is not wanted", function()
    faults.session({ name = "idle", seconds = 0.2 }, function(session, device)
      assert(session:send_command "show vlan")
      await_end(session)
      assert.equal("dropped", select(3, session:send_command "show vlan"))
      assert.equal(1, device:logins())
    end, { session = { reconnect = false } })
  end)
end)

describe("enable", function()
  it("C16: with a wrong password is named, and nothing is shown as complete", function()
    faults.beside("syslog_around", function(device)
      device.secret = "wrong"
      local session <close> = assert(sessions.open(device))
      local ok, message, kind = session:enable()
      assert.is_nil(ok)
      assert.equal("auth", kind)
      assert.equal("enable", session.phase)
      assert.matches("the password was refused", message, 1, true)
      local output, _, refused = session:send_command(RUN)
      assert.is_nil(output)
      assert.equal("rejected", refused)
      assert.equal("exec", session:mode())
    end, { privilege = 1 })
  end)

  it("C16: does nothing where the login is privileged", function()
    faults.session("syslog_around", function(session, device)
      assert.is_true(session:enable())
      assert.is_false(device:sent "enable")
    end)
  end)
end)

describe("a configuration", function()
  it("C20: whose lines get lost arrives in smaller windows, each line once", function()
    faults.session("lossy", function(session, device)
      local lines = routes(1, 120)
      local result, message = session:send_config_set(lines, { timeout = 0.9 })
      assert.is_table(result, message)
      assert.equal(120, result.applied)
      assert.is_true(result.lost > 0)
      local running = device:running_config()
      local _, count = running:gsub("\nip route 192%.0%.2%.", "")
      assert.equal(120, count)
      for _, line in ipairs(lines) do
        assert.equal(1, device:sent(line), line)
      end
      assert.equal("priv", session:mode())
    end)
  end)

  it("C22: that somebody else has locked names who", function()
    faults.session("locked", function(session, device)
      local _, message, kind = session:send_config_set { "vlan 70" }
      assert.equal("locked", kind)
      assert.matches("locked exclusively by user 'alice'", message, 1, true)
      assert.equal(1, device:sent "configure terminal")
      assert.is_false(device:sent "vlan 70")
      assert.equal("SW-CORE_1#", session:find_prompt())
    end)
  end)

  it("C22: is tried again for as long as the caller likes", function()
    faults.session("locked", function(session, device)
      local options = { lock_timeout = 0.1 }
      local _, message, kind = session:send_config_set({ "vlan 70" }, options)
      assert.equal("locked", kind)
      local tries = device:sent "configure terminal"
      assert.is_true(tries > 1)
      assert.matches(("(tried %d times in 0.1 s)"):format(tries), message, 1, true)
    end)
  end)

  it("C22: on a platform with a candidate", function()
    local options = { platform = "juniper_junos" }
    faults.session("locked", function(session)
      local _, message, kind = session:send_config_set { "set system services ssh" }
      assert.equal("locked", kind)
      assert.matches("configuration database", message, 1, true)
    end, options)
  end)

  it("C23: with changes of somebody else is left alone", function()
    local options = { platform = "juniper_junos" }
    faults.session("candidate", function(session, device)
      local line = "set system services ssh"
      local _, message, kind = session:send_config_set({ line }, { commit = true })
      assert.equal("candidate", kind)
      assert.matches("ntp server 203.0.113.66", message, 1, true)
      assert.is_false(device:sent(line))
      assert.is_false(device:sent "commit")
      assert.is_false(device:sent "rollback 0")
      local how = { commit = true, candidate = "take" }
      assert.equal(1, assert(session:send_config_set({ line }, how)).applied)
      assert.equal(1, device:sent "commit")
      -- now there are none left
      assert(session:send_config_set({ line .. " protocol-version v2" }, {}))
    end, options)
  end)
end)
