local bastion = require "moonwire.bench.bastion"
local fleet = require "moonwire.fleet"
local job = require "moonwire.bench.job"
local lfs = require "lfs"
local support = require "spec.support.lab"

local function run_behind(count, by_command)
  local bastions <close> = assert(bastion.start(count))
  local run
  support.with_lab({ devices = 3 }, function(here)
    local devices = bastion.behind(here:inventory(), bastions, by_command)
    run = fleet.run(devices, { job = job.commands { "show version" } })
  end)
  return run, bastions.folder
end

describe("the jump hosts of the bench", function()
  it("carry devices, and leave nothing behind", function()
    for _, count in ipairs { 1, 2 } do
      local run, folder = run_behind(count)
      assert.is_true(run.ok)
      assert.is_number(run.results[1].phases.jump)
      assert.is_nil(lfs.attributes(folder))
    end
  end)

  it("are reached by OpenSSH's client as well", function()
    assert.is_true((run_behind(1, true)).ok)
  end)
end)
