local plot = require "moonwire.report.plot"

local function lines_of(text)
  local lines = {}
  for line in text:gmatch "([^\n]*)\n" do
    lines[#lines + 1] = line
  end
  return lines
end

describe("plot.bars", function()
  local bars = {
    { label = "sync", value = 8, note = "8 s" },
    { label = "hybrid", value = 2 },
    { label = "none", value = 0 },
  }

  it("draws to an eighth of a character", function()
    assert.same({
      "sync    ████ 8 s",
      "hybrid  █ 2",
      "none    0",
    }, lines_of(plot.bars(bars, { style = "utf8", width = 4 })))
    local text = plot.bars({ { label = "", value = 8 }, { label = "", value = 3 } },
      { style = "utf8", width = 1 })
    assert.same({ "  █ 8", "  ▍ 3" }, lines_of(text))
  end)

  it("makes do with ASCII", function()
    local text = plot.bars(bars, { style = "ascii", width = 4 })
    assert.same({ "sync    #### 8 s", "hybrid  # 2", "none    0" }, lines_of(text))
    assert.is_nil(text:find "[\x80-\xff]")
  end)

  it("leaves a trace of what is small", function()
    local pair = { { label = "a", value = 1000 }, { label = "b", value = 1 } }
    local text = plot.bars(pair, { style = "utf8" })
    assert.equal("b  ▏ 1", lines_of(text)[2])
  end)

  it("lets no label obey", function()
    local text = plot.bars { { label = "r1\27[2J\n", value = 1, note = "\r1" } }
    assert.is_nil(text:find "[\27\r]")
    assert.equal(1, #lines_of(text))
  end)

  it("refuses a style that is none", function()
    assert.has_error(function() plot.bars(bars, { style = "sixel" }) end,
      "no such style of plot: sixel")
  end)
end)

describe("plot.area", function()
  it("draws with eight dots a character", function()
    local options = { style = "utf8", width = 2, height = 1, from = "0", to = "4" }
    assert.same({ "4 ⢠⣾", "  0 4" }, lines_of(plot.area({ 0, 2, 3, 4 }, options)))
  end)

  it("makes do with ASCII", function()
    local options = { style = "ascii", width = 4, height = 2, from = "0 s", to = "9 s" }
    assert.same({ "2   **", "0 ****", "  0 s 9 s" },
      lines_of(plot.area({ 1, 1, 2, 2 }, options)))
  end)

  it("loses no peak where many values share a column", function()
    local values = {}
    for i = 1, 1000 do
      values[i] = i == 500 and 100 or 1
    end
    local top = lines_of(plot.area(values, { style = "ascii", width = 10 }))[1]
    assert.equal(1, select(2, top:gsub("%*", "")))
  end)

  it("is nothing of nothing", function()
    assert.equal("", plot.area {})
    assert.equal("", plot.area { 0, 0 })
  end)
end)
