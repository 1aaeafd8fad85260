local fleet = require "moonwire.fleet"
local log = require "moonwire.log"
local login = require "moonwire.transport.login"
local moonwire = require "moonwire"
local support = require "spec.support.lab"
local task = require "moonwire.task"
local uv = require "luv"

-- The devices of a lab, by telnet.
local function with_lab(options, fn)
  options.telnet = true
  support.with_lab(options, function(lab)
    local devices = lab:inventory()
    for _, device in ipairs(devices) do
      device.transport, device.port = "telnet", lab:place().telnet_port
    end
    fn(devices, lab)
  end)
end

-- A server of one caller that says what it is told, line by line.
local function with_server(fn, serve)
  local server = uv.new_tcp()
  server:bind("127.0.0.1", 0)
  server:listen(1, function()
    local socket = uv.new_tcp()
    server:accept(socket)
    serve(socket)
  end)
  local device = {
    name = "r1", host = "127.0.0.1", port = server:getsockname().port,
    username = "admin", password = "admin", device_type = "cisco_ios",
    transport = "telnet",
  }
  fn(device)
  server:close()
end

describe("moonwire.transport.telnet", function()
  local said

  before_each(function()
    said = {}
    log.redirect(function(text) said[#said + 1] = text end)
  end)

  teardown(function()
    log.redirect(nil)
  end)

  it("has the verbs of a session", function()
    with_lab({ devices = 1 }, function(devices)
      local session <close> = assert(moonwire.connect(devices[1]))
      local output = assert(session:send_command "show version")
      assert.is_truthy(output:find("uptime is", 1, true))
      assert.is_nil(output:find("\r", 1, true))
      assert(session:send_config_set { "interface Vlan1", "description by telnet" })
      local shown = assert(session:send_command "show running-config interface Vlan1")
      assert.is_truthy(shown:find("description by telnet", 1, true))
      local phases = session:phases()
      assert.is_true(phases.connect > 0 and phases.auth > 0)
    end)
  end)

  it("gives the same output as SSH, whatever its length", function()
    with_lab({ devices = 1 }, function(devices, lab)
      local by_telnet <close> = assert(moonwire.connect(devices[1]))
      local by_ssh <close> = assert(moonwire.connect(support.device(lab)))
      for _, command in ipairs { "show running-config", "show ip interface brief" } do
        assert.equal(by_ssh:send_command(command), by_telnet:send_command(command))
      end
    end)
  end)

  it("says once in a run that it is clear text", function()
    with_lab({ devices = 3 }, function(devices)
      local run = fleet.run(devices, {
        job = function(session) return session:send_command "show clock" end,
      })
      assert.is_true(run.ok)
      assert.equal(1, #said)
      assert.is_truthy(said[1]:find("clear text", 1, true))
    end)
  end)

  it("types a refused password once", function()
    with_lab({ devices = 1 }, function(devices, lab)
      devices[1].password = "wrong"
      local session, message, kind, detail = moonwire.connect(devices[1])
      assert.is_nil(session)
      assert.equal("auth", kind)
      assert.is_truthy(message:find("no second try", 1, true))
      assert.equal("auth", detail.phase)
      assert.equal(1, lab:device(1):attempts())
    end)
  end)

  it("names what is missing", function()
    with_lab({ devices = 1 }, function(devices)
      devices[1].password = nil
      local _, message, kind = moonwire.connect(devices[1])
      assert.equal("auth", kind)
      assert.is_truthy(message:find("asks for a password, and there is none", 1, true))
    end)
  end)

  it("tells a refused connection from a silent server", function()
    with_lab({ devices = 1 }, function(devices, lab)
      devices[1].port = lab:place().closed_port
      local _, _, kind = moonwire.connect(devices[1])
      assert.equal("refused", kind)
    end)
    with_server(function(device)
      local _, message, kind = moonwire.connect(device, { timeouts = { auth = 0.2 } })
      assert.equal("timeout", kind, message)
    end, function() end)
  end)

  it("keeps the password from one that hangs up, and from one that floods", function()
    with_server(function(device)
      local _, _, kind = moonwire.connect(device)
      assert.equal("dropped", kind)
    end, function(socket) socket:close() end)
    with_server(function(device)
      local _, message, kind = moonwire.connect(device, { timeouts = { auth = 30 } })
      assert.is_truthy(kind == "protocol" or kind == "dropped", message)
    end, function(socket) -- it asks, and never reads
      local flood = ("\255\253\34"):rep(1 << 22)
      socket:write(flood, function() socket:close() end)
    end)
  end)

  it("reads what is asked at the end of a line only", function()
    local cases = {
      ["Username: "] = "username", ["login:"] = "username", ["r1 login: "] = "username",
      ["Password:"] = "password", ["admin's Password: "] = "password",
      ["Password for admin: "] = "password", ["User Name:"] = "username",
      ["password: set"] = false, ["R1#"] = false, ["Last login: Mon"] = false,
      ["the password policy is"] = false,
    }
    for line, expected in pairs(cases) do
      assert.equal(expected, login.question_in(line) or false, line)
    end
  end)

  it("leaves nothing open when it is cancelled", function()
    local gone = task.queue()
    with_server(function(device)
      local value, _, kind = task.timeout(0.05, moonwire.connect, device)
      assert.is_nil(value)
      assert.equal("timeout", kind)
      assert.is_true(gone:get())
    end, function(socket)
      socket:read_start(function(_, bytes)
        if not bytes then
          socket:close()
          gone:put(true)
        end
      end)
    end)
  end)
end)
