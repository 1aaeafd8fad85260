local flags = require "moonwire.fleet.flags"

describe("flags", function()
  it("say yes for what was set, and for nothing else", function()
    math.randomseed(3)
    local some, wanted = flags.new(), {}
    for _ = 1, 500 do
      local index = math.random(1, 5000)
      some:set(index)
      wanted[index] = true
    end
    for index = 1, 5200 do
      assert.equal(wanted[index] or false, some:has(index))
    end
  end)

  it("take no room for each, whatever the order", function()
    local some = flags.new()
    collectgarbage()
    collectgarbage()
    local before = collectgarbage "count"
    for i = 1, 100000 do
      some:set(i * 7919 % 100000 + 1)
    end
    collectgarbage()
    assert.is_true(collectgarbage "count" - before < 100) -- kB
    assert.is_true(some:has(1) and some:has(100000) and not some:has(100001))
  end)
end)
