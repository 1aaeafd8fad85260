-- Faults of spec/README.md: N15, R6, R7, R8, R10. Some of our own calls fail in
-- turn; `make torture PARTS=sweep` has all of them.
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

  it("ends a session that Lua has no memory for, and nothing more", function()
    sweep.around(function(words)
      local runs, problems = starve.sweep("session", words.session, "lua", 12)
      assert.same({}, problems)
      assert.is_true(runs >= 10, runs)
    end)
  end)

  -- what does not get into a letter is told, and the thread that wrote it goes on
  it("is a kind of its own where a value is packed", function()
    local free = starve.run("letter", {}, "malloc", 0)
    assert.equal(0, free.status, free.errors)
    local told = 0
    for at = 1, free.count do
      local result = starve.run("letter", {}, "malloc", at)
      assert.is_nil(starve.problem(result, free.output))
      told = told + (result.errors:find "local: not enough memory" and 1 or 0)
    end
    assert.is_true(told >= 2, told)
  end)

  it("is this machine's where it has no way or no descriptor for a device", function()
    sweep.around(function(words)
      local causes = {
        connect = "unreachable: .*network is unreachable",
        socket = "local: .*too many open files",
      }
      for call, cause in pairs(causes) do
        local result = starve.run("command", words.command(), call, 1)
        assert.equal(1, result.status)
        assert.matches(cause, result.errors)
        assert.matches("Cisco IOS Software", result.output) -- the other device's
      end
    end)
  end)

  it("leaves a pool with fewer threads, and says so", function()
    sweep.around(function(words)
      local free = starve.run("pool", words.pool(), "pthread_create", 0)
      assert.equal(2, free.count)
      assert.equal("", free.errors)
      local result = starve.run("pool", words.pool(), "pthread_create", 2)
      assert.same({ 0, free.output }, { result.status, result.output })
      assert.matches("1 of 2 threads started", result.errors)
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

  it("is none where only the time of day jumps, by an hour forth and back", function()
    sweep.around(function(words)
      for _, scene in ipairs { "command", "journal", "pool", "session" } do
        local free = starve.run(scene, words[scene](), "malloc", 0)
        local result = starve.run(scene, words[scene](), "clock", 0)
        assert.is_true(result.count > 2, scene)
        assert.same({ 0, free.output }, { result.status, result.output }, result.errors)
      end
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
