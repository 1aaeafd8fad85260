local json = require "moonwire.report.json"
local loading = require "moonwire.bench.loading"
local program = require "spec.support.program"
local uv = require "luv"

describe("bench --loading", function()
  it("loads as many devices in each language, and searches them", function()
    local rows = loading.measure(70)
    local names = { "json", "csv", "ini", "yaml", "ssh_config", "node set" }
    for i, name in ipairs(names) do
      assert.equal(name, rows[i].inventory)
      assert.equal(70, rows[i].devices)
      assert.is_true(rows[i].seconds > 0 and rows[i].cpu_seconds > 0)
    end
    assert.equal(7, rows[7].devices)
  end)

  it("writes a table, and the same as JSON", function()
    local folder = assert(uv.fs_mkdtemp "/tmp/moonwire-spec-XXXXXX")
    local ran = program.run {
      "bench", "--loading", "30", "--json", "-", "--output", folder,
    }
    os.remove(folder .. "/loading.json")
    uv.fs_rmdir(folder)
    assert.equal(0, ran.status)
    assert.matches("inventory", ran.errors)
    assert.equal(30, assert(json.decode(ran.output)).inventories[1].devices)
  end)
end)
