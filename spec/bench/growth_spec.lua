local measured = require "spec.support.figures"
local goal = require "moonwire.bench.goal"
local growth = require "moonwire.bench.growth"

describe("growth", function()
  local point = growth.point(10000, measured.of(5, 4), measured.of(9, 5))

  it("makes a point of a run with all at once and one that held them", function()
    assert.equal(2000, point.rate)
    assert.equal(0.4, point.cpu_ms)
    assert.equal(200, point.client_mb)
    assert.equal(100, point.lab_mb)
    assert.is_nil(point.floor_rate)
  end)

  it("leaves the floor's columns empty when it did not run", function()
    local text = growth.text({ point }, "ascii")
    assert.is_truthy(text:find "| +10000 | +5.00 | +2000 | +0.400 | +| +| +| +200.0 |")
  end)

  it("prints every goal with its verdict", function()
    local judged = goal.judge { ["growth-10000"] = measured.of(6, 4) }
    local text = growth.goals(judged, "ascii")
    assert.is_truthy(text:find "login %+ one command +| +0.45 ms | +0.4 ms | reached")
    assert.is_truthy(text:find "logout +| +5 s | +6 s | missed")
    assert.is_truthy(text:find "not measured")
  end)

  it("draws what there is", function()
    local text = growth.svg { point }
    assert.is_truthy(text:find("nothing was measured", 1, true) == nil)
    assert.equal(4, select(2, text:gsub("<circle", "")))
  end)
end)
