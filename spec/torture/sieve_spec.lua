local sieve = require "spec.support.sieve"

local COUNT = 60

-- What is measured on a machine that gets slower, and then faster.
local function timeline(costs)
  local list = {}
  for i = 1, COUNT do
    local speed = 1 + 0.4 * math.sin(i / COUNT * math.pi)
    local noise = 0.02 * ((i * 7) % 5 - 2) / 2
    list[i] = { value = speed * (1 + noise) * (costs[i] or 1), case = i }
  end
  return list
end

local function above(list, limit)
  local found = {}
  for _, one in ipairs(sieve.ratios(list)) do
    found[#found + 1] = one.ratio > limit and one.case or nil
  end
  return found
end

describe("spec.support.sieve", function()
  it("holds back what costs more than what is around it", function()
    local costs = { [2] = 1.2, [31] = 1.2, [59] = 1.2 }
    assert.same({ 2, 31, 59 }, above(timeline(costs), 1.08))
  end)

  it("holds back nothing for the machine's own moods", function()
    assert.same({}, above(timeline {}, 1.08))
  end)

  it("holds back what never ended", function()
    assert.same({ 30 }, above(timeline { [30] = math.huge }, 1.08))
  end)
end)
