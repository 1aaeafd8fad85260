-- Faults of spec/README.md: I7.
local command = require "moonwire.transport.command"
local fleet = require "moonwire.fleet"
local log = require "moonwire.log"
local moonwire = require "moonwire"
local process = require "spec.support.process"
local support = require "spec.support.lab"
local task = require "moonwire.task"

local function device_by(words, more)
  local device = {
    name = "console", host = "console", username = "admin", password = "admin",
    secret = "enable", device_type = "cisco_ios", transport = "command",
    command = words,
  }
  for field, value in pairs(more or {}) do
    device[field] = value
  end
  return device
end

-- A console line: stock telnet or ssh as the command that reaches a simulated device.
local function with_console(fn)
  support.with_lab({ devices = 1 }, function(lab)
    local one = support.device(lab)
    local path = os.tmpname()
    local file = assert(io.open(path, "w"))
    file:write(lab:known_hosts(), "\n")
    file:close()
    fn(device_by({
      "sshpass", "-p", "admin", "ssh", "-F", "none", "-tt", "-e", "none",
      "-o", "UserKnownHostsFile=" .. path, "-o", "LogLevel=ERROR",
      "-o", "PubkeyAuthentication=no", "-p", "%p", "-l", "%r", "%h",
    }, { host = one.host, port = one.port }), lab)
    os.remove(path)
  end)
end

local function wait_for_no_children(before)
  while #process.children() > before do
    task.sleep(0.01)
  end
end

-- Nobody reaps somebody else's child in time for us: SIGKILL is on its way, and then
-- init has to find the body.
local function wait_for_death(pid)
  local function lives()
    local stat <close> = io.open(("/proc/%d/stat"):format(pid))
    local text = stat and stat:read "a"
    return text and text:match "%) (%a)" ~= "Z"
  end
  while lives() do
    task.sleep(0.01)
  end
end

describe("moonwire.transport.command", function()
  setup(function()
    log.redirect(function() end)
  end)

  teardown(function()
    log.redirect(nil)
  end)

  it("has the verbs of a session, and leaves no process", function()
    with_console(function(device)
      local before = #process.children()
      for _, pty in ipairs { false, true } do
        device.pty = pty
        local session = assert(moonwire.connect(device))
        assert.is_truthy(assert(session:send_command "show version")
          :find("uptime is", 1, true))
        assert.equal(before + 1, #process.children())
        local result, message, kind = session.client:exec "show version"
        assert.is_nil(result)
        assert.equal("channel", kind, message)
        session:disconnect()
        wait_for_no_children(before)
      end
    end)
  end)

  it("runs for a fleet, each in a group of its own", function()
    with_console(function(device)
      local before = #process.children()
      local devices = {}
      for i = 1, 5 do
        devices[i] = setmetatable({ name = "c" .. i }, { __index = device })
      end
      local run = fleet.run(devices, {
        job = function(session) return session:send_command "show clock" end,
      })
      assert.equal(5, run.count.ok)
      wait_for_no_children(before)
    end)
  end)

  it("ends with all it has started, also when that hears nothing", function()
    local before = #process.children()
    local path = os.tmpname()
    local script = "trap '' TERM; sleep 1000 & echo $! >" .. path
      .. "; printf 'R1#'; while :; do sleep 1000; done"
    local device = device_by { "sh", "-c", script }
    local client = assert(command.connect(device, {}))
    local pid = tonumber(assert(io.open(path)):read "a")
    client:close()
    wait_for_no_children(before)
    wait_for_death(pid)
    os.remove(path)
  end)

  it("says why it ended in its own words", function()
    local cases = {
      { { "sh", "-c", "echo no such port >&2; exit 3" },
        "sh ended with status 3: no such port", "dropped" },
      { { "sh", "-c", "kill -9 $$" }, "sh ended by signal 9", "dropped" },
      { { "/nonexistent/program" }, "/nonexistent/program: no such file", "local" },
      { { "sh", "-c", "printf 'Password: '; read x; printf 'Password: '; read x" },
        "no second try", "auth" },
      { { "sh", "-c", "printf 'Password: '; read x; exit 1" },
        "hung up behind the password", "auth" },
    }
    for _, case in ipairs(cases) do
      local session, message, kind = moonwire.connect(device_by(case[1]))
      assert.is_nil(session)
      assert.equal(case[3], kind, message)
      assert.is_truthy(message:lower():find(case[2]:lower(), 1, true), message)
    end
  end)

  it("presses Enter once on a console that says nothing", function()
    local script = "read x; printf 'R1>'; read x; printf 'pressed twice'"
    local client <close> = assert(command.connect(device_by { "sh", "-c", script }, {}))
    assert.same({ "tail", "R1>" }, { client:shell():read(nil, 5) })
  end)

  it("puts in host, port and user, and nothing that would be an option", function()
    local device = device_by({ "a", "%h:%p", "%r", "%%x" }, { host = "h", port = 7 })
    assert.same({ "a", "h:7", "admin", "%x" }, command.words(device))
    device.host = "-oProxyCommand=x"
    local words, message = command.words(device)
    assert.is_nil(words)
    assert.is_truthy(message:find("option", 1, true))
    device.command = nil
    local _, _, kind = moonwire.connect(device)
    assert.equal("invalid", kind)
    device.transport = "pigeon"
    _, message, kind = moonwire.connect(device)
    assert.equal("invalid", kind)
    assert.is_truthy(message:find("pigeon", 1, true))
  end)

  it("shows a shell neither the words nor what stands open", function()
    local script = "for f in /proc/self/fd/*; do readlink $f; done; printf 'R1#'"
    local client <close> = assert(command.connect(device_by({ "sh", "-c", script },
      { device_type = "cisco_ios" }), {}))
    local text = client:shell():text()
    local count = select(2, text:gsub("\n", ""))
    assert.is_true(count <= 4, text) -- three, and readlink's look at the folder
    client:close()
    client:close()
  end)
end)
