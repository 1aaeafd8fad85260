local host = require "host.task"
local task = require "moonwire.task"

describe("task.group", function()
  it("waits for everything that was spawned in it", function()
    local seen = {}
    task.group(function(group)
      for i = 3, 1, -1 do
        group:spawn(function()
          task.sleep(i / 1000)
          seen[#seen + 1] = i
        end)
      end
    end)
    assert.same({ 1, 2, 3 }, seen)
  end)

  it("returns what its function returns", function()
    assert.same({ 1, nil, 3 }, { task.group(function() return 1, nil, 3 end) })
  end)

  it("cancels the siblings of a task that raises, and raises its error", function()
    local closed = false
    local ok, err = pcall(task.group, function(group)
      group:spawn(function()
        local guard <close> = setmetatable({}, { -- luacheck: ignore 211
          __close = function() closed = true end,
        })
        task.sleep(100)
      end)
      group:spawn(function() error("boom") end)
    end)
    assert.is_false(ok)
    assert.matches("boom", err)
    assert.is_true(closed)
  end)

  it("cancels its tasks when its own function raises", function()
    local ended
    local ok = pcall(task.group, function(group)
      ended = group:spawn(task.sleep, 100)
      error("first")
    end)
    assert.is_false(ok)
    assert.is_true(ended.is_done)
  end)

  it("stops its own function when a task raises, and nothing behind it", function()
    local reached = false
    local ok, err = pcall(task.group, function(group)
      group:spawn(error, "boom")
      task.sleep(100)
      reached = true
    end)
    assert.is_false(ok)
    assert.matches("boom", err)
    assert.is_false(reached)
    task.sleep(0) -- this task is not cancelled
  end)

  it("keeps error values that are not strings", function()
    local value = { code = 7 }
    local ok, err = pcall(task.group, function(group)
      group:spawn(error, value)
    end)
    assert.is_false(ok)
    assert.equal(value, err)
  end)

  it("refuses to spawn once it has ended", function()
    local kept
    task.group(function(group) kept = group end)
    assert.has_error(function() kept:spawn(print) end, "the group has ended")
  end)

  it("passes a cancel of the waiting task on to its tasks", function()
    local inner_ended = false
    local outer = task.spawn(function()
      task.group(function(group)
        group:spawn(function()
          pcall(task.sleep, 100)
          inner_ended = true
        end)
      end)
    end)
    task.sleep(0.001)
    outer:cancel()
    local ok, err = outer:join()
    assert.is_false(ok)
    assert.equal(host.cancelled, err)
    assert.is_true(inner_ended)
  end)

  it("never starts a task that was cancelled before its first turn", function()
    local has_run = false
    local member = task.spawn(function() has_run = true end)
    member:cancel()
    assert.is_false((member:join()))
    assert.is_false(has_run)
  end)
end)

describe("a cancelled task", function()
  it("cannot be kept alive by pcall: each later wait raises again", function()
    local waits = 0
    local member = task.spawn(function()
      for _ = 1, 3 do
        if not pcall(task.sleep, 100) then
          waits = waits + 1
        end
      end
    end)
    task.sleep(0.001)
    member:cancel()
    member:join()
    assert.equal(3, waits)
  end)

  it("is known by the error's kind", function()
    local member = task.spawn(task.sleep, 100)
    task.sleep(0.001)
    member:cancel()
    local _, err = member:join()
    assert.equal("cancelled", err.kind)
    assert.equal("cancelled", tostring(err))
  end)
end)

describe("task.map", function()
  it("keeps the order and respects the limit exactly", function()
    local live, most, list = 0, 0, {}
    for i = 1, 40 do
      list[i] = i
    end
    local doubled = task.map(list, 4, function(i)
      live = live + 1
      most = math.max(most, live)
      task.sleep(0.001 * (i % 3))
      live = live - 1
      return 2 * i
    end)
    assert.equal(4, most)
    for i = 1, 40 do
      assert.equal(2 * i, doubled[i])
    end
  end)

  it("takes an empty list and a limit beyond the list", function()
    assert.same({}, task.map({}, 3, error))
    assert.same({ 2 }, task.map({ 1 }, 99, function(i) return i + 1 end))
  end)
end)

describe("task.timeout", function()
  it("returns what the function returns in time", function()
    assert.same({ "a", "b" }, { task.timeout(60, function(x) return x, "b" end, "a") })
  end)

  it("gives nil, message, kind when it is late, and unwinds the function", function()
    local closed = false
    local value, message, kind = task.timeout(0.001, function()
      local guard <close> = setmetatable({}, { -- luacheck: ignore 211
        __close = function() closed = true end,
      })
      task.sleep(100)
    end)
    assert.is_nil(value)
    assert.matches("0.001 s", message, 1, true)
    assert.equal("timeout", kind)
    assert.is_true(closed)
  end)

  it("raises what the function raises", function()
    assert.has_error(function()
      task.timeout(60, function() error({}, 0) end)
    end)
  end)
end)

describe("task.queue", function()
  it("hands values over in order and holds no more than its capacity", function()
    local queue, most = task.queue(2), 0
    task.group(function(group)
      group:spawn(function()
        for i = 1, 10 do
          queue:put(i)
          most = math.max(most, #queue)
        end
        queue:close()
      end)
      local expected = 1
      for value in function() return (queue:get()) end do
        assert.equal(expected, value)
        expected = expected + 1
      end
      assert.equal(11, expected)
    end)
    assert.equal(2, most)
  end)

  it("says that it is closed", function()
    local queue = task.queue()
    queue:put "last"
    queue:close()
    assert.equal("last", queue:get())
    assert.equal("closed", select(3, queue:get()))
    assert.equal("closed", select(3, queue:put(1)))
    assert.has_error(function() task.queue():put(nil) end)
  end)

  it("forgets a getter that was cancelled", function()
    local queue = task.queue()
    local getter = task.spawn(function() return queue:get() end)
    task.sleep(0.001)
    getter:cancel()
    getter:join()
    queue:put "kept"
    assert.equal("kept", queue:get())
  end)
end)

describe("task.semaphore", function()
  it("lets in no more tasks than it has places", function()
    local semaphore, live, most = task.semaphore(3), 0, 0
    task.group(function(group)
      for _ = 1, 12 do
        group:spawn(function()
          semaphore:acquire()
          live = live + 1
          most = math.max(most, live)
          task.sleep(0.001)
          live = live - 1
          semaphore:release()
        end)
      end
    end)
    assert.equal(3, most)
    assert.equal(3, semaphore.free)
  end)

  it("does not lose a place to a task that is cancelled in the line", function()
    local semaphore = task.semaphore(1)
    semaphore:acquire()
    local first = task.spawn(function() semaphore:acquire() end)
    local second = task.spawn(function()
      semaphore:acquire()
      return "mine"
    end)
    task.sleep(0.001)
    first:cancel()
    first:join()
    semaphore:release()
    assert.same({ true, "mine" }, { second:join() })
  end)
end)

describe("task.await", function()
  it("turns a callback into a wait", function()
    local uv = require "luv"
    local kind = task.await(function(done)
      uv.fs_stat(".", function(_, stat) done(stat and stat.type) end)
    end)
    assert.equal("directory", kind)
  end)

  it("takes a callback that comes at once, and ignores later ones", function()
    assert.same({ 1, 2 }, { task.await(function(done) done(1, 2) done(3) end) })
  end)
end)

describe("a wait", function()
  it("passes through the user's own coroutines", function()
    local walk = coroutine.wrap(function(a)
      task.sleep(0.001)
      local b = coroutine.yield(a + 1)
      task.sleep(0.001)
      return b * 2
    end)
    assert.equal(2, walk(1))
    assert.equal(20, walk(10))
  end)

  it("passes through coroutines in coroutines and through pcall", function()
    local inner = coroutine.create(function() task.sleep(0.001) error("deep", 0) end)
    local outer = coroutine.wrap(function() return coroutine.resume(inner) end)
    assert.same({ false, "deep" }, { outer() })
    assert.equal("dead", coroutine.status(inner))
  end)

  it("is refused inside gsub and sort, before anything is started", function()
    assert.error_matches(function()
      string.gsub("a", "a", function() task.sleep(0.001) end)
    end, "gsub or sort is in between")
    assert.error_matches(function()
      string.gsub("a", "a", function()
        coroutine.wrap(function() task.sleep(0.001) end)()
      end)
    end, "gsub or sort is in between")
  end)

  it("is refused in a callback of the loop", function()
    local uv = require "luv"
    local ok, err = task.await(function(done)
      local timer = uv.new_timer()
      timer:start(0, 0, function()
        timer:close()
        done(pcall(task.sleep, 1))
      end)
    end)
    assert.is_false(ok)
    assert.matches("not inside a task", err)
  end)

  it("guards a coroutine from being resumed or closed by another task", function()
    local said = task.queue(1)
    local co = coroutine.create(function() return said:get() end)
    local owner = task.spawn(function() return select(2, coroutine.resume(co)) end)
    task.sleep(0)
    local ok, message = coroutine.resume(co)
    assert.is_false(ok)
    assert.matches("waits for the host", message)
    assert.error_matches(function() coroutine.close(co) end, "waits for the host")
    said:put "done"
    assert.same({ true, "done" }, { owner:join() })
  end)

  it("takes no negative time and no NaN", function()
    assert.has_error(function() task.sleep(-1) end)
    assert.has_error(function() task.sleep(0 / 0) end)
    assert.has_error(function() task.sleep "soon" end)
  end)
end)

describe("a plain coroutine", function()
  it("works as in plain Lua", function()
    local co = coroutine.create(function(...)
      local x = coroutine.yield(select("#", ...))
      return x
    end)
    assert.same({ true, 3 }, { coroutine.resume(co, 1, nil, nil) })
    assert.same({ true, "x" }, { coroutine.resume(co, "x") })
    assert.same({ false, "cannot resume dead coroutine" }, { coroutine.resume(co) })
    local own
    own = coroutine.wrap(function()
      return coroutine.resume(coroutine.running())
    end)
    assert.same({ false, "cannot resume non-suspended coroutine" }, { own() })
  end)

  it("closes its variables when coroutine.close is called", function()
    local closed = false
    local co = coroutine.create(function()
      local guard <close> = setmetatable({}, { -- luacheck: ignore 211
        __close = function() closed = true end,
      })
      coroutine.yield()
    end)
    coroutine.resume(co)
    assert.is_true(coroutine.close(co))
    assert.is_true(closed)
  end)
end)

describe("ten thousand tasks", function()
  it("run to their end", function()
    local count = 0
    task.group(function(group)
      for _ = 1, 10000 do
        group:spawn(function()
          task.sleep(0)
          count = count + 1
        end)
      end
    end)
    assert.equal(10000, count)
  end)
end)
