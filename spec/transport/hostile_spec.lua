-- Faults of spec/README.md: N5, N9, S1, S2, S3, S4, S6, S7, S23.
-- Servers that are hostile before the login: each ends in its own way, at its deadline
-- at the latest.
local hostile = require "spec.support.hostile"
local r0 = require "spec.support.r0"
local fleet = require "moonwire.fleet"
local task = require "moonwire.task"

local PATIENCE, SOON = 30, 0.5 -- seconds

describe("a device that is hostile before the login", function()
  local process, cases
  local results = {}

  -- Only a phase that is right to run out of time gets little of it: a busy machine
  -- must not make a timeout of what ends otherwise.
  local function timeouts_for(case)
    local timeouts = { connect = PATIENCE, banner = PATIENCE, kex = PATIENCE }
    if case.kinds.timeout then
      for phase in pairs(case.phases) do
        timeouts[phase] = SOON
      end
    end
    return timeouts
  end

  setup(function()
    process, cases = hostile.start()
    task.map(cases, #cases, function(case)
      local run = fleet.run({ case.device }, {
        job = function() return "in" end, timeouts = timeouts_for(case),
      })
      results[case.device.name] = run.results[1]
    end)
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
