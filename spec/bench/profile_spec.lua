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
