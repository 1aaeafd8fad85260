local progress = require "moonwire.report.progress"

local function recorder()
  local stream = { text = "" }
  function stream:write(...)
    self.text = self.text .. table.concat { ... }
    return self
  end
  function stream.flush() end
  return stream
end

local function counting(is_terminal, total)
  local clock, stream = { seconds = 100 }, recorder()
  local bar = progress.new {
    total = total,
    label = "sync",
    stream = stream,
    is_terminal = is_terminal,
    now = function() return clock.seconds end,
  }
  return bar, clock, stream
end

local function count(text, part)
  return select(2, text:gsub(part, ""))
end

describe("progress on a terminal", function()
  it("redraws one line, at most ten times a second", function()
    local bar, clock, stream = counting(true, 1000)
    for _ = 1, 1000 do
      clock.seconds = clock.seconds + 0.001
      bar:step(true)
    end
    bar:finish()
    assert.is_true(count(stream.text, "\r") <= 11)
    assert.equal(1, count(stream.text, "\n"))
    assert.is_truthy(stream.text:find("[########################] 1000/1000", 1, true))
  end)

  it("says how fast it goes, what failed and how long it will take", function()
    local bar, clock, stream = counting(true, 10)
    clock.seconds = clock.seconds + 2
    bar:step(false)
    local expected = "[##......................] 1/10  0.5/s  1 failed  0:18 left"
    assert.is_truthy(stream.text:find(expected, 1, true))
  end)
end)

describe("progress elsewhere", function()
  it("writes a plain line at most once a second, and the last", function()
    local bar, clock, stream = counting(false, 30)
    for _ = 1, 30 do
      clock.seconds = clock.seconds + 0.1
      bar:step(true)
    end
    bar:finish()
    bar:finish()
    assert.is_nil(stream.text:find "[\r\27]")
    assert.is_true(count(stream.text, "\n") <= 4)
    assert.is_truthy(stream.text:find "sync  30/30  10.0/s  0 failed\n$")
  end)

  it("does not say the last state twice", function()
    local bar, clock, stream = counting(false, 1)
    clock.seconds = clock.seconds + 5
    bar:step(true)
    bar:finish()
    assert.equal(1, count(stream.text, "\n"))
  end)

  it("can count nothing", function()
    local bar, _, stream = counting(true, 0)
    bar:finish()
    assert.is_truthy(stream.text:find("0/0", 1, true))
  end)
end)
