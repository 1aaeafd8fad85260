local platforms = require "moonwire.platform"
local profile = require "moonwire.bench.profile"
local repertoire = require "moonwire.bench.repertoire"

describe("repertoire.of", function()
  it("has two commands for every platform, which only read", function()
    local devices = {}
    for i, name in ipairs(platforms.names()) do
      devices[i] = { device_type = name }
    end
    local by_platform = assert(repertoire.of(devices))
    for _, device in ipairs(devices) do
      local name = device.device_type
      assert.equal(2, #by_platform[name])
      for _, command in ipairs(by_platform[name]) do
        assert.is_true(platforms.is_read_only(platforms.get(name), command), command)
      end
    end
    assert.equal(profile.commands, by_platform.cisco_ios)
  end)

  it("leaves alone a fleet that the usual commands are for", function()
    assert.is_nil(repertoire.of { { device_type = "cisco_ios" } })
    assert.is_nil(repertoire.of { { device_type = "cisco_xe" } })
  end)

  it("asks what nobody knows yet the usual commands", function()
    local by_platform = repertoire.of {
      { device_type = "autodetect" }, { device_type = "vyos" },
    }
    assert.equal(profile.commands, by_platform.autodetect)
    assert.not_equal(profile.commands, by_platform.vyos)
  end)
end)
