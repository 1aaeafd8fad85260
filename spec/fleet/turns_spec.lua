local task = require "moonwire.task"
local turns = require "moonwire.fleet.turns"

local function take(order, n)
  local list = {}
  for i = 1, n do
    list[i] = order:next()
  end
  return list
end

-- Run all, each device for some rounds of the loop; give the order, and the peaks by
-- key.
local function run(options, key_of)
  local order <close> = turns.new(options)
  local seen, open, peaks = {}, {}, {}
  task.group(function(group)
    for index in order.next, order do
      local key = key_of and key_of(index) or "all"
      open[key] = (open[key] or 0) + 1
      peaks[key] = math.max(peaks[key] or 0, open[key])
      seen[#seen + 1] = index
      group:spawn(function()
        for _ = 1, 1 + index % 5 do
          task.sleep(0)
        end
        open[key] = open[key] - 1
        order:done(index)
      end)
    end
  end)
  return seen, peaks, order
end

local function at_most(n)
  return function() return n end
end

describe("moonwire.fleet.turns", function()
  it("goes in the order of the devices, and ends when all are over", function()
    local seen, peaks = run { count = 50, limit = at_most(7) }
    assert.equal(50, #seen)
    for i = 1, 50 do
      assert.equal(i, seen[i])
    end
    assert.equal(7, peaks.all)
  end)

  it("ends at once where there is no device", function()
    local order <close> = turns.new { count = 0, limit = at_most(1) }
    assert.is_nil(order:next())
  end)

  it("has no more at once for a value of a label than its limit", function()
    local function site(index) return "s" .. index % 3 end
    local seen, peaks = run({
      count = 90, limit = at_most(40), labels = { site = 4 }, label_of = site,
    }, site)
    assert.equal(90, #seen)
    assert.same({ s0 = 4, s1 = 4, s2 = 4 }, peaks)
  end)

  it("obeys several labels at once, and leaves no device behind", function()
    local peaks, open = {}, {}
    local function label_of(index, label)
      if label == "pair" then
        return index // 2
      end
      return index % 7 > 0 and index % 7 or nil -- some have none
    end
    local order <close> = turns.new {
      count = 500, limit = at_most(60), labels = { pair = 1, aaa = 5 },
      label_of = label_of,
    }
    local seen = {}
    local function count(index, step)
      for _, label in ipairs { "pair", "aaa" } do
        local value = label_of(index, label)
        if value then
          local key = label .. value
          open[key] = (open[key] or 0) + step
          peaks[label] = math.max(peaks[label] or 0, open[key])
        end
      end
    end
    task.group(function(group)
      for index in order.next, order do
        assert.is_nil(seen[index])
        seen[index] = true
        count(index, 1)
        group:spawn(function()
          for _ = 1, index % 4 do
            task.sleep(0)
          end
          count(index, -1)
          order:done(index)
        end)
      end
    end)
    assert.equal(500, #seen)
    assert.same({ pair = 1, aaa = 5 }, peaks)
  end)

  it("gives the place of one that waits elsewhere to the next in line", function()
    local labels = {
      { a = "x", b = "y" }, { b = "z" }, { a = "x", b = "z" }, { a = "x" },
    }
    local order <close> = turns.new {
      count = 4, limit = at_most(9), labels = { a = 1, b = 1 },
      label_of = function(index, label) return labels[index][label] end,
    }
    assert.same({ 1, 2 }, take(order, 2))
    order:done(1) -- calls 3, which has to wait for 2
    assert.equal(4, order:next())
    order:done(2)
    order:done(4)
    assert.equal(3, order:next())
    order:done(3)
    assert.is_nil(order:next())
  end)

  it("tries again what is given back, behind its pause", function()
    local order <close> = turns.new { count = 2, limit = at_most(2) }
    assert.same({ 1, 2 }, take(order, 2))
    order:again(1, 0.01)
    order:done(2)
    assert.equal(1, order:next())
    order:done(1)
    assert.is_nil(order:next())
  end)

  it("begins nothing while it is paused", function()
    local order <close> = turns.new { count = 2, limit = at_most(2) }
    order:pause()
    local begun
    local member = task.spawn(function() begun = order:next() end)
    task.sleep(0)
    assert.is_nil(begun)
    order:go_on()
    member:join()
    assert.equal(1, begun)
  end)

  it("begins nothing more when stopped, and waits for what is under way", function()
    local order <close> = turns.new { count = 9, limit = at_most(2) }
    take(order, 2)
    order:stop()
    local is_over
    local member = task.spawn(function()
      assert.is_nil(order:next())
      is_over = true
    end)
    order:done(1)
    task.sleep(0)
    assert.is_nil(is_over)
    order:done(2)
    member:join()
    assert.is_true(is_over)
  end)

  it("does not wait when abandoned", function()
    local order <close> = turns.new { count = 9, limit = at_most(2) }
    take(order, 2)
    order:abandon()
    assert.is_nil(order:next())
  end)

  it("asks behind each wave, and not behind the last", function()
    local asked, seen = {}, {}
    local order <close> = turns.new {
      count = 10, limit = at_most(5), ends = { 1, 4, 10 },
      check = function(wave)
        asked[#asked + 1] = { wave, #seen }
        return true
      end,
    }
    task.group(function(group)
      for index in order.next, order do
        seen[#seen + 1] = index
        group:spawn(function() order:done(index) end)
      end
    end)
    assert.same({ { 1, 1 }, { 2, 4 } }, asked)
    assert.equal(10, #seen)
  end)

  it("ends behind a wave that is not well", function()
    local order <close> = turns.new {
      count = 10, limit = at_most(5), ends = { 2, 10 },
      check = function() return false end,
    }
    take(order, 2)
    order:done(1)
    order:done(2)
    assert.is_nil(order:next())
  end)

  -- What is begun of ten devices, three at once, when only some may go on.
  local function begun_behind_stop(options)
    local order <close> = turns.new {
      count = 10, limit = at_most(3), ends = options.ends, check = options.check,
      labels = options.labels, label_of = function() return "one" end,
    }
    local seen = {}
    options.order = order
    task.group(function(group)
      for index in order.next, order do
        seen[#seen + 1] = index
        group:spawn(options.run or order.done, order, index)
      end
    end)
    return seen
  end

  local function is_even(index)
    return index % 2 == 0
  end

  it("has those begun all the same that whoever stops it names", function()
    local options = {}
    function options.run(order, index)
      if index == 1 then
        order:stop(is_even)
      end
      order:done(index)
    end
    assert.same({ 1, 2, 3, 4, 6, 8, 10 }, begun_behind_stop(options))
    options = { ends = { 1, 5, 10 } }
    function options.check()
      options.order:stop(is_even)
      return false
    end
    assert.same({ 1, 2, 4, 6, 8, 10 }, begun_behind_stop(options))
    options.labels = { site = 1 }
    assert.same({ 1, 2, 4, 6, 8, 10 }, begun_behind_stop(options))
  end)

  it("has one begun at once that waited for another try, if it is named", function()
    local options, tries = {}, 0
    function options.run(order, index)
      tries = tries + (index == 2 and 1 or 0)
      if index <= 2 and tries < 2 then
        return order:again(index, 1e6)
      elseif index == 3 then
        order:stop(is_even)
      end
      order:done(index)
    end
    local seen = begun_behind_stop(options)
    table.sort(seen)
    assert.same({ 1, 2, 2, 3, 4, 6, 8, 10 }, seen)
  end)

  it("begins none of those behind a stop that names none", function()
    local order <close> = turns.new { count = 9, limit = at_most(1) }
    take(order, 1)
    order:stop(is_even)
    order:done(1)
    assert.equal(2, order:next())
    order:stop()
    order:stop(is_even)
    order:done(2)
    assert.is_nil(order:next())
  end)

  it("keeps a distance between starts, and varies it", function()
    local order <close> = turns.new {
      count = 3, limit = at_most(9), rate = 1000, jitter = 0.5,
      random = function() return 1 end,
    }
    local first = task.now()
    take(order, 3)
    -- two distances of 1 ms and the half of it: never sooner, however late
    assert.is_true(task.now() - first >= 0.003)
  end)
end)
