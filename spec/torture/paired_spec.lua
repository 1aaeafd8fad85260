local paired = require "spec.support.paired"

local LIMIT = 1.05

-- A machine on which all takes as long as it takes, plus noise and drift: always the
-- same ones.
local function machine(noise, drift, seed)
  local state, time = seed, 0
  return function(seconds)
    state = (state * 1103515245 + 12345) % (1 << 31)
    time = time + 1
    local disturbed = state % 11 == 0 and 3 or 1
    return {
      seconds = seconds * disturbed * (1 + drift * time)
        * (1 + noise * (state / (1 << 31) - 0.5)),
      exact = seconds,
    }
  end
end

local function compare(with, without, noise, drift, seed)
  local take = machine(noise or 0.1, drift or 0, seed or 1)
  local known = paired.new(function() return take(with) end,
    function() return take(without) end, "seconds", LIMIT)
  repeat
    known:go_on()
  until known:is_known()
  return known
end

-- On the right side of the limit, and no farther off than it says itself.
local function assert_near(expected, known)
  local ratio, deviation = known:ratio "seconds"
  assert.equal(expected > LIMIT, ratio > LIMIT)
  assert.is_true(math.abs(ratio - expected) < 3 * deviation, tostring(ratio))
  assert.is_true(deviation < 0.03, tostring(deviation))
end

describe("spec.support.paired", function()
  it("finds no cost where there is none, and the one that there is", function()
    for _, ratio in ipairs { 1, 1.03, 1.1 } do
      assert_near(ratio, compare(ratio, 1))
    end
    assert.is_true(compare(1.3, 1):ratio "seconds" > LIMIT)
  end)

  it("hardly ever takes a tenth for nothing, or nothing for a tenth", function()
    local wrong = 0
    for seed = 1, 200 do
      for ratio, is_above in pairs { [1] = false, [1.1] = true } do
        local known = compare(ratio, 1, 0.2, 0, seed * 7919)
        wrong = wrong + ((known:ratio "seconds" > LIMIT) == is_above and 0 or 1)
      end
    end
    assert.is_true(wrong <= 8, tostring(wrong))
  end)

  it("is not deceived by a machine that gets slower", function()
    assert_near(1, compare(1, 1, 0.02, 0.05))
    assert_near(1.1, compare(1.1, 1, 0.02, 0.05))
  end)

  it("goes on for as long as there is doubt, but not for ever", function()
    assert.is_true(compare(1, 1, 0.01).count <= 8)
    assert.is_true(compare(1.05, 1, 0.3).count > 8)
    assert.equal(40, compare(1.05, 1, 0.6).count)
  end)

  it("keeps the other numbers beside the one that counts", function()
    local ratio, deviation = compare(3, 2):ratio "exact"
    assert.equal(1.5, ratio)
    assert.equal(0, deviation)
  end)
end)
