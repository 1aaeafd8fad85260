-- Faults of spec/README.md: N12.
-- Each fault that we can play, in a fleet of its own beside devices that are well: the
-- short form of `make torture`.
local bad = require "spec.support.bad"
local child = require "moonwire.lab.child"
local crowd = require "spec.support.crowd"
local r0 = require "spec.support.r0"
local task = require "moonwire.task"

local HEALTHY = 12
local AT_ONCE = 60 -- fleets
local LONG = 20 -- seconds: no healthy device takes as long, on no machine
local TIMEOUTS = {
  connect = LONG, banner = LONG, kex = LONG, auth = LONG, shell = LONG,
}
local OPTIONS = { timeout = LONG, timeouts = TIMEOUTS, device_timeout = 2 * LONG }

describe("one bad device in a fleet", function()
  local lab, owner, cases
  local before, behind
  local seen = {}

  setup(function()
    lab = assert(child.start { devices = HEALTHY })
    owner, cases = bad.all()
    local expected = crowd.run(lab.devices, nil, OPTIONS).outputs
    before = crowd.descriptors()
    task.map(cases, AT_ONCE, function(case)
      seen[case.name] = crowd.run(lab.devices, case.device, OPTIONS)
      seen[case.name].expected = expected
    end)
    behind = crowd.descriptors()
  end)

  teardown(function()
    lab:stop()
    owner:__close()
  end)

  it("has a result by the rule, whatever its fault", function()
    for _, case in ipairs(cases) do
      local problems = r0.problems(seen[case.name].bad)
      assert.equal("", table.concat(problems, ", "), case.name)
    end
  end)

  it("changes no byte of the others", function()
    for _, case in ipairs(cases) do
      local one = seen[case.name]
      local count, first = crowd.differences(one, one.expected)
      assert.equal(0, count, ("%s: %s"):format(case.name, first))
      assert.same({}, one.failed)
    end
  end)

  it("leaves no descriptor open", function()
    assert.equal(before, behind)
  end)
end)
