local term = require "host.term"

describe("lines, consumed from the front", function()
  it("hands out finished lines and the open one", function()
    local screen <close> = term.screen()
    screen:feed "one\r\ntwo\r\nthr"
    assert.equal("one\ntwo\n", screen:text())
    assert.equal("thr", screen:tail())
    screen:drop(4)
    assert.equal("two\n", screen:text())
    screen:feed "ee\r\nf"
    screen:drop(1)
    assert.equal("wo\nthree\n", screen:text())
    screen:drop(1000)
    assert.equal("", screen:text())
    assert.equal("f", screen:tail())
  end)

  it("has the same text whether it is dropped line by line or not", function()
    local screen <close> = term.screen()
    local kept = {}
    for i = 1, 500 do
      screen:feed(("line %d of some\r\nand ha"):format(i))
      local text = screen:text()
      kept[#kept + 1] = text:sub(1, i % 7)
      screen:drop(i % 7)
    end
    kept[#kept + 1] = screen:text() .. screen:tail()
    local all = {}
    for i = 1, 500 do
      all[#all + 1] = ("line %d of some\nand ha"):format(i)
    end
    assert.equal(table.concat(all), table.concat(kept))
  end)
end)

describe("lines, cost", function()
  it("consumes from the front for nothing much", function()
    local screen <close> = term.screen()
    screen:feed(("line\n"):rep(10000))
    local before = screen:work()
    for _ = 1, 10000 do
      screen:drop(5)
    end
    assert.equal("", screen:text())
    assert.is_true(screen:work() - before <= 50000)
  end)

  it("holds no heap while it is new, at a prompt or consumed", function()
    local screen <close> = term.screen()
    assert.equal(0, select(2, screen:work()))
    screen:feed "\r\nR1(config-if)#"
    assert.equal(0, select(2, screen:work()))
    screen:feed(("x"):rep(2^20) .. "\r\nR1(config-if)#")
    assert.is_true(select(2, screen:work()) >= 2^20)
    screen:drop(2^21)
    assert.equal("R1(config-if)#", screen:tail())
    assert.equal(0, select(2, screen:work()))
    screen:feed(("x"):rep(1000))
    screen:clear()
    assert.equal(0, select(2, screen:work()))
  end)

  it("holds no more than twice what it is behind", function()
    local screen <close> = term.screen()
    screen:feed(("x"):rep(899) .. "\n")
    for _ = 1, 1000 do
      screen:feed(("x"):rep(99) .. "\n")
      screen:drop(100)
      assert.is_true(select(2, screen:work()) <= 2048)
    end
  end)

  it("gives most of the heap back when little is left", function()
    local screen <close> = term.screen()
    screen:feed(("x"):rep(2^20) .. "\n" .. ("y"):rep(1000))
    screen:drop(2^20 + 1)
    assert.equal(("y"):rep(1000), screen:tail())
    assert.is_true(select(2, screen:work()) <= 4096)
  end)
end)
