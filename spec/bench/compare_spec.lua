local compare = require "moonwire.bench.compare"
local measure = require "moonwire.bench.measure"
local rows = require "spec.bench.rows"
local sample = require "spec.report.run.sample"

local function lines_with(floor)
  local now = {
    measure.row("sync", { rows.run("sync", 3, 5, 0) }, { "a" }),
    measure.row("hybrid", { rows.run("hybrid", 1, 4, 1) }, { "a" }),
  }
  return compare.rows(now, sample.subject(sample.run("sync", 4, 0, 2)), floor)
end

describe("a comparison", function()
  it("puts each mode beside its earlier run, and bare C behind them", function()
    local floor = { seconds = 0.5, cpu_seconds = 0.005, ok = 5, failed = 0 }
    local text = compare.text(lines_with(floor), "ascii")
    assert.matches("| sync +| +3.000 | +2.000 | %+50.0 %% | +2.000 | +2.500 |", text)
    assert.matches("| +2.500 | %-20.0 %% |", text)
    assert.matches("| hybrid +| +1.000 | +| +| +2.000 | +| +| +1 | +|", text)
    assert.matches("| C floor | +0.500 | +| +| +1.000 |", text)
  end)

  it("does without bare C, and with one that could not run", function()
    assert.equal(2, #lines_with(nil))
    assert.equal(2, #lines_with { problem = "exit status 1" })
  end)

  it("says when the number of devices is another", function()
    assert.equal("sync: 5 devices now, 4 earlier\n", compare.notes(lines_with()))
  end)

  it("is a chart with a bar for each time", function()
    local drawing = compare.svg(lines_with(), "five devices")
    assert.equal(2, select(2, drawing:gsub('<rect class="blue"', "")))
    assert.equal(1, select(2, drawing:gsub('<rect class="sand"', "")))
  end)

  it("knows where bare C cannot go", function()
    local floor, why = compare.floor({ lab = { platform = "mixed" } }, {})
    assert.is_nil(floor)
    assert.matches("cisco_ios only", why)
    floor, why = compare.floor({}, {})
    assert.is_nil(floor)
    assert.matches("lab", why)
  end)
end)
