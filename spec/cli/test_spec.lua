local files = require "spec.support.files"
local program = require "spec.support.program"

local SAMPLE = "scripts/health_spec.lua"

local function run(...)
  return program.run { "test", "-o", "TAP", ... }
end

local function with_spec(text, fn)
  files.with_folder(function(folder)
    local path = folder .. "/own_spec.lua"
    files.write(path, text)
    fn(path)
  end)
end

describe("moonwire test", function()
  it("gives a spec of one's own its devices, and the sample passes", function()
    local ran = run("-i", "lab:3", SAMPLE)
    assert.equal("", ran.errors)
    assert.matches("\n2 passed, 0 failed, 0 skipped\n$", ran.output)
    assert.equal(0, ran.status)
  end)

  it("names the devices on which a spec failed, and why", function()
    with_spec([[
      local testing = require "moonwire.testing"
      it("is R9", function()
        testing.each(testing.devices(), function(session, device)
          assert.equal("SW-CORE_2", device.name, "another one")
        end)
      end)
    ]], function(path)
      local ran = run("-i", "lab:3", path)
      assert.equal(1, ran.status)
      assert.matches("2 of 3 devices failed:", ran.output, 1, true)
      assert.matches("SW-CORE_1: ", ran.output, 1, true)
      assert.matches("another one", ran.output, 1, true)
      assert.is_nil(ran.output:find("SW-CORE_2: ", 1, true))
    end)
  end)

  it("takes only the devices that a filter wants", function()
    with_spec([[
      local testing = require "moonwire.testing"
      it("counts", function()
        assert.equal(2, #testing.devices())
        assert.equal(1, #testing.devices "SW-CORE_1")
        assert.has_error(function() testing.devices "nobody" end,
          "testing.devices: no device is wanted by nobody")
        assert.has_error(function() testing.devices "(" end)
      end)
    ]], function(path)
      local ran = run("-i", "lab:3", "--limit", "2", path)
      assert.equal(0, ran.status, ran.output)
    end)
  end)

  it("says that a device cannot be reached", function()
    with_spec([[
      local testing = require "moonwire.testing"
      it("is there", function()
        local device = setmetatable({ port = 1 }, { __index = testing.devices()[1] })
        testing.each({ device }, function() end)
      end)
    ]], function(path)
      local ran = run("-i", "lab:1", path)
      assert.equal(1, ran.status)
      assert.matches("refused", ran.output, 1, true)
    end)
  end)

  it("raises where no inventory was given", function()
    local ran = run(SAMPLE)
    assert.equal(1, ran.status)
    assert.matches("moonwire test -i INVENTORY", ran.output .. ran.errors, 1, true)
  end)

  it("starts nothing when the command line or the inventory is wrong", function()
    for _, words in ipairs {
      { "-i", "/nowhere.yaml", SAMPLE },
      { "-i", "lab:3", "-l", "(", SAMPLE },
      { "-i", "lab:3", "-d", "password=x", SAMPLE },
      { "--bogus" },
    } do
      local ran = run(table.unpack(words))
      assert.equal(2, ran.status, ran.output)
      assert.matches("moonwire test: ", ran.errors, 1, true)
      assert.equal("", ran.output)
    end
    assert.matches("-i <inventory>", run("--help").output, 1, true)
  end)
end)
