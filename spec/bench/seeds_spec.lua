local profile = require "moonwire.bench.profile"
local seeds = require "moonwire.bench.seeds"

describe("seeds.compare", function()
  local cloud = profile.profiles.cloud
  local rows = {
    { mode = "sync", seconds = 18, devices = 5, commands = 2 },
    { mode = "warm", seconds = 0.56, devices = 5, commands = 2 },
  }

  it("puts ours beside the published figures and the floor", function()
    local lines = seeds.compare(rows, cloud.lab, cloud.published)
    assert.equal("sync", lines[1].mode)
    assert.equal(29.83, lines[1].document)
    assert.equal(29.2, lines[1].netmiko)
    assert.equal(18, lines[1].seconds)
    assert.is_true(math.abs(lines[1].floor - 16.75) < 1e-9)
    assert.is_nil(lines[2].seconds)
    assert.is_true(math.abs(lines[6].floor - 0.55) < 1e-9)
  end)

  it("leaves a place empty where nothing was measured", function()
    local lines = seeds.compare(rows, cloud.lab, cloud.published)
    local text = seeds.text(lines, "ascii")
    assert.is_truthy(text:find "| threads +| +6.89 | +5.85 | +| +| +|")
    assert.is_truthy(text:find "| sync +| +29.83 | +29.20 | +18.00 | +16.75 | +7 %% |")
    assert.is_truthy(text:find "| Ansible +| +19.00 | +| +| +| +|")
  end)
end)
