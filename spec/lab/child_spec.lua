local child = require "moonwire.lab.child"
local json = require "dkjson"
local sessions = require "moonwire.session"
local task = require "moonwire.task"
local uv = require "luv"

local function run(device, command)
  local session <close> = assert(sessions.open(device))
  return assert(session:send_command(command))
end

local function is_alive(pid)
  return uv.kill(pid, 0) == 0
end

describe("child.start", function()
  it("gives a lab that can be reached with what it gives", function()
    local lab <close> = assert(child.start { devices = 7, username = "netops" })
    assert.equal(7, #lab.devices)
    assert.matches("^R7 uptime is", run(lab.devices[7], "show version"):match "R7 up.*")
    assert.matches("^%[127%.%*%]:" .. lab.port .. " ssh%-ed25519 ", lab.known_hosts)
  end)

  it("passes all options on", function()
    local lab <close> = assert(child.start {
      devices = 3,
      rtt = 0.001,
      think = 0.001,
      jitter = 0.0005,
      kex_delay = 0.001,
      auth_delay = 0.001,
      privilege = 1,
      enable = "open sesame",
      seed = 7,
      faults = {
        { name = "auth_failure", device = "SW-CORE_2" },
        { name = "dribble", device = 3, seconds = 0.0001 },
      },
    })
    local session <close> = assert(sessions.open(lab.devices[1]))
    assert.equal("exec", session:mode())
    assert(session:enable())
    local refused, _, kind = sessions.open(lab.devices[2])
    assert.is_nil(refused)
    assert.equal("auth", kind)
    assert.matches("level is 1$", run(lab.devices[3], "show privilege"))
  end)

  it("does not wait for a device that thinks for long", function()
    local lab <close> = assert(child.start { devices = 1, think = 300 })
    task.group(function(group)
      local asked = group:spawn(function()
        local session <close> = assert(sessions.open(lab.devices[1], { lazy = true }))
        return session:send_command "show clock"
      end)
      repeat
        task.sleep(0.002)
      until lab:observe_device(1).lines[1]
      lab:stop()
      asked:cancel()
    end)
    assert.equal("status 0", lab.status)
  end)

  it("refuses options that the lab would refuse", function()
    local lab, message, kind = child.start { devices = 0 }
    assert.is_nil(lab)
    assert.equal("invalid", kind)
    assert.matches("devices", message)
    assert.is_nil(child.start { devices = { {} } })
  end)

  it("says so when the lab does not start", function()
    local first <close> = assert(child.start { devices = 1 })
    local second, message, kind = child.start { devices = 1, port = first.port }
    assert.is_nil(second)
    assert.equal("local", kind)
    assert.matches("the lab did not start %(status 1%)", message)
  end)
end)

describe("a lab in a child process", function()
  it("tells what it has seen", function()
    local lab <close> = assert(child.start { devices = 2 })
    local session <close> = assert(sessions.open(lab.devices[2]))
    assert(session:send_command "show clock")
    local counts = assert(lab:observe())
    assert.equal(2, counts.devices)
    assert.equal(1, counts.open_sessions)
    assert.equal(1, counts.peak_sessions)
    local seen = assert(lab:observe_device "SW-CORE_2")
    assert.equal(1, seen.logins)
    assert.equal("terminal width 511", seen.lines[1])
    assert.equal(0, assert(lab:observe_device(1)).logins)
    assert.matches("no device", assert(lab:observe_device "R99").error)
  end)

  it("answers several tasks at once, each its own question", function()
    local lab <close> = assert(child.start { devices = 20 })
    assert(run(lab.devices[20], "show clock"))
    local logins = task.map(lab.devices, 20, function(device)
      return assert(lab:observe_device(device.name)).logins
    end)
    assert.equal(1, logins[20])
    for i = 1, 19 do
      assert.equal(0, logins[i])
    end
  end)

  it("ends when it is stopped, once and for all", function()
    local lab = assert(child.start { devices = 1 })
    assert.is_true(is_alive(lab.pid))
    lab:stop()
    lab:stop()
    assert.is_false(is_alive(lab.pid))
    local counts, _, kind = lab:observe()
    assert.is_nil(counts)
    assert.equal("closed", kind)
    assert.equal("status 0", lab.status)
  end)

  it("is stopped when the task is cancelled", function()
    local pid
    local started = task.semaphore(0)
    task.group(function(group)
      local member = group:spawn(function()
        local lab <close> = assert(child.start { devices = 1 })
        pid = lab.pid
        started:release()
        task.sleep(math.huge)
      end)
      started:acquire()
      assert.is_true(is_alive(pid))
      member:cancel()
    end)
    assert.is_false(is_alive(pid))
  end)

  it("does not outlive the program that started it", function()
    local script = os.tmpname()
    local file = assert(io.open(script, "w"))
    file:write [[
      assert(require("moonwire.lab.child").start { devices = 1 })
      require("luv").kill(require("luv").os_getpid(), "sigkill")
    ]]
    file:close()
    local errors = uv.new_pipe()
    task.await(function(done)
      local process
      process = uv.spawn(uv.exepath(), {
        args = { script },
        stdio = { nil, nil, errors },
      }, function()
        process:close()
      end)
      errors:read_start(function(_, bytes)
        if not bytes then -- the lab held the other end too
          done()
        end
      end)
    end)
    errors:close()
    os.remove(script)
  end)

  it("lets time go by where its clock is virtual, and nowhere else", function()
    local lab <close> = assert(child.start { devices = 1, clock = "virtual" })
    assert.equal(0, assert(lab:advance(0)).now)
    assert.equal(3600, assert(lab:advance(3600)).now)
    local date = run(lab.devices[1], "show clock")
    assert.matches("^%*09:00:00.000 UTC Mon Mar 2 2026", date)
    local other <close> = assert(child.start { devices = 1, clock = 60 })
    assert.matches("only a virtual clock", assert(other:advance(1)).error)
  end)

  it("answers a request that is none", function()
    local lab <close> = assert(child.start { devices = 1 })
    lab.input:write "what?\n"
    local counts = assert(lab:observe())
    assert.equal("not a request: what?", counts.error)
    assert.is_string(json.encode(counts))
  end)
end)
