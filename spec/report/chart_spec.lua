local chart = require "moonwire.report.chart"

-- Every element is closed in order, and nothing but markup has an angle bracket.
local function assert_well_formed(text)
  local open = {}
  for slash, name, rest in text:gmatch "<(/?)([%a]+)([^<>]*)>" do
    if slash == "/" then
      assert.equal(name, table.remove(open))
    elseif not rest:find "/$" then
      open[#open + 1] = name
    end
  end
  assert.equal(0, #open)
  local markup = select(2, text:gsub("<", ""))
  assert.equal(markup, select(2, text:gsub("<(/?)([%a]+)([^<>]*)>", "")))
end

local function bars(label)
  return chart.bars {
    title = "modes",
    axis = "seconds",
    bars = {
      { label = label, value = 8, note = "8.00 s" },
      { label = "nonblocking", value = 2, note = "2.00 s, 4.0× faster" },
    },
  }
end

local function bar_widths(text)
  local widths = {}
  for element in text:gmatch "<rect [^>]*>" do
    local width = element:match 'class="blue".- width="([%d.]+)"'
    widths[#widths + 1] = tonumber(width)
  end
  return widths
end

describe("chart.bars", function()
  it("draws lengths in proportion", function()
    local widths = bar_widths(bars "sync")
    assert.equal(2, #widths)
    assert.is_true(math.abs(widths[1] / widths[2] - 4) < 0.01)
  end)

  it("names what it shows, to screen readers too", function()
    local text = bars "sync"
    assert_well_formed(text)
    assert.is_truthy(text:find("<title>modes</title>", 1, true))
    assert.is_truthy(text:find("2.00 s, 4.0× faster", 1, true))
    assert.is_truthy(text:find("seconds", 1, true))
  end)

  it("lets no text become markup", function()
    local text = bars "</text><script>alert(1)</script>\27"
    assert_well_formed(text)
    assert.is_nil(text:find("<script", 1, true))
    assert.is_nil(text:find("\27", 1, true))
  end)

  it("is readable on a dark page", function()
    assert.is_truthy(bars("sync"):find("prefers-color-scheme: dark", 1, true))
  end)
end)

describe("chart.growth", function()
  it("draws a line for each series", function()
    local text = chart.growth {
      title = "growth",
      panels = {
        {
          title = "CPU per device (ms)",
          x_axis = "devices",
          series = {
            { name = "moonwire", points = { { 100, 0.4 }, { 1000, 0.41 } } },
            { name = "bare C client", points = { { 100, 0.3 }, { 1000, 0.31 } } },
          },
        },
      },
    }
    assert_well_formed(text)
    assert.equal(2, select(2, text:gsub("<polyline", "")))
    assert.equal(4, select(2, text:gsub("<circle", "")))
    assert.is_truthy(text:find("1,000", 1, true))
  end)

  it("says so when nothing was measured", function()
    local series = { { name = "a", points = {} } }
    local panel = { title = "x", x_axis = "devices", series = series }
    local text = chart.growth { title = "growth", panels = { panel } }
    assert_well_formed(text)
    assert.is_truthy(text:find("nothing was measured", 1, true))
  end)
end)
