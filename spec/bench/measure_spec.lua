local measure = require "moonwire.bench.measure"
local rows = require "spec.bench.rows"

local commands = { "show clock", "show version" }

describe("measure.row", function()
  it("takes the median, and shows the run that it was", function()
    local runs = {
      rows.run("sync", 9, 2, 0),
      rows.run("sync", 7, 2, 0),
      rows.run("sync", 8, 2, 0),
    }
    local row = measure.row("sync", runs, commands)
    assert.equal(8, row.seconds)
    assert.same({ 9, 7, 8 }, row.runs)
    assert.equal(runs[3], row.run)
    assert.equal(2, row.devices)
    assert.equal(2, row.commands)
    assert.equal(0, row.failed)
  end)

  it("hides no failure behind a median without one", function()
    local runs = {
      rows.run("sync", 7, 2, 0),
      rows.run("sync", 9, 1, 1),
      rows.run("sync", 8, 2, 0),
    }
    local row = measure.row("sync", runs, commands)
    assert.equal(8, row.seconds)
    assert.equal(1, row.failed)
    assert.equal(1, row.ok)
    assert.equal(runs[2], row.run)
  end)

  it("stands a run without devices", function()
    local row = measure.row("sync", { rows.run("sync", 0, 0, 0) }, commands)
    assert.equal(0, row.devices)
    assert.same({}, row.phases)
  end)
end)

describe("measure.phases", function()
  it("times every phase, and calls the rest of a device's time the dialogue", function()
    local phases = measure.phases(rows.run("sync", 1, 3, 1).results)
    assert.equal(0.15, phases.connect.p50)
    assert.equal(0.3, phases.kex.p99)
    assert.is_true(math.abs(phases.dialogue.p50 - 0.55) < 1e-9)
  end)
end)
