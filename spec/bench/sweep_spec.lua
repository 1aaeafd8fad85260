local json = require "moonwire.report.json"
local measure = require "moonwire.bench.measure"
local rows = require "spec.bench.rows"
local sweep = require "moonwire.bench.sweep"

describe("sweep.read", function()
  it("takes numbers as they stand, and doubles through a range", function()
    assert.same({ name = "workers", values = { 1, 3 } }, sweep.read "workers=1,3")
    assert.same({ name = "limit", values = { 1, 2, 4, 8, 16, 32, 64 } },
      sweep.read "limit=1..64")
    assert.same({ 3, 6, 10, 100 }, sweep.read("limit=3..10,100").values)
    assert.same({ 7 }, sweep.read("limit=7..7").values)
  end)

  for _, text in ipairs {
    "", "workers", "workers=", "speed=1", "workers=0", "workers=1,,3", "workers=1,x",
    "workers=8..2", "workers=1..", "workers=-1", "limit=1.5", "limit=1..9999999999999",
    "limit=1 2",
  } do
    it(("refuses %q"):format(text), function()
      local knob, message, kind = sweep.read(text)
      assert.is_nil(knob)
      assert.is_string(message)
      assert.equal("invalid", kind)
    end)
  end
end)

describe("sweep.mode", function()
  it("is the one that the knob belongs to", function()
    assert.equal("threads", sweep.mode "workers")
    assert.equal("nonblocking", sweep.mode "limit")
    assert.equal("hybrid", sweep.mode("workers", { "hybrid" }))
  end)

  it("must heed the knob, and be one", function()
    assert.is_nil(sweep.mode("workers", { "sync" }))
    assert.is_nil(sweep.mode("workers", { "nonblocking" }))
    local _, message = sweep.mode("limit", { "nonblocking", "hybrid" })
    assert.matches("one mode", message)
  end)
end)

describe("a sweep's table and JSON", function()
  local knob = { name = "workers", values = { 1, 3 } }
  local commands = { "show clock" }
  local sample = {
    measure.row("threads", { rows.run("threads", 27, 3, 0) }, commands),
    measure.row("threads", { rows.run("threads", 9, 2, 1) }, commands),
  }

  it("compare with the first", function()
    local text = sweep.text(knob, sample, "ascii")
    assert.matches("| +1 | +27.000 | +one run | +1.00x | +1.600 |", text)
    assert.matches("| +3 | +9.000 | +one run | +3.00x | .*| +1 |\n", text)
  end)

  it("hold each value with its runs", function()
    local document = assert(json.decode(sweep.json(knob, sample, nil)))
    assert.is_true(json.is_object(document.lab))
    assert.equal("workers", document.sweep.name)
    assert.equal("threads", document.sweep.mode)
    assert.equal(3, document.sweep.rows[2].value)
    assert.equal(1, document.sweep.rows[2].failed)
    assert.equal(9, document.sweep.rows[2].runs[1])
  end)
end)
