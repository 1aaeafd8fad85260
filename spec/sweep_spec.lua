-- Faults of spec/README.md: R8. Some of our own calls fail in turn; `make torture
-- PARTS=sweep` has all of them.
local starve = require "spec.support.starve"
local sweep = require "spec.support.sweep"

local MOST = 2 -- runs for a kind of call in a scene

if starve.obstacle() then
  pending("calls that fail: " .. starve.obstacle())
  return
end

describe("a call of ours that fails", function()
  for _, scene in ipairs(sweep.scenes) do
    it("is told, and ends nothing else than what needed it: " .. scene, function()
      local runs, problems = sweep.all(MOST, nil, { scene })
      assert.same({}, problems)
      assert.is_true(runs > 2)
    end)
  end

  -- a device that has been handed to the thread is lost with it, and is told so
  it("costs a thread, and no device waits for it", function()
    sweep.around(function(words)
      local free = starve.run("pool", words.pool(), "epoll_create1", 0)
      assert.equal(0, free.status, free.errors)
      for at = 2, free.count do -- the first is the program's own
        local result = starve.run("pool", words.pool(), "epoll_create1", at)
        assert.is_nil(starve.problem(result, free.output))
        local _, lines = result.output:gsub("\n%S+\t", "")
        assert.is_true(lines >= 1, result.output)
      end
    end)
  end)

  it("is counted: the sweep does not sweep over nothing", function()
    sweep.around(function(words)
      local free = starve.run("hostkeys", words.hostkeys(), "malloc", 0)
      assert.is_true(free.count > 3)
      local result = starve.run("hostkeys", words.hostkeys(), "malloc", 1)
      assert.are_not.equal(0, result.status)
      assert.matches("not enough memory", result.errors)
    end)
  end)

  it("would be noticed as a success that is none, a crash, a silence", function()
    local fine = { status = 0, signal = 0, output = "a", errors = "" }
    assert.is_nil(starve.problem(fine, "a"))
    assert.matches("false success", starve.problem(fine, "b"))
    fine.signal = 11
    assert.matches("signal 11", starve.problem(fine, "a"))
    assert.matches("without a word",
      starve.problem({ status = 1, signal = 0, output = "", errors = "\n" }, "a"))
    assert.matches("does not end", starve.problem({ is_late = true }, "a"))
  end)
end)
