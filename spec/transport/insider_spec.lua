-- Faults of spec/README.md: S8, S9, S10, S18, S19, S20, S22, S23.
-- Devices that are hostile behind the login: windows, channels, new keys, floods.
local fleet = require "moonwire.fleet"
local insider = require "spec.support.hostile.insider"
local r0 = require "spec.support.r0"

describe("a device that is hostile behind the login", function()
  local process
  local results = {}

  setup(function()
    local cases
    process, cases = insider.start()
    local devices = {}
    for i, case in ipairs(cases) do
      devices[i] = case.device
    end
    local run = fleet.run(devices, {
      job = function(session) return session:send_command "show privilege" end,
      -- one process is all of these servers, and some of them keep it busy
      timeouts = { banner = 60, kex = 60, auth = 60 },
      timeout = 20, device_timeout = 90,
    })
    for _, result in ipairs(run.results) do
      results[result.device] = result
    end
  end)

  teardown(function()
    process:close()
  end)

  for _, case in ipairs(insider.cases) do
    it(("%s: %s"):format(case.row or "none", case.name), function()
      local result = results["bad-" .. case.name]
      assert.same({}, r0.problems(result))
      local kind = result.ok and "ok" or result.kind
      local words = ("%s in %s: %s"):format(kind, result.phase, result.message)
      assert.is_true(case.kinds[kind], words)
      if result.ok then
        assert.equal(insider.answer, result.value)
      end
    end)
  end
end)
