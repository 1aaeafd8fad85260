local clock = require "moonwire.lab.clock"
local task = require "moonwire.task"

-- who wakes up when, by the clock
local function wake_times(kind, sleeps)
  local it, woken = clock.new(kind), {}
  task.group(function(group)
    for name, seconds in pairs(sleeps) do
      group:spawn(function()
        it:sleep(seconds)
        table.insert(woken, name)
        woken[name] = it:now()
      end)
    end
  end)
  return woken, it
end

describe("a virtual clock", function()
  it("jumps to where the next one wakes up", function()
    local woken, it = wake_times("virtual", { late = 86400, early = 300, again = 300 })
    assert.equal("late", woken[3])
    assert.equal(300, woken.early)
    assert.equal(300, woken.again)
    assert.equal(86400, woken.late)
    assert.equal(86400, it:now())
  end)

  it("stands still while nobody sleeps", function()
    local it = clock.new "virtual"
    task.sleep(0)
    task.sleep(0)
    assert.equal(0, it:now())
    it:advance(600)
    assert.equal(600, it:now())
  end)

  it("wakes in order those whom it is advanced past", function()
    local it, woken = clock.new "virtual", {}
    task.group(function(group)
      for _, seconds in ipairs { 20, 10, 40 } do
        group:spawn(function()
          it:sleep(seconds)
          table.insert(woken, seconds)
        end)
      end
      group:spawn(function()
        it:advance(30)
        assert.equal(30, it:now())
      end)
    end)
    assert.same({ 10, 20, 40 }, woken)
    assert.equal(40, it:now())
  end)

  it("forgets one who was torn out of its sleep", function()
    local it = clock.new "virtual"
    task.group(function(group)
      local sleeper = group:spawn(function()
        it:sleep(1000)
      end)
      group:spawn(function()
        sleeper:cancel()
      end)
    end)
    assert.equal(0, #it.sleepers)
    task.sleep(0)
    assert.equal(0, it:now())
  end)

  it("rings alarms when it gets there, unless they were taken back", function()
    local it, rung = clock.new "virtual", {}
    do
      local _ <close> = it:alarm(5, function() table.insert(rung, "never") end)
    end
    it:alarm(10, function() table.insert(rung, it:now()) end)
    it:alarm(20, function() table.insert(rung, it:now()) end)
    task.sleep(0)
    task.sleep(0)
    task.sleep(0)
    assert.same({}, rung) -- nobody sleeps, so it stands still
    it:sleep(15)
    assert.same({ 10 }, rung)
    it:advance(5)
    assert.same({ 10, 20 }, rung)
  end)

  it("begins on a day that is always the same", function()
    assert.equal(clock.new("virtual"):date(), clock.new("virtual"):date())
  end)
end)

describe("a clock that is not virtual", function()
  it("goes as many times as fast", function()
    local woken = wake_times(100000, { one = 100 })
    assert.is_true(woken.one >= 100)
  end)

  it("rings alarms, unless they were taken back", function()
    local it, rung = clock.new(100000), {}
    do
      local _ <close> = it:alarm(50, function() table.insert(rung, "never") end)
    end
    task.await(function(done)
      it:alarm(100, function()
        table.insert(rung, "rung")
        done()
      end)
    end)
    assert.same({ "rung" }, rung)
  end)

  it("cannot be advanced", function()
    assert.has_error(function() clock.new("real"):advance(1) end)
    assert.has_error(function() clock.new(60):advance(1) end)
  end)
end)

describe("clock.complaint", function()
  it("knows what a clock can be", function()
    for _, kind in ipairs { "real", "virtual", 60, 0.5 } do
      assert.is_nil(clock.complaint(kind))
    end
    for _, kind in ipairs { "fast", 0, -1, math.huge, 0 / 0, true } do
      assert.is_string(clock.complaint(kind))
    end
  end)
end)
