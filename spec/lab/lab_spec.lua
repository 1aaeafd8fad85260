local labs = require "moonwire.lab"
local sessions = require "moonwire.session"
local support = require "spec.support.lab"
local task = require "moonwire.task"

local function run(device, command)
  local session <close> = assert(sessions.open(device))
  return assert(session:send_command(command))
end

describe("lab.open", function()
  for reason, options in pairs {
    ["there is no option 'device'"] = { device = 5 },
    ["devices: expected a list of tables or a number"] = { devices = 0 },
    ["devices: expected a list"] = { devices = 1.5 },
    ["devices[2]: expected a table, got a string"] = { devices = { {}, "R2" } },
    ["devices[1]: there is no option 'colour' for one device"] =
      { devices = { { colour = "red" } } },
    ["devices[2]: the name 'r2' is there twice"] =
      { devices = { { name = "R2" }, { name = "r2" } } },
    ["rtt: expected a number, got a string"] = { rtt = "50ms" },
    ["think: must not be negative"] = { think = -1 },
    ["jitter: must not be negative"] = { jitter = 0 / 0 },
    ['clock: must be "real", "virtual", or how many times'] = { clock = "fast" },
    ["clock: must be"] = { clock = -1 },
    ["port: must be an integer up to 65535"] = { port = 70000 },
    ["faults[1]: there is no fault 'flood'"] = { faults = { { name = "flood" } } },
    ["faults[1]: there is no fault 'drop'"] = { faults = { "drop" } },
    ["faults[1]: the fault 'drop' takes no time"] =
      { faults = { { name = "drop", seconds = 1 } } },
    ["there is no platform 'cisco_iso': did you mean"] = { platform = "cisco_iso" },
  } do
    it("refuses what is wrong: " .. reason, function()
      local lab, message, kind = labs.open(options)
      assert.is_nil(lab)
      assert.equal("invalid", kind)
      assert.matches(reason, message, 1, true)
    end)
  end

  it("says when its port is taken", function()
    local first <close> = assert(labs.open {})
    local second, message, kind = labs.open { port = first:port() }
    assert.is_nil(second)
    assert.equal("local", kind)
    assert.is_string(message)
  end)

  it("can be closed twice, and never served", function()
    local lab = assert(labs.open {})
    lab:close()
    lab:close()
  end)
end)

describe("a lab whose clock is virtual", function()
  it("keeps nobody waiting for what takes a device five minutes", function()
    support.with_lab({
      devices = 1, clock = "virtual", think = 60,
      faults = { { name = "slow", device = 1, seconds = 300 } },
    }, function(lab)
      assert.matches("uptime is", run(support.device(lab), "show version"))
      assert.is_true(lab.clock:now() >= 360)
    end)
  end)

  it("hangs up on who is idle, when it gets there", function()
    support.with_lab({
      devices = 1, clock = "virtual",
      faults = { { name = "idle", device = 1, seconds = 600 } },
    }, function(lab)
      local terminal <close> = support.ssh(lab)
      terminal:expect "SW-CORE_1#"
      lab:advance(599)
      assert.matches("level is 15", terminal:run("show privilege", "SW-CORE_1#"))
      lab:advance(600)
      terminal:await_end()
    end)
  end)

  it("goes on by itself for nobody", function()
    support.with_lab({ devices = 1, clock = "virtual" }, function(lab)
      assert.matches("uptime is", run(support.device(lab), "show version"))
      assert.equal(0, lab.clock:now())
      lab:advance(5)
      assert.equal(5, lab.clock:now())
    end)
  end)
end)

describe("a lab", function()
  it("has devices at addresses of their own", function()
    support.with_lab({ devices = 300 }, function(lab)
      local devices = lab:inventory()
      assert.equal(300, #devices)
      assert.equal("127.1.1.44", devices[300].host)
      for _, i in ipairs { 1, 5, 6, 256, 300 } do
        local name = devices[i].name
        assert.matches(name .. " uptime is", run(devices[i], "show version"), 1, true)
        assert.equal(1, lab:device(i):logins())
        assert.equal(1, lab:device(name):logins())
      end
      assert.equal(0, lab:device(2):logins())
    end)
  end)

  it("has nobody at other addresses", function()
    support.with_lab({ devices = 2 }, function(lab)
      local beyond = lab:inventory()[1]
      beyond.host = "127.1.0.3"
      local session, _, kind = sessions.open(beyond)
      assert.is_nil(session)
      assert.equal("dropped", kind)
    end)
  end)

  it("on 127.0.0.1 takes the user's name for the device's", function()
    support.with_lab({ devices = 20 }, function(lab)
      local terminal <close> = support.ssh(lab, { user = "r17", host = "127.0.0.1" })
      terminal:expect "\r\nR17#"
      assert.equal(1, lab:device("R17"):logins())
      local nobody <close> = support.ssh(lab, { user = "R21", host = "127.0.0.1" })
      local _, status = nobody:await_end()
      assert.equal(5, status)
    end)
  end)

  it("takes names and settings for single devices", function()
    local list = { { name = "edge" }, { name = "core", password = "x", privilege = 1 } }
    support.with_lab({ devices = list }, function(lab)
      local devices = lab:inventory()
      assert.equal("x", devices[2].password)
      assert.equal("admin", devices[1].password)
      local terminal <close> = support.ssh(lab, { index = 2 })
      terminal:expect "\r\ncore>"
      assert.matches("^Cisco", run(devices[1], "show version"))
      assert.equal("edge", lab:device(1).name)
    end)
  end)

  it("refuses a wrong password, and counts the try", function()
    support.with_lab({ devices = 1 }, function(lab)
      local device = lab:inventory()[1]
      device.password = "wrong"
      local session, _, kind = sessions.open(device)
      assert.is_nil(session)
      assert.equal("auth", kind)
      assert.equal(0, lab:device(1):logins())
      assert.is_true(lab:device(1):attempts() > 0)
    end)
  end)

  it("knows exactly what was sent", function()
    support.with_lab({ devices = 1 }, function(lab)
      local terminal <close> = support.ssh(lab)
      terminal:expect "#"
      terminal:type "show  clocc\bk \n"
      terminal:expect "UTC"
      terminal:expect "#"
      local device = lab:device(1)
      assert.equal(1, device:sent "show  clock ")
      assert.is_false(device:sent "show clock")
      assert.same({ "show  clock " }, device:lines())
    end)
  end)

  it("counts sessions", function()
    support.with_lab({ devices = 2 }, function(lab)
      local first <close> = support.ssh(lab)
      local second <close> = support.ssh(lab)
      local third <close> = support.ssh(lab, { index = 2 })
      first:expect "#"
      second:expect "#"
      third:expect "#"
      assert.equal(3, lab:open_sessions())
      assert.equal(2, lab:device(1):open_sessions())
      first:type "exit\n"
      first:await_end()
      assert.equal(2, lab:open_sessions())
      assert.equal(3, lab:peak_sessions())
      local counts = lab:statistics()
      assert.equal(3, counts.logins)
      assert.equal(2, counts.reached)
      assert.equal(2, counts.devices)
      assert.equal(1, counts.lines)
      assert.equal(3, counts.connection.logins)
    end)
  end)

  it("shows its users to each other", function()
    support.with_lab({ devices = 1 }, function(lab)
      local first <close> = support.ssh(lab)
      first:expect "#"
      local second <close> = support.ssh(lab)
      second:expect "#"
      local shown = second:run("show users", "SW-CORE_1#")
      assert.matches("\r\n%s+2 vty 0%s+admin%s", shown)
      assert.matches("\r\n%*%s+3 vty 1%s+admin%s.*127%.", shown)
    end)
  end)

  it("holds nothing for devices that nobody reached", function()
    support.with_lab({ devices = 10000 }, function(lab)
      assert.matches("^Cisco", run(lab:inventory()[9999], "show version"))
      local reached = 0
      for _ in pairs(lab.rack.reached) do
        reached = reached + 1
      end
      assert.equal(1, reached)
      assert.equal(1, lab:statistics().reached)
    end)
  end)

  it("raises for a device that it does not have", function()
    local lab <close> = assert(labs.open { devices = 2 })
    for _, which in ipairs { 0, 3, 1.5, "R3", "nobody" } do
      assert.has_error(function()
        lab:device(which)
      end)
    end
  end)

  it("ends all sessions when it is closed", function()
    local lab = assert(labs.open { devices = 1 })
    task.group(function(group)
      local served = group:spawn(lab.serve, lab)
      local terminal <close> = support.ssh(lab)
      terminal:expect "#"
      lab:close()
      terminal:await_end()
      assert.is_true(served:join())
      assert.equal(0, lab:open_sessions())
    end)
  end)

  it("raises a mistake of its own where it is served", function()
    local lab <close> = assert(labs.open { devices = 1 })
    lab:device(1).hostname = function()
      error "no name"
    end
    task.group(function(group)
      local client = group:spawn(function()
        local terminal <close> = support.ssh(lab)
        terminal:await_end()
      end)
      local ok, message = pcall(lab.serve, lab)
      assert.is_false(ok)
      assert.matches("no name\nstack traceback:", message)
      assert.equal(0, lab:open_sessions())
      lab:close()
      client:join()
    end)
  end)

  it("thinks before it shows something, and only then", function()
    local slept = {}
    local sleep = task.sleep
    finally(function()
      task.sleep = sleep
    end)
    local options = { devices = 1, think = 0.001 }
    support.with_lab(options, function(lab)
      local terminal <close> = support.ssh(lab)
      terminal:expect "#"
      task.sleep = function(seconds)
        slept[#slept + 1] = seconds
        sleep(seconds)
      end
      terminal:type "!\n\nterminal length 0\nconf t\nend\nshow clock\nshow privilege\n"
      terminal:expect "level is 15"
    end)
    assert.same({ 0.001, 0.001 }, slept)
  end)

  it("can be reached over lines that jitter", function()
    support.with_lab({ devices = 2, rtt = 0.002, jitter = 0.001 }, function(lab)
      for _, device in ipairs(lab:inventory()) do
        assert.matches("^Cisco", run(device, "show version"))
      end
    end)
  end)

  it("varies its thinking within the jitter, the same for the same seed", function()
    local function thoughts(seed)
      local lab <close> = assert(labs.open { think = 0.5, jitter = 0.1, seed = seed })
      local times = {}
      for i = 1, 20 do
        times[i] = lab:device(1):think_time()
        assert.is_true(times[i] >= 0.4 and times[i] <= 0.6)
      end
      return times
    end
    assert.same(thoughts(1), thoughts(1))
    assert.not_same(thoughts(1), thoughts(2))
  end)
end)

describe("what a lab says about itself", function()
  it("is enough to reach it", function()
    support.with_lab({ devices = 2, platform = "cisco_ios" }, function(lab)
      local device = lab:inventory()[2]
      assert.equal("SW-CORE_2", device.name)
      assert.equal(lab:port(), device.port)
      assert.equal("cisco_ios", device.device_type)
      assert.equal("enable", device.secret)
      assert.matches("^SHA256:", device.host_key)
      local line = ("[127.*]:%d %s"):format(lab:port(), lab:host_key())
      assert.equal(line, lab:known_hosts())
      assert.not_equal(lab:port(), lab:place().closed_port)
    end)
  end)
end)
