local bench = require "moonwire.bench.hostkeys"

describe("the look-up of host keys", function()
  it("is measured with plain names, and with hashed ones twice", function()
    local rows, fleet = bench.measure(200)
    assert.equal(200, fleet.hosts)
    assert.is_true(fleet.cpu > 0 and fleet.seconds > 0 and fleet.kept >= 0)
    assert.equal(3, #rows)
    for _, row in ipairs(rows) do
      assert.is_string(row.name)
      assert.is_true(row.seconds > 0)
      assert.is_boolean(row.is_good)
    end
  end)
end)
