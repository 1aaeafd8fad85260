local ansible = require "moonwire.bench.ansible"
local inventory = require "moonwire.inventory"

describe("bench.ansible", function()
  it("measures playbooks, and counts the devices that fail", function()
    local devices <close> = assert(inventory.load {
      lab = { devices = 2, faults = { { name = "refuse", device = 2 } } },
    })
    local log = assert(io.open("/dev/null", "w"))
    local rows = ansible.measure(devices, {
      commands = { "show clock" }, runs = 1, stream = log,
    })
    log:close()
    assert.equal(#ansible.rows, #rows)
    for i, row in ipairs(rows) do
      assert.equal(ansible.rows[i].mode, row.mode)
      assert.equal(1, row.ok)
      assert.equal(1, row.failed)
      assert.equal(2, row.devices)
      assert.is_true(row.seconds > 0)
      assert.is_true(row.cpu_seconds > 0)
      assert.is_nil(row.peak_sessions)
      local good, bad = table.unpack(row.run.results)
      assert.equal(devices[1].name, good.device)
      assert.equal("show clock", good.output[1].command)
      assert.matches("%d%d:%d%d:%d%d", good.output[1].output)
      assert.equal(devices[2].name, bad.device)
      assert.matches("connect", bad.message)
    end
    local lab = devices.running_lab:observe()
    assert.equal(#rows, lab.logins)
  end)

  it("knows whether there is an Ansible", function()
    assert.is_true(ansible.is_there())
  end)
end)
