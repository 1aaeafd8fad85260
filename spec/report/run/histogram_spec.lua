local histogram = require "moonwire.report.run.histogram"

local function sum(counts)
  local total = 0
  for _, count in ipairs(counts) do
    total = total + count
  end
  return total
end

describe("histogram.count", function()
  it("counts every value once", function()
    for _, values in ipairs {
      { 0 }, { 5 }, { 1, 1, 1 }, { 0, 10 }, { 0.001, 1, 1000 }, { 1e-9, 1e9 },
    } do
      assert.equal(#values, sum((histogram.count(values, 40))))
    end
  end)

  it("puts them in order", function()
    assert.same({ 2, 0, 0, 1, 1 }, (histogram.count({ 0, 1, 6.5, 10 }, 5)))
  end)

  it("is logarithmic where the values differ widely", function()
    local counts = histogram.count({ 0.01, 0.1, 1, 10 }, 3)
    assert.same({ 1, 1, 2 }, counts)
  end)
end)

describe("histogram.draw", function()
  it("draws a bar for each bin that has values, and marks the median", function()
    local drawing = assert(histogram.draw { 1, 1, 2, 9 })
    assert.equal(3, select(2, drawing:gsub('class="blue"', "")))
    assert.is_truthy(drawing:find("median 1.000 s", 1, true))
    assert.is_truthy(drawing:find("p99 9.000 s", 1, true))
  end)

  it("is nothing of nothing", function()
    assert.is_nil(histogram.draw {})
  end)
end)
