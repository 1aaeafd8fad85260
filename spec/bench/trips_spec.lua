local trips = require "moonwire.bench.trips"

local function row()
  local phases = {
    connect = { p50 = 0.151 },
    kex = { p50 = 2.3 },
    auth = { p50 = 0.8 },
    dialogue = { p50 = 0.55 },
  }
  return { commands = 2, phases = phases }
end

describe("trips.count", function()
  local lab = { rtt = 0.15, think = 0.2, kex_delay = 2, auth_delay = 0.5 }

  it("takes off what the device itself took", function()
    local counted = trips.count(row(), lab)
    local by_name = {}
    for _, phase in ipairs(counted.phases) do
      by_name[phase.name] = phase.trips
    end
    assert.is_true(math.abs(by_name.connect - 1.007) < 0.01)
    assert.is_true(math.abs(by_name.kex - 2) < 1e-6)
    assert.is_true(math.abs(by_name.auth - 2) < 1e-6)
    assert.is_true(math.abs(by_name.dialogue - 1) < 1e-6)
    assert.is_true(math.abs(counted.total - 6.007) < 0.01)
  end)

  it("counts none below zero", function()
    local early = { commands = 2, phases = { dialogue = { p50 = 0.1 } } }
    assert.equal(0, trips.count(early, lab).total)
  end)

  it("says the sum in the last line", function()
    local text = trips.text(trips.count(row(), lab), "ascii")
    assert.is_truthy(text:find "| all +| +| +| +| +6.0 |")
  end)
end)
