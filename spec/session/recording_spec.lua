local json = require "dkjson"
local lfs = require "lfs"
local uv = require "luv"

local files = require "spec.support.files"
local fleet = require "moonwire.fleet"
local recording = require "moonwire.session.recording"
local session = require "moonwire.session"
local support = require "spec.support.lab"

local CANARY = "c4nary-of-this-spec"

local function events_of(path)
  local events = {}
  for line in files.read(path):gmatch "[^\n]+" do
    events[#events + 1] = assert(json.decode(line))
  end
  return table.remove(events, 1), events
end

local function said(events, kind)
  local parts = {}
  for _, event in ipairs(events) do
    parts[#parts + 1] = event[2] == kind and event[3] or nil
  end
  return table.concat(parts)
end

describe("a recording", function()
  local folder

  before_each(function()
    local parent = os.getenv "TMPDIR" or "/tmp"
    folder = assert(uv.fs_mkdtemp(parent .. "/recording-XXXXXX"))
  end)

  after_each(function()
    os.execute("rm -rf " .. folder)
    recording.set_default(nil)
  end)

  it("holds what was said both ways, and when", function()
    support.with_lab({ devices = 1 }, function(lab)
      local device = support.device(lab)
      local opened = assert(session.open(device, { record = folder }))
      assert(opened:send_command "show clock")
      opened:close()
      local name = device.name .. ".cast"
      assert.same({ name }, files.list(folder))
      local head, events = events_of(folder .. "/" .. name)
      assert.equal(2, head.version)
      assert.equal("cisco_ios", head.moonwire.device_type)
      assert.truthy(said(events, "i"):find("show clock\n", 1, true))
      assert.truthy(said(events, "o"):find("#show clock\r\n", 1, true))
      assert.truthy(said(events, "m"):find("send_commands\nshow clock", 1, true))
      for i = 2, #events do
        assert.is_true(events[i - 1][1] <= events[i][1])
      end
    end)
  end)

  it("gets a name of its own, whatever the device is called", function()
    support.with_lab({ devices = 1 }, function(lab)
      local device = support.device(lab)
      device.name = "../\27[31m/etc"
      for _ = 1, 2 do
        assert(session.open(device, { record = folder })):close()
      end
      assert.same({ "%2E.%2F%1B%5B31m%2Fetc-2.cast", "%2E.%2F%1B%5B31m%2Fetc.cast" },
        files.list(folder))
    end)
  end)

  it("is left by a device that fails, and by no other", function()
    local options = { devices = 3, faults = { { name = "hang", device = 2 } } }
    support.with_lab(options, function(lab)
      local run = fleet.run(lab:inventory(), {
        recorder = folder,
        timeout = 1,
        job = function(opened)
          return opened:send_command "show version"
        end,
      })
      local failed = run.results[2]
      assert.same({ failed.device .. ".cast" }, files.list(folder))
      assert.equal(folder .. "/" .. failed.device .. ".cast", failed.recording)
      assert.is_nil(run.results[1].recording)
      local _, events = events_of(failed.recording)
      assert.truthy(said(events, "o"):find("show version\r\n", 1, true))
      assert.truthy(said(events, "m"):find("failed timeout\n.*no answer in time"))
    end)
  end)

  it("is left in every mode", function()
    local options = { devices = 1, faults = { { name = "drop", device = 1 } } }
    support.with_lab(options, function(lab)
      for _, mode in ipairs { "sync", "threads", "nonblocking", "hybrid" } do
        local run = fleet.run(lab:inventory(), {
          mode = mode,
          recorder = folder .. "/" .. mode,
          job = function(opened)
            return opened:send_command "show running-config"
          end,
        })
        assert.is_false(run.ok)
        assert.equal(1, #files.list(folder .. "/" .. mode), mode)
      end
    end)
  end)

  it("is left by a device that is broken off", function()
    local options = { devices = 1, faults = { { name = "hang", device = 1 } } }
    support.with_lab(options, function(lab)
      fleet.run(lab:inventory(), {
        recorder = folder,
        device_timeout = 1,
        job = function(opened)
          return opened:send_command "show version"
        end,
      })
      assert.equal(1, #files.list(folder))
    end)
  end)

  it("is left by a device that is broken off while it greets", function()
    local options = { devices = 1, faults = { { name = "silent_shell", device = 1 } } }
    support.with_lab(options, function(lab)
      fleet.run(lab:inventory(), {
        recorder = folder,
        device_timeout = 1,
        lazy = false,
        job = function() end,
      })
      assert.equal(1, #files.list(folder))
    end)
  end)

  it("is left nowhere when that is not wanted", function()
    recording.set_default(folder)
    support.with_lab({ devices = 1 }, function(lab)
      local function fail(recorder)
        local run = fleet.run(lab:inventory(), {
          recorder = recorder,
          job = function()
            return nil, "no"
          end,
        })
        return run.results[1].recording
      end
      assert.is_nil(fail(false))
      assert.same({}, files.list(folder))
      assert.truthy(fail())
    end)
  end)

  it("fails the device when it cannot be written", function()
    support.with_lab({ devices = 1 }, function(lab)
      local options = { record = "/proc/nowhere" }
      local opened, message, kind, detail = session.open(support.device(lab), options)
      assert.is_nil(opened)
      assert.equal("local", kind)
      assert.equal("start", detail.phase)
      assert.truthy(message:find("cannot record to /proc/nowhere", 1, true))
    end)
  end)

  it("holds no secret: typed, shown, echoed, in a mark or in the head", function()
    support.with_lab({ devices = 1, enable = CANARY, start = "exec" }, function(lab)
      local device = support.device(lab)
      device.name = "sw-" .. CANARY
      for _, how in ipairs { "record", "recorder" } do
        local opened = assert(session.open(device, { [how] = folder .. "/" .. how }))
        assert(opened:enable())
        opened:send_command("show " .. CANARY)
        assert(opened:send_config_set { "banner motd #" .. CANARY .. "#" })
        opened:send_command "show running-config"
        opened.failure = "it said " .. CANARY
        opened:close()
        local names = files.list(folder .. "/" .. how)
        assert.equal(1, #names)
        local text = files.read(folder .. "/" .. how .. "/" .. names[1])
        assert.falsy(text:find(CANARY, 1, true))
        assert.truthy(text:find("banner motd #********#", 1, true))
        assert.truthy(text:find("it said ********", 1, true))
      end
    end)
  end)

  it("begins with the login where that is typed, but for the password", function()
    support.with_lab({ devices = 1, telnet = true, password = CANARY }, function(lab)
      local device = support.device(lab)
      device.transport, device.port = "telnet", lab:place().telnet_port
      local opened = assert(session.open(device, { record = folder }))
      assert(opened:send_command "show clock")
      opened:close()
      local path = folder .. "/" .. device.name .. ".cast"
      assert.falsy(files.read(path):find(CANARY, 1, true))
      local _, events = events_of(path)
      assert.truthy(said(events, "o"):find "[Pp]assword: ")
      assert.truthy(said(events, "i"):find("admin\r?\n?.*" .. ("%*"):rep(8)))
    end)
  end)

  it("can be read up to where a program was killed", function()
    local program = require "spec.support.program"
    support.with_lab({ devices = 1 }, function(lab)
        local device = support.device(lab)
        local script = folder .. "/killed.lua"
        files.write(script, ([[
          local moonwire = require "moonwire"
          local opened = assert(moonwire.connect(
            { host = %q, port = %d, username = %q, password = %q, host_key = %q },
            { record = %q, timeout = 60 }))
          assert(opened:send_command "show clock")
          require("luv").kill(require("luv").os_getpid(), "sigkill")
        ]]):format(device.host, device.port, device.username, device.password,
          device.host_key, folder))
        program.run { script }
        local name = device.host .. ".cast.part"
        assert.is_truthy(lfs.attributes(folder .. "/" .. name))
        local _, events = events_of(folder .. "/" .. name)
        assert.truthy(said(events, "i"):find("show clock\n", 1, true))
        assert.truthy(said(events, "o"):find("#show clock\r\n", 1, true))
      end)
  end)
end)
