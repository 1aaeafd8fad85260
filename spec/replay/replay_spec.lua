local uv = require "luv"

local cast = require "moonwire.replay.cast"
local files = require "spec.support.files"
local program = require "spec.support.program"
local replay = require "moonwire.replay"
local session = require "moonwire.session"
local support = require "spec.support.lab"
local task = require "moonwire.task"

local AT_ONCE = { speed = math.huge }

describe("moonwire.replay", function()
  local folder

  before_each(function()
    folder = assert(uv.fs_mkdtemp((os.getenv "TMPDIR" or "/tmp") .. "/replay-XXXXXX"))
  end)

  after_each(function()
    os.execute("rm -rf " .. folder)
  end)

  local function write(name, text)
    local path = folder .. "/" .. name
    files.write(path, text)
    return path
  end

  -- What commands give on a replayed device; a failed one gives false.
  local function outputs_of(path, commands, options)
    return replay.with(path, AT_ONCE, function(devices)
      local opened <close> = assert(session.open(devices[1], options))
      local outputs = {}
      for i, command in ipairs(commands) do
        local output, message = opened:send_command(command)
        outputs[i] = output or ("failed: " .. message)
      end
      return outputs
    end)
  end

  -- A session of the lab, recorded; gives the path and what the commands gave then.
  local function record(options, commands, fault)
    options.faults = fault and { { name = fault, device = 1 } } or nil
    options.devices = 1
    options.password, options.enable = "n0-word-of-these", "n0-other-word"
    local outputs, path = {}, nil
    support.with_lab(options, function(lab)
      local device = support.device(lab)
      local opened = assert(session.open(device, { record = folder, timeout = 2 }))
      for i, command in ipairs(commands) do
        local output, message = opened:send_command(command)
        outputs[i] = output or ("failed: " .. message)
      end
      path = opened.recording.path
      opened:close()
    end)
    return path, outputs
  end

  local COMMANDS = { "show clock", "show ip interface brief", "show clock" }

  it("gives back what a device has said, on every platform", function()
    for _, platform in ipairs {
      "cisco_ios", "juniper_junos", "mikrotik_routeros", "linux", "hp_comware",
    } do
      local path, outputs = record({ platform = platform }, COMMANDS)
      assert.same(outputs, outputs_of(path, COMMANDS), platform)
    end
  end)

  it("gives back what faulty devices have said", function()
    for _, fault in ipairs {
      "echo_twice", "echo_wrap", "syslog", "ansi", "bytes", "pager_stuck", "greeting",
    } do
      local commands = { "show interfaces", "show clock" }
      local path, outputs = record({}, commands, fault)
      assert.same(outputs, outputs_of(path, commands), fault)
    end
  end)

  it("hangs up where the device did, and hangs where it did", function()
    for fault, words in pairs { drop = "closed", hang = "no answer in time" } do
      local path = record({}, { "show running-config" }, fault)
      local outputs = outputs_of(path, { "show running-config" }, { timeout = 1 })
      assert.truthy(outputs[1]:find "^failed", fault)
      assert.truthy(outputs[1]:find(words, 1, true) or fault == "drop", outputs[1])
    end
  end)

  it("finds a command wherever it was, and says when it is nowhere", function()
    local path, outputs = record({}, COMMANDS)
    local found = outputs_of(path,
      { "show ip interface brief", "show nothing", "show clock" })
    assert.equal(outputs[2], found[1])
    assert.truthy(found[2]:find("not in the recording", 1, true))
    assert.equal(outputs[3], found[3])
  end)

  it("serves OpenSSH, and several recordings at once", function()
    local first = record({}, { "show clock" })
    local second = write("other.jsonl",
      '{"command": "show x", "response": "one\\ntwo", "timestamp": 1}\n')
    local served <close> = assert(replay.open({ first, second }, AT_ONCE))
    task.group(function(group)
      group:spawn(served.serve, served)
      local client <close> = support.ssh(served, { index = 2, password = "any" })
      client:expect "other#"
      assert.equal("one\r\ntwo\r\n", client:run("show x", "other#"))
      local shared <close> = support.ssh(served, {
        index = 2, host = "127.0.0.1", user = "OTHER", password = "any",
      })
      shared:expect "other#"
      local opened <close> = assert(session.open(served:inventory()[1]))
      local clock = assert(opened:send_command "show clock")
      local alone <close> = support.ssh(served, { command = "show clock" })
      local said, status = alone:await_end()
      assert.same({ clock .. "\r\n", 0 }, { said, status })
      local unknown <close> = support.ssh(served, { command = "reload" })
      assert.equal(127, select(2, unknown:await_end()))
      served:close()
    end)
  end)

  it("stars in a recording stand for what is typed now", function()
    local path = write("r1.cast", table.concat({
      '{"version": 2, "width": 80, "height": 24, "title": "R1"}',
      '[0.1, "o", "R1>"]', '[0.2, "i", "show ********\\n"]',
      '[0.3, "o", "show ********\\r\\nfound\\r\\nR1>"]', "",
    }, "\n"))
    local outputs = outputs_of(path, { "show something else" })
    assert.truthy(outputs[1]:find("found", 1, true))
  end)

  it("reads a recording whose end was torn off", function()
    local path, outputs = record({}, { "show clock" })
    local text = files.read(path)
    for cut = 1, 40 do
      local torn = write("torn.cast.part", text:sub(1, -cut))
      assert.truthy(replay.read(torn))
    end
    local last = text:match "^(.*)\n[^\n]*\n$" -- without its last mark
    assert.same(outputs, outputs_of(write("t.cast", last .. '\n[9, "o", "x'),
      { "show clock" }))
  end)

  it("keeps the time of the recording, as many times as fast as wanted", function()
    local path = write("slow.cast", table.concat({
      '{"version": 2, "width": 80, "height": 24, "title": "R1"}',
      '[0, "o", "R1>"]', '[1000, "i", "show clock\\n"]',
      '[1000, "o", "show clock\\r\\n"]', '[1500, "o", "noon\\r\\nR1>"]', "",
    }, "\n"))
    local began = uv.hrtime()
    replay.with(path, { speed = 1000 }, function(devices)
      local opened <close> = assert(session.open(devices[1]))
      assert.equal("noon", opened:send_command "show clock")
    end)
    assert.is_true(uv.hrtime() - began >= 0.5e9)
  end)

  describe("of other tools", function()
    it("reads Ansible's lines of JSON", function()
      local path = write("10.0.0.7_22.jsonl", table.concat({
        '{"command": "show version", "response": "IOS 15.2\\nup", "timestamp": 1.5}',
        '{"command": "configure terminal", "response": "", "timestamp": 2}', "",
      }, "\n"))
      local scripts = assert(replay.read(path))
      assert.equal("10.0.0.7", scripts[1].name)
      assert.same({ "IOS 15.2\nup" }, outputs_of(path, { "show version" }))
    end)

    it("reads a session of scrapli_replay", function()
      local path = write("s.yaml", [[
connection_profile:
  host: c1
interactions:
  - channel_output: "Welcome\n\nC1#"
    expected_channel_input: "\n"
    expected_channel_input_redacted: false
  - channel_output: "\nC1#"
    expected_channel_input: terminal length 0
    expected_channel_input_redacted: false
  - channel_output: terminal length 0
    expected_channel_input: "\n"
    expected_channel_input_redacted: false
  - channel_output: "\nC1#"
    expected_channel_input: show version | i Software
    expected_channel_input_redacted: false
  - channel_output: show version | i Software
    expected_channel_input: "\n"
    expected_channel_input_redacted: false
  - channel_output: "\nCisco IOS Software\nC1#"
    expected_channel_input:
    expected_channel_input_redacted: false
]])
      local scripts = assert(replay.read(path))
      assert.equal("c1", scripts[1].name)
      assert.same({ "Cisco IOS Software" },
        outputs_of(path, { "show version | i Software" }))
    end)

    it("reads a simulation of Oxidized, of both kinds", function()
      local path = write("asa#1#simulation.yaml", [[
init_prompt: |-
  Welcome\x20
  \rLAB>\x20
commands:
  "show version\n": |-
    show version
    Version \"9.12\"\x20
    \rLAB>\x20
]])
      assert.same({ 'Version "9.12" ' }, outputs_of(path, { "show version" }))
      local older = write("x.yaml", [[
init_prompt: 'SW# '
commands:
  - show x: |-
      show x
      y
      SW#
]])
      assert.truthy(outputs_of(older, { "show x" })[1]:find "^y")
    end)

    it("reads a map of cisshgo, with its contexts", function()
      write("version.txt", "{{.Hostname}} uptime is 4 hours\n")
      local path = write("map.yaml", [[
platforms:
  csr1000v:
    vendor: cisco
    hostname: cisshgo
    command_transcripts:
      "show version": "version.txt"
    context_hierarchy:
      "(config)#": "#"
      "#": ">"
      ">": "exit"
    context_search:
      "configure terminal": "(config)#"
      "enable": "#"
      "base": ">"
]])
      replay.with(path, AT_ONCE, function(devices)
        local opened <close> = assert(session.open(devices[1]))
        assert.equal("exec", opened:mode() or "exec")
        assert(opened:enable())
        assert.equal("cisshgo uptime is 4 hours", opened:send_command "show version")
        assert(opened:enter_mode "config")
        assert.equal("cisshgo(config)#", opened:find_prompt())
        assert(opened:exit_config_mode())
        assert.equal("cisshgo#", opened:find_prompt())
      end)
    end)

    it("lets a map lead nowhere else", function()
      for _, place in ipairs { "/etc/passwd", "../../etc/passwd", "a/../../b", "no" } do
        local path = write("map.yaml", ([[
platforms:
  x:
    command_transcripts:
      "show": "%s"
]]):format(place))
        local scripts, message, kind = replay.read(path)
        assert.is_nil(scripts)
        assert.equal("invalid", kind)
        assert.truthy(message:find("map", 1, true))
      end
    end)
  end)

  describe("of hostile files", function()
    local SEEDS = {
      '{"version": 2}\n[0.1, "o", "R1#"]\n[0.2, "i", "x\\n"]\n[0.3, "m", "failed x"]\n',
      '{"command": "a", "response": "b", "timestamp": 1}\n',
      'interactions:\n  - channel_output: "a"\n    expected_channel_input: "b\\n"\n',
      "init_prompt: a\ncommands:\n  b: |-\n    c\\x20\n",
      "platforms:\n  - a:\n      command_transcripts: {}\n",
    }
    local PIECES = {
      "\0", "\255", "[", "{", "]", "}", '"', "\n", "null", "1e999", "-1", "\\ud800",
      "[[[[[[[[", "&a *a", ": ", "- ", "\\x", "********", "mw-1-1", "true", "\27[2J",
    }

    local function mutate(text, random)
      for _ = 1, random(1, 6) do
        local at, cut = random(0, #text), random(0, 4)
        local piece = random(2) == 1 and PIECES[random(#PIECES)] or ""
        text = text:sub(1, at) .. piece .. text:sub(at + cut + 1)
      end
      return text
    end

    -- A generator of its own, so that a seed is a test.
    local function new_random(seed)
      return function(a, b)
        if not b then
          a, b = 1, a
        end
        seed = (seed * 6364136223846793005 + 1442695040888963407) & math.maxinteger
        return a + (seed >> 20) % (b - a + 1)
      end
    end

    it("gives scripts or words, and never an error", function()
      local count = { read = 0, refused = 0 }
      for seed = 1, 1500 do
        local random = new_random(seed)
        local text = mutate(SEEDS[seed % #SEEDS + 1], random)
        local path = write("hostile", text)
        local ok, scripts, message, kind = pcall(replay.read, path)
        assert.is_true(ok, ("seed %d: %s"):format(seed, tostring(scripts)))
        if scripts then
          count.read = count.read + 1
        else
          assert.equal("string", type(message))
          assert.truthy(kind == "invalid" or kind == "local")
          count.refused = count.refused + 1
        end
      end
      assert.is_true(count.read > 150 and count.refused > 150)
    end)

    it("refuses what is not there, and what is none", function()
      assert.equal("local", select(3, replay.read(folder .. "/none")))
      assert.equal("invalid", select(3, replay.read(write("a", "hello"))))
      assert.equal("local", select(3, replay.read(folder)))
      assert.is_false(cast.is_one '{"version": 1}\n')
      local deep = '{"version": 2}\n' .. ("["):rep(200000) .. "\n"
      assert.equal("invalid", select(3, replay.read(write("b", deep))))
    end)
  end)

  describe("as a spec", function()
    it("fails while what was recorded fails, and passes when it does not", function()
      local broken = record({}, { "show running-config" }, "hang")
      local well = write("well.cast", files.read((record({}, { "show clock" }))))
      for path, status in pairs { [broken] = 1, [well] = 0 } do
        local made = program.run { "replay", "--spec", path }
        assert.equal(0, made.status, made.errors)
        local spec = made.output:match "^moonwire test (.-)\n$"
        assert.truthy(files.read(spec):find("assert(opened:send_commands {", 1, true))
        local run = program.run { "test", spec }
        assert.equal(status, run.status, run.output .. run.errors)
      end
    end)

    it("is not made of what is no recording", function()
      local made = program.run { "replay", "--spec", write("a", "hello") }
      assert.equal(1, made.status)
      assert.truthy(made.errors:find("no recording", 1, true))
      assert.equal(2, program.run({ "replay" }).status)
      assert.equal(2, program.run({ "replay", "--speed", "0", "x" }).status)
      assert.equal(1, program.run({ "replay", folder .. "/none" }).status)
    end)
  end)
end)
