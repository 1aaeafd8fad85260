local profile = require "moonwire.bench.profile"

describe("profile.floor", function()
  it("is what distance and devices take", function()
    local login, again = profile.floor(profile.profiles.cloud.lab, 2)
    assert.is_true(math.abs(login - 3.35) < 1e-9)
    assert.is_true(math.abs(again - 0.55) < 1e-9)
  end)
end)

describe("profile.profiles", function()
  it("has every name that the command line offers", function()
    for _, name in ipairs(profile.names) do
      assert.equal(5, profile.profiles[name].lab.devices)
    end
  end)
end)

describe("profile.expected", function()
  local lab = { rtt = 0.1, think = 0.2 }
  local options = { commands = { "show clock" } }

  it("is a session's floor for all that wait for each other", function()
    assert.is_true(math.abs(profile.expected("sync", 100, lab, options) - 50) < 1e-9)
    assert.is_true(math.abs(profile.expected("threads", 95, lab, options) - 5) < 1e-9)
    local few = { commands = options.commands, workers = 2, dwell = 1 }
    assert.is_true(math.abs(profile.expected("threads", 95, lab, few) - 72) < 1e-9)
  end)

  it("is nothing where all go at once, or nothing is known", function()
    assert.equal(0, profile.expected("nonblocking", 100, lab, options))
    assert.equal(0, profile.expected("sync", 100, nil, options))
  end)
end)
