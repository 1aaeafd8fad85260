local statistics = require "moonwire.report.statistics"

describe("statistics", function()
  it("finds the median, which is always one that was measured", function()
    assert.equal(2, statistics.median { 3, 1, 2 })
    assert.equal(2, statistics.median { 4, 3, 1, 2 })
    assert.equal(7, statistics.median { 7 })
    assert.is_nil(statistics.median {})
  end)

  it("leaves the list as it was", function()
    local values = { 3, 1, 2 }
    statistics.median(values)
    assert.same({ 3, 1, 2 }, values)
  end)

  it("finds percentiles by rank", function()
    local values = {}
    for i = 1, 200 do
      values[i] = 201 - i
    end
    assert.equal(100, statistics.percentile(values, 0.5))
    assert.equal(198, statistics.percentile(values, 0.99))
    assert.equal(200, statistics.percentile(values, 1))
    assert.equal(1, statistics.percentile(values, 0))
  end)

  it("says where the median is, and how far the values reach", function()
    assert.equal(2, statistics.median_index { 9, 5, 1 })
    local least, most = statistics.extremes { 5, 9, 1 }
    assert.equal(1, least)
    assert.equal(9, most)
  end)
end)
