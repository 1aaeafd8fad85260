local group = require "moonwire.bench.group"
local measure = require "moonwire.bench.measure"
local rows = require "spec.bench.rows"

local DEVICES = {
  { device_type = "vyos" }, { device_type = "linux" }, { device_type = "vyos" },
}

local function sample()
  return {
    measure.row("sync", { rows.run("sync", 8, 3, 0) }, { "show clock" }),
    measure.row("threads", { rows.run("threads", 2, 2, 1) }, { "show clock" }),
  }
end

describe("group.by_platform", function()
  it("counts devices and failures, and takes the middle of the seconds", function()
    local entries = assert(group.by_platform(sample(), DEVICES))
    assert.equal("linux", entries[1].platform)
    assert.equal(1, entries[1].devices)
    assert.equal(0, entries[1].failed)
    assert.equal(2, entries[2].devices)
    assert.equal(1, entries[2].failed)
    assert.equal(2, entries[2].modes.sync.ok)
    assert.equal(1, entries[2].modes.threads.ok)
    assert.equal(1.6, entries[2].modes.threads.seconds)
  end)

  it("has nothing to say of one platform alone", function()
    local one = { DEVICES[1], DEVICES[1], DEVICES[1] }
    assert.is_nil(group.by_platform(sample(), one))
  end)
end)

describe("group.text", function()
  it("has a line for each platform and a column for each mode", function()
    local measured = sample()
    local entries = group.by_platform(measured, DEVICES)
    local text = group.text(entries, measured, "ascii")
    assert.is_truthy(text:find "platform +| devices | sync s | threads s | failed")
    assert.is_truthy(text:find "linux +| +1 | +1.600 | +1.600 | +0 |")
    assert.is_truthy(text:find "vyos +| +2 | +1.600 | +1.600 | +1 |")
  end)

  it("leaves a cell empty where nobody came through", function()
    local measured = {
      measure.row("sync", { rows.run("sync", 8, 1, 2) }, { "show clock" }),
    }
    local text = group.text(group.by_platform(measured, DEVICES), measured, "ascii")
    assert.is_truthy(text:find "linux +| +1 | +| +1 |")
  end)
end)
