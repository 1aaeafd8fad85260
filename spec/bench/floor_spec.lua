local floor = require "moonwire.bench.floor"
local support = require "spec.support.lab"

describe("the bare C client", function()
  it("is a problem, and no error, when it is not there", function()
    local figures = floor.run("/nowhere/floor", { port = 1, devices = 1, limit = 1 })
    assert.is_string(figures.problem)
  end)

  it("is a problem when it says no JSON", function()
    assert.is_string(floor.run("true", { port = 1, devices = 1, limit = 1 }).problem)
  end)

  if not floor.find() then
    pending "against a lab: `make floor` has not been run"
    return
  end

  it("logs in to every device of a lab", function()
    support.with_lab({ devices = 3 }, function(here)
      local options = { port = here:inventory()[1].port, devices = 3, limit = 2 }
      options.commands, options.command = 2, "show clock"
      local figures = floor.run(floor.find(), options)
      assert.is_nil(figures.problem)
      assert.equal(3, figures.ok)
      assert.equal(0, figures.failed)
      assert.is_true(figures.peak_sessions <= 2)
    end)
  end)
end)
