local once = require "moonwire.transport.once"
local task = require "moonwire.task"

describe("what is made once", function()
  it("is made by one task while the others wait for it", function()
    local made = 0
    local store = once.new(function(key)
      made = made + 1
      task.sleep(0)
      return key .. made
    end)
    local results = task.map({ 1, 2, 3 }, 3, function() return (store:get "x") end)
    assert.same({ "x1", "x1", "x1" }, results)
    assert.equal("y2", (store:get "y"))
    assert.equal("x1", (store:get "x"))
    store:forget "x"
    assert.equal("x3", (store:get "x"))
  end)

  it("is tried again when it could not be made", function()
    local tries = 0
    local store = once.new(function(_, more)
      tries = tries + 1
      if tries == 1 then
        return nil, "not yet", "local"
      end
      return more
    end)
    assert.same({ nil, "not yet", "local" }, { store:get("x", 1) })
    assert.equal(2, (store:get("x", 2)))
  end)

  it("is made by another task when the one that was at it ends", function()
    local store = once.new(function(_, seconds)
      task.sleep(seconds)
      return seconds
    end)
    local first = task.spawn(function() store:get("x", 60) end)
    task.sleep(0)
    local second = task.spawn(function() return (store:get("x", 0)) end)
    task.sleep(0)
    first:cancel()
    first:join()
    local _, value = second:join()
    assert.equal(0, value or _)
  end)

  it("raises what making it raises, and goes on", function()
    local store = once.new(function(key)
      if key == "bad" then
        error("no", 0)
      end
      return true
    end)
    assert.error_matches(function() store:get "bad" end, "no")
    assert.error_matches(function() store:get "bad" end, "no")
    assert.is_true((store:get "good"))
  end)
end)
