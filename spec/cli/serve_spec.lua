local json = require "moonwire.report.json"
local lfs = require "lfs"
local process = require "moonwire.bench.process"
local program = require "spec.support.program"
local sessions = require "moonwire.session"
local task = require "moonwire.task"
local uv = require "luv"
local web = require "spec.support.web"

-- `moonwire serve` as a child process, and the URL that it says
local function start(folder, ...)
  local self = { text = "", errors = "" }
  local pipes, words = { uv.new_pipe(), uv.new_pipe() }, { ... }
  task.await(function(done)
    self.process = assert(uv.spawn(uv.exepath(), {
      args = {
        "serve", "--listen", "127.0.0.1:0", "--runs", folder .. "/runs",
        table.unpack(words),
      },
      stdio = { nil, pipes[1], pipes[2] },
    }, function(status)
      self.status = status
      done()
      if self.on_exit then
        self.on_exit()
      end
    end))
    pipes[1]:read_start(function(_, bytes)
      self.text = self.text .. (bytes or "")
      self.url = self.text:match "^moonwire serves (%S+),"
      if self.url then
        done()
      end
    end)
    pipes[2]:read_start(function(_, bytes)
      self.errors = self.errors .. (bytes or "")
    end)
  end)
  function self.stop(signal)
    self.process:kill(signal or "sigterm")
  end
  function self.wait()
    if not self.status then
      task.await(function(done)
        self.on_exit = done
      end)
    end
    return self.status
  end
  return setmetatable(self, {
    __close = function()
      if not self.status then
        self.process:kill "sigkill"
        self.wait()
      end
      for _, handle in ipairs { self.process, pipes[1], pipes[2] } do
        handle:close()
      end
    end,
  })
end

local function decode(text)
  return assert(json.decode(text))
end

describe("moonwire serve", function()
  local folder

  before_each(function()
    folder = os.tmpname()
    os.remove(folder)
    assert(lfs.mkdir(folder))
  end)

  after_each(function()
    process.run { "rm", "-rf", folder }
  end)

  local function write(name, text)
    local path = folder .. "/" .. name
    local file <close> = assert(io.open(path, "w"))
    file:write(text)
    assert(uv.fs_chmod(path, tonumber("600", 8)))
    return path
  end

  it("serves a lab to curl, and ends when told to", function()
    local server <close> = start(folder, "-i", "lab:2")
    local old = server.url .. "/api/v1/netmiko/nb-async"
    local answer = decode(web.curl("-X", "POST", old))
    assert.same({ ok = 2, failed = 0, cancelled = 0 }, answer.count)
    local run = decode(web.curl("-H", "Content-Type: application/json", "-d",
      '{"commands": ["show version"]}', server.url .. "/api/v1/runs"))
    local place = ("%s/api/v1/runs/%s/events"):format(server.url, run.id)
    local events = web.curl("-N", place)
    assert.matches("\nevent: end\n", events)
    assert.equal("200", (web.curl("-L", "-o", "/dev/null", "-w", "%{http_code}",
      server.url .. "/redoc")))
    local shown = program.run { "runs", "show", run.id, "--runs", folder .. "/runs" }
    assert.equal(0, shown.status, shown.errors)
    assert.matches(run.id, shown.output, 1, true)
    server.stop()
    assert.equal(0, server.wait())
  end)

  it("lends warm sessions, and says where", function()
    local socket = folder .. "/socket"
    local server <close> =
      start(folder, "-i", "lab:1", "--warm", "5", "--socket", socket)
    local device = decode(web.curl(server.url .. "/api/v1/devices")).devices[1]
    local session <close> = assert(sessions.open({
      name = device.name, host = device.host, port = device.port, username = "admin",
      device_type = "cisco_ios",
    }, { via = socket }))
    assert.matches("uptime", assert(session:send_command "show version"), 1, true)
    assert.matches("sessions are lent at " .. socket, server.text, 1, true)
    server.stop()
    assert.equal(0, server.wait())
    assert.is_nil(uv.fs_stat(socket))
  end)

  for words, complaint in pairs {
    ["--socket /tmp/s"] = "--socket, --warm-idle and --warm-keepalive are for --warm",
    ["--warm 0"] = "--warm wants a whole number from 1 on",
    ["--warm --socket /no/folder/s"] = "/no/folder/s: no such file or directory",
  } do
    it("refuses " .. words, function()
      local line = { "serve", "--listen", "127.0.0.1:0", "-i", "lab:1" }
      for word in words:gmatch "%S+" do
        line[#line + 1] = word
      end
      local result = program.run(line)
      assert.equal(2, result.status)
      assert.matches(complaint, result.errors, 1, true)
    end)
  end

  it("waits for its runs, and cancels them when told twice", function()
    local inventory = write("slow.lua", "return { lab = { devices = 1, think = 300 } }")
    local server <close> = start(folder, "-i", inventory)
    local run = decode(web.curl("-H", "Content-Type: application/json", "-d", "{}",
      server.url .. "/api/v1/runs"))
    assert.equal("queued", run.state)
    server.stop()
    repeat
      local health = decode(web.curl(server.url .. "/health"))
    until health.status == "stopping"
    server.stop()
    assert.equal(0, server.wait())
  end)

  it("has a run cancelled by moonwire runs, and goes on itself", function()
    local inventory = write("slow.lua", "return { lab = { devices = 1, think = 300 } }")
    local server <close> = start(folder, "-i", inventory)
    local run = decode(web.curl("-H", "Content-Type: application/json", "-d", "{}",
      server.url .. "/api/v1/runs"))
    local place = ("%s/api/v1/runs/%s"):format(server.url, run.id)
    repeat -- it hears nothing before it has begun
      local said = program.run {
        "runs", "cancel", "--now", run.id, "--runs", folder .. "/runs",
      }
    until said.status == 0
    repeat
      task.sleep(0.01)
    until decode(web.curl(place)).state == "cancelled"
    server.stop()
    assert.equal(0, server.wait())
  end)

  it("speaks TLS with a certificate", function()
    process.run {
      "sh", "-c", 'exec "$@" 2>/dev/null', "sh", -- it draws a picture
      "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout",
      folder .. "/key.pem", "-out", folder .. "/cert.pem", "-subj", "/CN=localhost",
      "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
    }
    assert(uv.fs_chmod(folder .. "/key.pem", tonumber("600", 8)))
    local token = write("token", "a-token-of-this-spec\n")
    local server <close> = start(folder, "-i", "lab:1", "--token-file", token,
      "--certificate", folder .. "/cert.pem", "--key", folder .. "/key.pem")
    assert.matches("^https://", server.url, server.errors)
    local function ask(...)
      return web.curl("--cacert", folder .. "/cert.pem", "-w", "%{http_code}", "-o",
        "/dev/null", ...)
    end
    assert.equal("401", (ask(server.url .. "/api/v1/devices")))
    assert.equal("200", (ask("-H", "Authorization: Bearer a-token-of-this-spec",
      server.url .. "/api/v1/devices")))
    assert.equal("200", (ask("-X", "POST", "-H",
      "Authorization: Bearer a-token-of-this-spec",
      server.url .. "/api/v1/netmiko/nb-async")))
  end)

  it("refuses a key that others can read, and one that does not fit", function()
    local path = write("key.pem", "nonsense")
    local said = program.run {
      "serve", "--listen", "0", "-i", "lab:1", "--certificate", path, "--key", path,
    }
    assert.equal(2, said.status)
    assert.matches("does not go with the key", said.errors)
    assert(uv.fs_chmod(path, tonumber("644", 8)))
    said = program.run {
      "serve", "--listen", "0", "-i", "lab:1", "--certificate", path, "--key", path,
    }
    assert.equal(2, said.status)
    assert.matches("chmod 600", said.errors)
  end)

  it("reads its inventory again when the file changes", function()
    local line = "- { host: %s, username: a, password: pass, device_type: linux }\n"
    local path = write("devices.yaml", "devices:\n  " .. line:format "r1")
    local server <close> = start(folder, "-i", path, "--reload")
    local function total()
      return decode(web.curl(server.url .. "/api/v1/devices")).total
    end
    assert.equal(1, total())
    local both = line:format "r1" .. "  " .. line:format "r2"
    write("devices.yaml", "devices:\n  " .. both)
    repeat
      task.sleep(0.02)
    until total() == 2
    write("devices.yaml", "devices: 7\n")
    repeat
      task.sleep(0.02)
    until server.errors:find("the old one stays", 1, true)
    assert.matches("read again: 2 devices", server.errors)
    assert.equal(2, total())
    write("devices.yaml", "devices:\n  " .. line:format "r3")
    repeat
      task.sleep(0.02)
    until total() == 1
  end)

  it("watches what is read with an inventory of Ansible as well", function()
    write("hosts", "[core]\nr1 ansible_user=a ansible_password=b\n"
      .. "[all:vars]\nansible_network_os=ios\n")
    lfs.mkdir(folder .. "/group_vars")
    write("group_vars/core.yml", "site: north\n")
    local server <close> = start(folder, "-i", folder .. "/hosts", "--reload")
    local function site()
      return decode(web.curl(server.url .. "/api/v1/devices")).devices[1].labels.site
    end
    assert.equal("north", site())
    write("notes.txt", "nothing to do with it")
    write("group_vars/core.yml", "site: south\n")
    repeat
      task.sleep(0.02)
    until site() == "south"
    local _, count = server.errors:gsub("read again", "")
    assert.equal(1, count)
  end)

  it("says when there is nothing to watch", function()
    local server <close> = start(folder, "-i", "lab:1", "--reload")
    server.stop()
    assert.equal(0, server.wait())
    assert.matches("nothing is watched", server.errors)
  end)

  for _, case in ipairs {
    { "token", "--listen", "0.0.0.0:0" },
    { "belong together", "--listen", "0", "--key", "x" },
    { "is not ADDRESS:PORT", "--listen", "here" },
    { "is not ADDRESS:PORT", "--listen", "127.0.0.1:70000" },
    { "is not there", "--listen", "0", "--token-file", "/nonexistent" },
    { "nonexistent", "--listen", "0", "-i", "/nonexistent.yaml" },
  } do
    it("says what is wrong with " .. table.concat(case, " ", 2), function()
      local said = program.run { "serve", table.unpack(case, 2) }
      assert.equal(2, said.status)
      assert.matches(case[1], said.errors, 1, true)
    end)
  end

  it("explains itself", function()
    local said = program.run { "serve", "--help" }
    assert.equal(0, said.status)
    assert.matches("--listen", said.output, 1, true)
  end)
end)
