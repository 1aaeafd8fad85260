local measure = require "moonwire.bench.measure"
local ramp = require "moonwire.bench.ramp"
local rows = require "spec.bench.rows"

-- Search with an edge that is known; also gives what was tried.
local function search(greatest, edge)
  local tried = {}
  local found, is_edge = ramp.search(greatest, function(limit)
    assert.is_nil(tried[limit], "asked twice")
    tried[limit] = true
    assert.is_true(limit >= 1 and limit <= greatest)
    return limit <= edge
  end)
  return found, is_edge, tried
end

describe("ramp.search", function()
  it("finds the edge to a twentieth, and never above it", function()
    for _, edge in ipairs { 1, 2, 5, 7, 8, 9, 15, 16, 17, 100, 333, 777, 999 } do
      local found, is_edge, tried = search(1000, edge)
      assert.is_true(is_edge)
      assert.is_true(found <= edge, edge)
      assert.is_true(found >= edge - math.max(1, edge * 0.05), edge)
      assert.is_true(tried[found])
    end
  end)

  it("says when there was no edge to find", function()
    for _, greatest in ipairs { 1, 5, 8, 9, 1000 } do
      local found, is_edge = search(greatest, greatest)
      assert.equal(greatest, found)
      assert.is_false(is_edge)
    end
  end)

  it("finds nothing where nothing is good", function()
    for _, greatest in ipairs { 1, 5, 1000 } do
      local found, is_edge = search(greatest, 0)
      assert.equal(0, found)
      assert.is_true(is_edge)
    end
  end)
end)

describe("a ramp's table", function()
  it("says what was good, too slow, or failed", function()
    local good = measure.row("nonblocking", { rows.run("nonblocking", 2, 4, 0) }, {})
    local bad = measure.row("nonblocking", { rows.run("nonblocking", 2, 3, 1) }, {})
    local none = measure.row("nonblocking", { rows.run("nonblocking", 2, 0, 4) }, {})
    good.limit, bad.limit, none.limit = 8, 16, 32
    bad.verdict, none.verdict = "failed: timeout", "failed: timeout"
    local text = ramp.text({ good, bad, none }, "ascii")
    assert.matches("| +8 | +1.600 | +2.000 | +2 | +2.500 | +0 | good +|", text)
    assert.matches("| +16 | .*| +1 | failed: timeout |", text)
    assert.matches("| +32 | +| ", text) -- no session, no p99
  end)
end)
