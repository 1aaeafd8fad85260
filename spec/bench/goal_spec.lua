local measured = require "spec.support.figures"
local goal = require "moonwire.bench.goal"
local function judged_by(judged)
  local by = {}
  for _, one in ipairs(judged) do
    by[one.title] = one
  end
  return by
end

local CPU = "client CPU per login + one command"
local WALL = "10,000 devices: login, show version, logout"

describe("goal.judge", function()
  it("compares what was measured with what is to be reached", function()
    local floor = { ok = 10000, cpu_seconds = 2.5, seconds = 3, max_rss_bytes = 2e8 }
    local by = judged_by(goal.judge { ["growth-10000"] = measured.of(6, 4, floor) })
    assert.is_true(math.abs(by[CPU].value - 0.4) < 1e-9)
    assert.is_true(by[CPU].is_reached)
    local wall = by[WALL]
    assert.equal(6, wall.value)
    assert.is_false(wall.is_reached)
    local ratio = by["  … beside the bare C client"]
    assert.is_true(math.abs(ratio.value - 1.6) < 1e-9)
    assert.is_false(ratio.is_reached)
  end)

  it("never calls reached what was not measured", function()
    local figures = { ["growth-10000"] = { problem = "exit status 1" } }
    for _, one in ipairs(goal.judge(figures)) do
      assert.is_nil(one.value)
      assert.is_false(one.is_reached)
    end
  end)

  it("knows no ratio without the bare C client", function()
    local by = judged_by(goal.judge { ["growth-10000"] = measured.of(4, 4) })
    assert.is_nil(by["  … beside the bare C client"].value)
  end)

  it("counts no thread of a run that did not hold all sessions", function()
    local open = measured.of(4, 4)
    open.peak_sessions = 9000
    local by = judged_by(goal.judge { ["open-10000"] = open })
    assert.is_nil(by["  … client threads"].value)
  end)

  it("measures every goal by a measurement that is made", function()
    local ids = {}
    for _, list in ipairs {
      goal.growth(1000), goal.growth(10000), goal.others(),
    } do
      for _, entry in ipairs(list) do
        ids[entry.id] = true
      end
    end
    for _, one in ipairs(goal.goals) do
      for _, id in ipairs(one.needs) do
        assert.is_true(ids[id], id)
      end
    end
  end)
end)
