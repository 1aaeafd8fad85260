-- Faults of spec/README.md: N5, N9, S1, S2, S3, S4, S6, S7, S23.
-- Servers that are hostile before the login: each ends in its own way, at its deadline
-- at the latest.
local hostile = require "spec.support.hostile"
local r0 = require "spec.support.r0"
local fleet = require "moonwire.fleet"

describe("a device that is hostile before the login", function()
  local process, cases
  local results = {}

  setup(function()
    process, cases = hostile.start()
    local devices = {}
    for i, case in ipairs(cases) do
      devices[i] = case.device
    end
    local seconds = 0.5
    local run = fleet.run(devices, {
      job = function() return "in" end,
      timeouts = { connect = 30, banner = seconds, kex = seconds },
    })
    for _, result in ipairs(run.results) do
      results[result.device] = result
    end
  end)

  teardown(function()
    process:close()
  end)

  for _, case in ipairs(require "spec.support.hostile.raw") do
    it(("%s: %s"):format(case.row, case.name), function()
      local result = results["bad-" .. case.name]
      assert.same({}, r0.problems(result))
      assert.is_false(result.ok)
      local words = ("%s in %s: %s"):format(result.kind, result.phase, result.message)
      assert.is_true(case.kinds[result.kind], words)
      assert.is_true(case.phases[result.phase], words)
      assert.is_nil(result.message:find(hostile.password, 1, true))
    end)
  end
end)
