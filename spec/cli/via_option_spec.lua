local files = require "spec.support.files"
local json = require "moonwire.report.json"
local process = require "moonwire.bench.process"
local program = require "spec.support.program"
local sessions = require "moonwire.session"
local support = require "spec.support.lab"
local task = require "moonwire.task"
local warm = require "moonwire.warm"

-- Devices as a file that knows no password, and a door to sessions with them.
local function with_door(fn)
  files.with_folder(function(folder)
    support.with_lab({ devices = 2 }, function(lab)
      local devices, path = {}, folder .. "/inventory.json"
      for i, device in ipairs(lab:inventory()) do
        devices[i] = {
          name = device.name, host = device.host, port = device.port,
          username = device.username, device_type = device.device_type,
          host_key = device.host_key,
        }
      end
      files.write(path, json.encode { devices = devices })
      task.group(function(group)
        local inventory = { devices = lab:inventory() }
        local socket = folder .. "/socket"
        local door <close> = assert(warm.open(group, socket, function()
          return inventory
        end))
        fn(path, socket, door, folder, lab)
      end)
    end)
    process.run { "rm", "-rf", folder .. "/runs" }
  end)
end

describe("--via", function()
  it("lets send borrow, in every mode and without a password", function()
    with_door(function(path, socket, door, folder)
      for _, mode in ipairs { "nonblocking", "threads", "sync" } do
        local result = program.run {
          "send", "-q", "-i", path, "--via", socket, "--mode", mode, "--runs",
          folder .. "/runs", "show version",
        }
        assert.equal("", result.errors)
        assert.equal(0, result.status)
        assert.equal(2, select(2, result.output:gsub("uptime is", "")))
      end
      assert.equal(6, door.pool.count.lent)
      assert.equal(2, door.pool.count.logins)
    end)
  end)

  it("lets push borrow, and what it probes with is a login", function()
    with_door(function(path, socket, door, folder, lab)
      for _, device in ipairs(lab:inventory()) do
        local session <close> = assert(sessions.open(device))
        assert(session:send_config_set { "archive", "path flash:backup" })
      end
      files.write(folder .. "/lines", "interface Vlan1\n description lent\n")
      local result = program.run({
        "push", "-q", "-i", path, "-f", folder .. "/lines", "--runs", folder .. "/runs",
        "--commit-confirm", "5m",
      }, { environment = { MOONWIRE_VIA = socket } })
      assert.equal(0, result.status, result.errors .. result.output)
      for i = 1, 2 do
        assert.matches("description lent", lab:device(i):running_config(), 1, true)
      end
      assert.equal(4, door.pool.count.logins)
    end)
  end)

  it("lets the prompt borrow, and specs", function()
    with_door(function(path, socket, door, folder)
      local name = "SW-CORE_1"
      local typed = ('r = connect "%s"\nprint(#r:send_command "show version" > 9)\n')
      local result = program.run({ "repl", "-i", path, "--via", socket }, {
        input = typed:format(name),
      })
      assert.matches("\ntrue\n$", result.output, nil, nil, result.errors)
      files.write(folder .. "/own_spec.lua", [[
        local testing = require "moonwire.testing"
        it("borrows", function()
          testing.each(testing.devices(), function(session)
            assert.is_true(session.client.is_loan)
            assert(session:send_command "show version")
          end)
        end)
      ]])
      result = program.run {
        "test", "-i", path, "--via", socket, folder .. "/own_spec.lua",
      }
      assert.equal(0, result.status, result.errors .. result.output)
      assert.equal(3, door.pool.count.lent)
      assert.equal(2, door.pool.count.logins)
    end)
  end)

  it("is nothing to what logs in by itself", function()
    files.with_folder(function(folder)
      local result = program.run({
        "bench", "--lab", "1", "--mode", "sync", "--runs", "1", "--json", "-",
        "--output", folder, "--no-recorder",
      }, { environment = { MOONWIRE_VIA = folder .. "/nobody" } })
      assert.matches('"failed": 0', result.output, 1, true)
      assert.is_nil(result.errors:find("no moonwire serve", 1, true))
    end)
  end)

  it("is an error where nobody listens", function()
    with_door(function(path, _, _, folder)
      local result = program.run {
        "send", "-q", "-i", path, "--via", folder .. "/nobody", "--runs",
        folder .. "/runs", "show version",
      }
      assert.equal(1, result.status)
      assert.matches("no moonwire serve --warm listens there", result.output, 1, true)
    end)
  end)
end)
