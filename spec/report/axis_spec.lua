local axis = require "moonwire.report.axis"

describe("axis.linear", function()
  it("begins at zero and ends at a round number that everything fits below", function()
    local scale = axis.linear(8.12, 100, 500)
    assert.same({ 0, 2, 4, 6, 8, 10 }, scale.ticks)
    assert.equal(100, scale:place(0))
    assert.equal(500, scale:place(10))
  end)

  it("has no halves of what is counted", function()
    assert.same({ 0, 1, 2 }, axis.linear(2, 0, 100, true).ticks)
    assert.same({ 0, 0.5, 1, 1.5, 2 }, axis.linear(2, 0, 100).ticks)
  end)

  it("stands nothing at all", function()
    assert.equal(100, axis.linear(0, 100, 500):place(0))
  end)
end)

describe("axis.log", function()
  it("has the same distance for the same factor", function()
    local scale = axis.log(100, 19000, 0, 300)
    local factor = scale:place(1000) - scale:place(100)
    assert.is_true(math.abs(scale:place(10000) - scale:place(1000) - factor) < 1e-6)
    assert.is_true(scale:place(100) >= 0 and scale:place(19000) <= 300)
  end)

  it("takes a single value, and every order of magnitude", function()
    for exponent = -7, 9 do
      local value = 3 * 10.0 ^ exponent
      local scale = axis.log(value, value, 0, 300)
      local place = scale:place(value)
      assert.is_true(place >= 0 and place <= 300)
      assert.is_true(#scale.ticks >= 1)
    end
  end)
end)

describe("axis.number", function()
  it("groups thousands and keeps fractions", function()
    assert.equal("1,000,000", axis.number(1e6))
    assert.equal("100", axis.number(100))
    assert.equal("0.25", axis.number(0.25))
    assert.equal("-1,234.5", axis.number(-1234.5))
  end)
end)
