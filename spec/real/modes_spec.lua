-- The same job in every mode, on shells behind one real SSH server.
local fleet = require "moonwire.fleet"
local machine = require "spec.support.machine"
local shells = require "spec.support.shells"

local obstacle = machine.obstacle()
if obstacle then
  pending("every mode against OpenSSH: " .. obstacle)
  return
end

local DEVICES = 6

local function devices_of(device)
  local list = {}
  for i = 1, DEVICES do
    local is_dash = i % 3 == 0
    list[i] = {
      name = "shell" .. i,
      host = device.host, port = device.port, host_key = device.host_key,
      username = is_dash and "dan" or "ada", password = "pw",
      device_type = is_dash and "linux_sh" or "linux",
    }
  end
  return list
end

local function job(session, device)
  local outputs = {}
  for i, command in ipairs {
    "id -un", "printf " .. device.name, "seq 1 3000", "cat /etc/os-release", "true",
  } do
    outputs[i] = assert(session:send_command(command))
  end
  return outputs
end

describe("every mode against OpenSSH", function()
  local system

  setup(function() system = assert(shells.openssh()) end)
  teardown(function() system:stop() end)

  it("gives the same outputs", function()
    local devices, right = devices_of(system.device), nil
    for _, mode in ipairs { "sync", "threads", "nonblocking", "hybrid" } do
      local run = fleet.run(devices, { mode = mode, job = job, workers = 2 })
      local values = {}
      for i, result in ipairs(run.results) do
        assert(result.ok, result.message)
        assert.equal(devices[i].username, result.value[1])
        assert.equal(devices[i].name, result.value[2])
        values[i] = result.value
      end
      assert.equal(DEVICES, #values)
      right = right or values
      assert.same(right, values, mode)
    end
  end)

  it("names the device that refuses, and the others go on", function()
    for _, mode in ipairs { "sync", "threads", "nonblocking", "hybrid" } do
      local devices = devices_of(system.device)
      devices[5].password = "wrong"
      local run = fleet.run(devices, { mode = mode, job = job, workers = 2 })
      assert.same({ ok = DEVICES - 1, failed = 1 }, run.count)
      assert.equal("auth", run.results[5].kind)
      assert.matches("shell5", run.results[5].message, 1, true)
    end
  end)
end)
