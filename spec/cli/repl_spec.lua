local files = require "spec.support.files"
local json = require "dkjson"
local labs = require "spec.support.lab"
local program = require "spec.support.program"
local task = require "moonwire.task"
local term = require "host.term"
local uv = require "luv"

local UP, TAB = "\27[A", "\t"
local PROMPT = "moonwire> "

-- Devices of a lab in here, so that they can be killed, in a file that names them.
local function write_inventory(folder, lab)
  local devices = {}
  for i, device in ipairs(lab:inventory()) do
    devices[i] = {
      name = ("r%d"):format(i), host = device.host, port = device.port,
      username = device.username, password = device.password,
      device_type = device.device_type, host_key = device.host_key,
      labels = { site = i < 3 and "lon" or "par" },
    }
  end
  local path = folder .. "/devices.json"
  files.write(path, json.encode { devices = devices })
  assert(uv.fs_chmod(path, 384))
  return path
end

local function with_devices(options, fn)
  files.with_folder(function(folder)
    labs.with_lab(options, function(lab)
      fn(write_inventory(folder, lab), folder, lab)
    end)
  end)
end

local function start(inventory, folder)
  local terminal = program.on_terminal(
    { "-i", inventory, "--history", folder .. "/history" },
    { environment = { TERM = "xterm", LANG = "C.UTF-8", LC_ALL = false } }
  )
  terminal:expect(PROMPT)
  return terminal
end

local function enter(terminal, line)
  terminal:type(line .. "\r")
end

-- What a person sees: the terminal's bytes, obeyed.
local function screen_of(terminal)
  return assert(term.clean(terminal.text, 80))
end

local function leave(terminal)
  terminal:type "\4"
  assert.equal(0, terminal:wait())
end

local function on_devices(options, fn)
  with_devices(options, function(inventory, folder, lab)
    local terminal <close> = start(inventory, folder)
    fn(terminal, lab, folder, inventory)
    leave(terminal)
  end)
end

local function script(inventory, text)
  return program.run({ "-i", inventory }, { input = text })
end

describe("the prompt on a terminal", function()
  it("runs what is typed, and waits where it waits", function()
    on_devices({ devices = 1 }, function(terminal)
      enter(terminal, '"a" .. "b", 2')
      terminal:expect "ab\r\n2\r\n"
      enter(terminal, 'connect "r1"')
      terminal:expect "r1: cisco_ios at "
      enter(terminal, 'r1:send_command "show privilege"')
      terminal:expect "Current privilege level is 15\r\n"
    end)
  end)

  it("goes on with a chunk that is not whole, and names mistakes", function()
    on_devices({ devices = 1 }, function(terminal)
      enter(terminal, "for i = 1, 2 do")
      terminal:expect "... "
      enter(terminal, 'print("number", i)')
      terminal:expect "... "
      enter(terminal, "end")
      terminal:expect "number\t1\r\nnumber\t2\r\n"
      enter(terminal, "for for")
      terminal:expect "error: input:1: "
      enter(terminal, "error { }")
      terminal:expect "error: table"
      enter(terminal, "local lost = 1")
      terminal:expect "local lost ends with its line"
      enter(terminal, 'r1 = connect "r9"')
      enter(terminal, 'connect "r9"')
      terminal:expect 'invalid: there is no device "r9"'
    end)
  end)

  it("takes editing keys, also cut into pieces, and wide characters", function()
    on_devices({ devices = 1 }, function(terminal)
      terminal:type "print('hllo wörld')\1\27"
      terminal:type "[C\27[C\27[C\27[C\27[C\27[C\27[C\27[C"
      terminal:type "e\5\r"
      terminal:expect "\nhello wörld\r\n"
      terminal:type "1 + 1\27[99~\27OZ\r" -- keys that nobody knows
      terminal:expect "\n2\r\n"
      terminal:type "nonsense(\3" -- given up
      terminal:expect(PROMPT)
      enter(terminal, "2 + 2")
      terminal:expect "\n4\r\n"
    end)
  end)

  it("completes by Tab", function()
    on_devices({ devices = 3 }, function(terminal)
      terminal:type("conn" .. TAB)
      terminal:expect(PROMPT .. "connect")
      terminal:type(' "' .. TAB)
      terminal:expect(PROMPT .. 'connect "r')
      terminal:type(TAB)
      terminal:expect "r1  r2  r3"
      terminal:type("1" .. TAB)
      terminal:expect 'connect "r1"'
      enter(terminal, "")
      terminal:expect "SW-CORE_1#"
      terminal:type("r1:send_comm" .. TAB)
      terminal:expect "r1:send_command"
      terminal:type(' "show pri' .. TAB)
      terminal:expect 'send_command "show privilege '
      terminal:type('"\rr1:send_command "show ' .. TAB)
      terminal:expect "level is 15\r\n"
      terminal:expect "clock " -- in the device's own words
      terminal:expect "Display the system clock"
      terminal:type "\3"
      terminal:type("task.sle" .. TAB)
      terminal:expect "task.sleep"
      terminal:type("\3:tim" .. TAB)
      terminal:expect ":timing "
      terminal:type("\3nothing_like_it" .. TAB .. " = 7\rnothing_like_it\r")
      terminal:expect "\n7\r\n"
    end)
  end)

  it("completes by Tab what a device of any vendor speaks of", function()
    local mixed = { { platform = "hp_comware" }, { platform = "juniper_junos" } }
    mixed[1].name, mixed[2].name = "r1", "r2"
    on_devices({ devices = mixed }, function(terminal)
      enter(terminal, 'connect "r1"')
      terminal:expect "<r1>"
      terminal:type('r1:send_command "disp' .. TAB)
      terminal:expect 'send_command "display '
      terminal:type(TAB)
      terminal:expect "State and counters of the ports"
      terminal:type("int" .. TAB .. TAB)
      terminal:expect "display interface brief"
      terminal:type '"\r'
      terminal:expect "IP Address/Mask"
      enter(terminal, 'connect "r2"')
      terminal:expect "admin@r2>"
      terminal:type('r2:send_command "show ' .. TAB)
      terminal:expect "Show the routing table"
      terminal:type('syst' .. TAB .. "u" .. TAB .. TAB)
      terminal:expect "Show who is logged in"
      terminal:type "\3"
    end)
  end)

  it("redraws the line being typed around what a background task says", function()
    on_devices({ devices = 1 }, function(terminal)
      enter(terminal, [[
late = task.spawn(function() task.sleep(0.2); print("from", "behind") end)]])
      terminal:expect(PROMPT)
      terminal:type 'x = "not'
      terminal:expect "from\tbehind"
      terminal:expect(PROMPT .. 'x = "not')
      enter(terminal, ' torn"')
      terminal:expect(PROMPT)
      enter(terminal, "x")
      terminal:expect "not torn\r\n"
      local screen = screen_of(terminal)
      assert.is_truthy(screen:find("\nfrom\tbehind\nmoonwire> x = ", 1, true))
      enter(terminal, 'task.spawn(function() error "oh no" end)')
      terminal:expect "a task in the background has failed: input:1: oh no"
    end)
  end)

  it("gives up a command by Ctrl-C, and uses the session again", function()
    local endless = { { name = "endless", device = 1 } }
    on_devices({ devices = 2, faults = endless }, function(terminal, lab)
      enter(terminal, 'connect "r1"')
      terminal:expect "SW-CORE_1#"
      enter(terminal, 'r1:send_command "show version"')
      while not lab:device(1):sent "show version" do
        task.sleep(0)
      end
      terminal:type "\3"
      terminal:expect "given up"
      enter(terminal, "r1:send_config_set { 'hostname r1x' } ~= nil")
      terminal:expect "true\r\n"
      assert.equal(1, lab:device(1):logins())
      enter(terminal, "while true do end")
      terminal:expect "\n"
      terminal:type "\3"
      terminal:expect "given up"
    end)
  end)

  it("says that a session is lost, and logs in again", function()
    on_devices({ devices = 1, reload_time = 0 }, function(terminal, lab)
      enter(terminal, 'connect "r1"')
      terminal:expect "SW-CORE_1#"
      lab:device(1):reload()
      enter(terminal, 'r1:send_command "show privilege"')
      terminal:expect "r1: the session is lost (dropped)"
      enter(terminal, 'r1:send_command "show privilege"')
      terminal:expect "r1: logged in again"
      terminal:expect "Current privilege level is 15\r\n"
      lab:device(1):reload()
      enter(terminal, 'r1:send_command "show privilege"')
      terminal:expect "r1: the device had hung up; logged in again"
      terminal:expect "Current privilege level is 15\r\n"
      assert.equal(3, lab:device(1):logins())
    end)
  end)

  it("keeps what was typed, but no passwords, for the owner's eyes only", function()
    with_devices({ devices = 1 }, function(inventory, folder)
      do
        local terminal <close> = start(inventory, folder)
        enter(terminal, 'keep = "this" .. 42')
        terminal:expect(PROMPT)
        enter(terminal, 'r = { password = "hunter2" }')
        terminal:expect(PROMPT)
        leave(terminal)
      end
      local path = folder .. "/history"
      assert.equal('keep = "this" .. 42\n', files.read(path))
      assert.equal(384, uv.fs_stat(path).mode & 511)
      local terminal <close> = start(inventory, folder)
      terminal:type(UP .. "\r")
      terminal:expect 'keep = "this" .. 42'
      terminal:expect(PROMPT)
      enter(terminal, "keep")
      terminal:expect "this42\r\n"
      leave(terminal)
    end)
  end)

  it("leaves the terminal as it was, by Ctrl-D and when it is told to end", function()
    with_devices({ devices = 1 }, function(inventory, folder)
      local killing = "uv = require 'luv'; uv.kill(uv.os_getpid(), 'sigterm')\r"
      for ending, status in pairs { ["\4"] = 0, [killing] = 143, [":quit\r"] = 0 } do
        local terminal <close> = program.on_terminal(
          { "-i", inventory, "--history", folder .. "/history" },
          { environment = { TERM = "xterm" }, behind = "echo status $?; stty -a" }
        )
        terminal:expect(PROMPT)
        terminal:type(ending)
        terminal:expect("status " .. status)
        terminal:expect "\nisig icanon "
        terminal:expect " echo "
        terminal:wait()
      end
    end)
  end)
end)

describe("several devices at the prompt", function()
  it("answer as one, and differ as they do", function()
    on_devices({ devices = 3 }, function(terminal)
      enter(terminal, [[all = fleet "site == 'lon'"]])
      terminal:expect(PROMPT)
      enter(terminal, "all")
      terminal:expect "r[1-2] (2 devices)"
      enter(terminal, 'all:send_command "show privilege"')
      terminal:expect "== r[1-2] (2 devices)\r\nCurrent privilege level is 15\r\n"
      enter(terminal, [[
fleet "r1":send_config_set { "interface Vlan1", "description here" }; 1]])
      terminal:expect "error"
      enter(terminal, [[
(fleet "r1"):send_config_set { "interface Vlan1", "description here" } ]])
      terminal:expect "== r1"
      enter(terminal, 'all:send_command "show running-config interface Vlan1"')
      terminal:expect "== r1\r\n"
      terminal:expect "== r2\r\n"
      enter(terminal, ":diff")
      terminal:expect "description here"
      enter(terminal, 'all:send_command "show version"') -- uptimes differ by nature
      terminal:expect "== r[1-2] (2 devices)"
      terminal:expect "<name> <…>"
      enter(terminal, ":diff")
      terminal:expect "no difference"
      enter(terminal, 'all:send_command "show clock"') -- that is what was asked for
      terminal:expect "UTC"
      enter(terminal, [[fleet "site == 'rom'"]])
      terminal:expect "invalid: no device is wanted"
    end)
  end)

  it("take lines as commands, with their mode in the prompt", function()
    on_devices({ devices = 3 }, function(terminal)
      enter(terminal, ":on r[1-2]")
      terminal:expect "r[1-2] [priv]> "
      enter(terminal, "show privilege")
      terminal:expect "== r[1-2] (2 devices)\r\nCurrent privilege level is 15\r\n"
      terminal:type("show priv" .. TAB)
      terminal:expect "r[1-2] [priv]> show privilege "
      terminal:type "\21configure terminal\r"
      terminal:expect "r[1-2] [config]> "
      enter(terminal, "end")
      terminal:expect "r[1-2] [priv]> "
      enter(terminal, "reload")
      terminal:expect "danger: "
      terminal:expect "r[1-2] [priv]> "
      terminal:type "\4"
      terminal:expect(PROMPT)
    end)
  end)
end)

describe("lines for the prompt itself", function()
  it("help, explain, time, list, record and compare", function()
    on_devices({ devices = 2 }, function(terminal, _, folder)
      enter(terminal, ":help")
      terminal:expect ":record FILE"
      enter(terminal, ":doc send_command")
      terminal:expect "Session:send_command(command, options)"
      terminal:expect "Run one command."
      enter(terminal, ":doc no_such_verb")
      terminal:expect 'nothing is written about "no_such_verb"'
      enter(terminal, ":devices")
      terminal:expect "r2"
      enter(terminal, ":nonsense")
      terminal:expect "there is no :nonsense"
      enter(terminal, ":diff")
      terminal:expect "no device was asked anything yet"
      enter(terminal, ":record " .. folder .. "/record")
      terminal:expect "recording to"
      enter(terminal, 'connect "r1"')
      terminal:expect "SW-CORE_1#"
      enter(terminal, 'r1:send_command "show startup-config"')
      terminal:expect(PROMPT)
      enter(terminal, 'secret = "hush"')
      terminal:expect(PROMPT)
      enter(terminal, ":record")
      terminal:expect "recorded: "
      enter(terminal, ":timing")
      terminal:expect "each line is timed"
      enter(terminal, "1")
      terminal:expect " s\r\n"
      local text = files.read(folder .. "/record")
      assert.is_truthy(text:find('moonwire> connect "r1"\n', 1, true))
      assert.is_nil(text:find("hush", 1, true))
    end)
  end)
end)

describe("a script on standard input", function()
  it("shows no prompt, and ends well when all went well", function()
    with_devices({ devices = 2 }, function(inventory)
      local ran = script(inventory, [[
connect "r1"
for _, name in ipairs { "a", "b" } do
  print(name)
end
(fleet "*"):send_command "show privilege"]])
      assert.equal(0, ran.status)
      assert.is_nil(ran.output:find(PROMPT, 1, true))
      local ending = "\na\nb\n== r[1-2] (2 devices)\nCurrent privilege level is 15\n"
      assert.equal(ending, ran.output:sub(-#ending))
      assert.equal("", ran.errors)
    end)
  end)

  it("stops at a mistake, and remembers a failure", function()
    with_devices({ devices = 1 }, function(inventory)
      local ran = script(inventory, "print(1)\n\nerror 'x'\nprint(2)\n")
      assert.equal(1, ran.status)
      assert.equal("1\n", ran.output)
      assert.is_truthy(ran.errors:find("error: input:3: x", 1, true))
      ran = script(inventory, 'connect "r7"\nprint(2)\n')
      assert.equal(1, ran.status)
      assert.equal("2\n", ran.output)
      ran = script(inventory, "for i = 1, 2 do")
      assert.equal(1, ran.status)
      assert.is_truthy(ran.errors:find("<eof>", 1, true))
    end)
  end)

  it("refuses a wrong command line or inventory", function()
    assert.equal(2, program.run({ "-i", "/no/such/file" }).status)
    assert.equal(2, program.run({ "-i" }).status)
    assert.equal(0, program.run({ "repl", "--help" }).status)
    assert.equal(2, program.run({}).status)
  end)
end)
