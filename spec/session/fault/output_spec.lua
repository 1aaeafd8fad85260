-- Faults of what a device shows. The numbers are those of the catalogue of faults.
local faults = require "spec.support.fault"
local labs = require "spec.support.lab"
local sessions = require "moonwire.session"
local task = require "moonwire.task"

local RUN = "show running-config"
local LOG = "^%*Mar  1 00:01:02.123: %%SYS%-5%-CONFIG_I: "

-- How often another task has its turn while a function runs, and what that returns.
local function turns_beside(run)
  local turns, count, result = 0, nil, nil
  task.group(function(group)
    group:spawn(function()
      while true do
        task.sleep(0)
        turns = turns + 1
      end
    end)
    task.sleep(0) -- it has begun
    local before = turns
    result = run()
    count = turns - before
    group:cancel()
  end)
  return count, result
end

-- the output of a faulty device is that of a healthy one
local function it_gives_the_whole(id, given, command)
  local name = type(given) == "string" and given or given.name
  it(("%s: gives all of %q with %s"):format(id, command, name), function()
    faults.session(given, function(session)
      assert.equal(faults.expected(command), session:send_command(command))
      assert.matches("privilege level", (session:send_command "show privilege"))
    end)
  end)
end

describe("a device that shows prompts which are none", function()
  it("C1: does not cut the output short", function()
    faults.session({ name = "lookalike", seconds = 0.5 }, function(session)
      local output = assert(session:send_command(RUN))
      local expected = faults.expected(RUN)
      local middle = expected:find("\n", #expected // 2, true)
      assert.equal(select(2, expected:gsub("\n", "")) + 1,
        select(2, output:gsub("\n", "")))
      assert.equal(expected:sub(-middle // 2), output:sub(-middle // 2))
      assert.equal(expected, (output:gsub("\nSW%-CORE_1#\n", "\n", 1)))
    end)
  end)

  it("C3: greets with them, and gets no password typed", function()
    faults.session({ name = "greeting", seconds = 0.1 }, function(session, device)
      assert.equal(faults.expected(RUN), session:send_command(RUN))
      for _, line in ipairs(device:lines()) do
        assert.not_matches("moonwire", line, 1, true)
        assert.not_equal("yes", line)
      end
      assert.same({}, device:unanswered())
    end)
  end)

  it("C3: the same without type-ahead", function()
    local given = { name = "greeting", seconds = 0.1 }
    faults.beside(given, function(device, simulated)
      device.device_type = "autodetect"
      local session <close> = assert(sessions.open(device))
      assert.equal("cisco_ios", session:device_type())
      assert.equal(faults.expected(RUN), session:send_command(RUN))
      assert.is_false(simulated:sent(device.password))
    end)
  end)
end)

describe("a device that echoes in its own way", function()
  local long = "show running-config | include " .. ("interface|"):rep(12) .. "vlan"
  it_gives_the_whole("C4", "echo_twice", RUN)
  it_gives_the_whole("C4", "echo_wrap", RUN)
  it_gives_the_whole("C4", "echo_wrap", long)
  it_gives_the_whole("C4", "echo_twice", long)

  it_gives_the_whole("C4", "echo_off", RUN)
  it_gives_the_whole("C4", "echo_off", long)

  it("C4: is configured and asks for a password without an echo", function()
    local own = { privilege = 1, enable = "secret" }
    faults.session("echo_off", function(session, device)
      assert.is_true(session:enable())
      assert(session:send_config_set { "vlan 70", "vlan 71" })
      assert.matches("vlan 71", session:send_command(RUN), 1, true)
      local _, message, kind, detail = session:send_config_set { "vlan 72", "nonsense" }
      assert.equal("rejected", kind)
      assert.equal(2, detail.line)
      assert.matches("% Invalid input", message, 1, true)
      assert.equal("SW-CORE_1#", session:find_prompt())
      assert.equal(1, device:sent "secret")
    end, own)
  end)

  it("C4: fails with words that say so in less time than is needed", function()
    faults.beside("echo_off", function(device)
      local session, message, kind, detail = sessions.open(device, { timeout = 0.5 })
      assert.is_nil(session)
      assert.equal("timeout", kind)
      assert.equal("prompt", detail.phase)
      assert.matches("mode priv", message, 1, true)
    end)
  end)
end)

describe("a device with more than text", function()
  it_gives_the_whole("C5", "ansi", RUN)
  it_gives_the_whole("C5", "ansi", "show version")

  it("C17: keeps bytes that are no text, and characters in two packets", function()
    faults.session("bytes", function(session)
      local output = assert(session:send_command(RUN))
      local strange = "caf\xe9 \xe2\x82 \xff\xfe 5 \xe2\x82\xac\n"
      local first, last = output:find(strange, 1, true)
      assert.is_truthy(first)
      local rest = output:sub(1, first - 1) .. output:sub(last + 1)
      assert.equal(faults.expected(RUN), rest)
    end)
  end)
end)

describe("a device with a log", function()
  it("C6: its messages around an output are told apart from it", function()
    faults.session("syslog_around", function(session)
      local answers = assert(session:send_commands { RUN, "show privilege" })
      assert.equal(faults.expected(RUN), answers[1].output)
      assert.equal(faults.expected "show privilege", answers[2].output)
      assert.is_nil(answers[1].has_log)
      local first, second = answers[1].messages:match "^([^\n]*)\n([^\n]*)$"
      assert.matches(LOG, first)
      assert.matches(LOG, second)
    end)
  end)

  it("C6: a message in the midst of an output stays, and is flagged", function()
    faults.session("syslog", function(session)
      local answer = assert(session:send_commands { RUN })[1]
      assert.is_true(answer.has_log)
      local lines, messages = {}, 0
      for line in (answer.output .. "\n"):gmatch "([^\n]*)\n" do
        if line:find(LOG) then
          messages = messages + 1
        else
          lines[#lines + 1] = line
        end
      end
      assert.equal(1, messages)
      assert.equal(faults.expected(RUN), table.concat(lines, "\n"))
    end)
  end)

  it("C6: a message that tears the prompt from what is typed", function()
    faults.session("syslog_prompt", function(session)
      local commands = { RUN, "show privilege", "show vlan" }
      local answers = assert(session:send_commands(commands))
      for i, command in ipairs(commands) do
        assert.equal(faults.expected(command), answers[i].output)
      end
      assert.matches("SYS-5-CONFIG_I", answers[1].messages, 1, true)
      assert.equal("SW-CORE_1#", session:find_prompt())
    end)
  end)

  it("C6: the same on a device that takes nothing ahead", function()
    local asa = { platform = "cisco_asa" }
    faults.session("syslog_prompt", function(session)
      local commands = { "show version", "show interfaces" }
      local answers = assert(session:send_commands(commands))
      for i, command in ipairs(commands) do
        assert.equal(faults.expected(command, asa), answers[i].output)
        assert.matches("SYS-5-CONFIG_I", answers[i].messages, 1, true)
      end
    end, asa)
  end)

  it("C6: an output without one is not flagged", function()
    faults.session("pager_stuck", function(session)
      local answer = assert(session:send_commands { RUN })[1]
      assert.is_nil(answer.has_log)
      assert.is_nil(answer.messages)
    end)
  end)
end)

describe("a device with a pager", function()
  it("C7: that cannot be switched off is answered, counted and taken out", function()
    faults.session("pager_stuck", function(session)
      local answer = assert(session:send_commands { RUN })[1]
      assert.equal(faults.expected(RUN), answer.output)
      assert.is_true(answer.pages > 3)
      assert.matches("authorization failed", session:refusals()[1], 1, true)
      assert.is_nil(assert(session:send_commands { "show privilege" })[1].pages)
    end)
  end)

  it("C7: that never ends is broken off at the limit", function()
    local how = { limit = 200000 }
    faults.session("pager_endless", function(session)
      local output, message, kind = session:send_command(RUN)
      assert.is_nil(output)
      assert.equal("limit", kind)
      assert.matches("SW%-CORE_1", message)
      local partial = session.answers[#session.answers]
      assert.is_true(partial.is_partial)
      assert.equal(how.limit // 2, #partial.output)
      assert.equal("SW-CORE_1#", session:find_prompt())
    end, { session = how })
  end)

  for _, name in ipairs {
    "hp_comware", "juniper_junos", "cisco_nxos", "hp_procurve", "arista_eos", "vyos",
  } do
    it("C7: the pager of " .. name, function()
      local answers = {}
      for i, is_fixed in ipairs { true, false } do
        local options = { platform = name, fixed_pager = is_fixed, devices = 1 }
        labs.with_lab(options, function(lab)
          local session <close> = assert(sessions.open(lab:inventory()[1]))
          local command = session.platform.read_only[1]:gsub("[%[%]]", "") .. " ports"
          answers[i] = assert(session:send_commands { command })[1]
        end)
      end
      assert.is_true(answers[1].pages > 0)
      assert.is_nil(answers[2].pages)
      assert.equal(answers[2].output, answers[1].output)
    end)
  end
end)

describe("an output that ends late or never", function()
  it("C11: is waited for as long as something comes", function()
    faults.session({ name = "slow", seconds = 0.5 }, function(session)
      local options = { timeout = 30, idle = 0.3 }
      local output = assert(session:send_command(RUN, options))
      assert.equal("....." .. "\n" .. faults.expected(RUN), output)
    end)
  end)

  it("C11: fails when nothing comes for a while", function()
    faults.session("hang", function(session)
      local options = { timeout = 30, idle = 0.1 }
      local output, message, kind = session:send_command(RUN, options)
      assert.is_nil(output)
      assert.equal("timeout", kind)
      assert.matches("nothing came for 0.1 s", message, 1, true)
    end)
  end)

  it("C12: is broken off at its time, and the session can be used", function()
    faults.session("endless", function(session, device)
      local output, message, kind = session:send_command(RUN, { timeout = 0.2 })
      assert.is_nil(output)
      assert.equal("timeout", kind)
      assert.equal("command", session.phase)
      assert.matches("SW%-CORE_1: command", message)
      assert.matches("\nhostname SW%-CORE_1\n", session.answers[1].output)
      assert.is_true(session.answers[1].is_partial)
      assert.equal("SW-CORE_1#", session:find_prompt())
      assert.equal(1, device:sent "\3")
    end)
  end)

  it("C12: says where it was, what it awaited, and what came last", function()
    faults.session("endless", function(session, device)
      local _, message = session:send_command(RUN, { timeout = 0.2 })
      local words = 'SW-CORE_1: command "show running-config": no answer in time while '
        .. "waiting for the prompt SW-CORE_1# (phase command, mode priv)"
      assert.matches(words, message, 1, true)
      local shown = message:match 'it said last: "…(.*)"'
      assert.is_true(#shown >= 300 and #shown <= 400, shown)
      assert.matches("\\n", shown, 1, true)
      assert.is_nil(message:find "%c")
      assert.is_nil(message:find(device:setting "password", 1, true))
    end)
  end)

  it("C12: shows no secret of what came last", function()
    local secret = "show running-config | include ^username"
    faults.session("endless", function(session)
      local _, message = session:send_command(secret, { timeout = 0.1 })
      assert.matches("username ", message, 1, true)
      assert.matches("<removed>", message, 1, true)
      assert.is_nil(message:find "%$1%$")
      assert.matches("%$1%$", session.answers[1].output) -- the user's own to keep
    end)
  end)

  it("C12: is broken off at its limit", function()
    faults.session("endless", function(session)
      local output, _, kind = session:send_command(RUN)
      assert.is_nil(output)
      assert.equal("limit", kind)
      assert.equal("SW-CORE_1#", session:find_prompt())
    end, { session = { limit = 100000 } })
  end)

  it("C12: fails each verb as long as the device does not come back", function()
    faults.session("hang", function(session)
      session.timeout = 0.2
      assert.equal("timeout", select(3, session:send_command(RUN)))
      local output, message, kind = session:send_command "show privilege"
      assert.is_nil(output)
      assert.equal("timeout", kind)
      assert.matches("does not come back to its prompt", message, 1, true)
    end)
  end)

  it("C18: is streamed, and not held", function()
    faults.session("bulk", function(session)
      local bytes, lines = 0, {}
      assert(session:stream(RUN, function(line)
        if line:find "^bulk " then
          bytes = bytes + #line + 2
        else
          lines[#lines + 1] = line
        end
      end))
      assert.is_true(bytes > 16000000)
      assert.equal(faults.expected(RUN), table.concat(lines, "\n"))
    end, { session = { limit = 1000000 } }) -- more is not held at once
  end)

  it("C18: is looked at piece by piece, and others have their turns between", function()
    faults.session({ name = "bulk", bytes = 2 << 20 }, function(session)
      local dialogue = session.dialogue
      assert(session:ready())
      assert(dialogue:send(RUN))
      local text = assert(dialogue:prove(task.now() + session.timeout))
      local turns, output = turns_beside(function()
        return dialogue:output_of(text, RUN)
      end)
      assert.is_true(#output > 2000000)
      assert.is_true(turns >= 1)
      assert.equal(0, (turns_beside(function()
        return dialogue:output_of(text:sub(1, 1000), RUN)
      end)))
    end)
  end)

  it("C19: has a line of four megabytes", function()
    faults.session("long_line", function(session)
      local output = assert(session:send_command(RUN))
      local first, last = output:find(("x"):rep(4 << 20) .. "\n", 1, true)
      assert.is_truthy(first)
      local rest = output:sub(1, first - 1) .. output:sub(last + 1)
      assert.equal(faults.expected(RUN), rest)
    end)
  end)

  it("C25: that comes late is not taken for the next one", function()
    faults.session({ name = "slow", seconds = 0.4 }, function(session)
      local late, _, kind = session:send_command("show vlan", { timeout = 0.1 })
      assert.is_nil(late)
      assert.equal("timeout", kind)
      local output = assert(session:send_command "show privilege")
      assert.matches("\nCurrent privilege level is 15$", output)
      local stale
      for _, answer in ipairs(session.answers) do
        stale = stale or (answer.is_stale and answer)
      end
      assert.equal("show vlan", stale.command)
      assert.matches("VLAN Name", stale.output, 1, true)
    end)
  end)
end)

describe("several at once", function()
  it("C1 to C25: none disturbs another", function()
    local names = { "lookalike", "syslog_prompt", "ansi", "echo_wrap", "pager_stuck" }
    local list = {}
    for i, name in ipairs(names) do
      local seconds = name == "lookalike" and 0.1 or nil
      list[i] = { name = name, device = i, seconds = seconds }
    end
    labs.with_lab({ devices = 6, faults = list }, function(lab)
      local outputs = task.map(lab:inventory(), 6, function(device)
        local session <close> = assert(sessions.open(device))
        return assert(session:send_command "show privilege"):match "level is %d+"
      end)
      for i = 1, 6 do
        assert.equal("level is 15", outputs[i])
      end
    end)
  end)
end)
