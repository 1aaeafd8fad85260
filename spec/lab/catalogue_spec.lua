local address = require "moonwire.lab.address"
local catalogue = require "moonwire.lab.catalogue"
local chance = require "moonwire.lab.chance"
local option = require "moonwire.lab.option"
local template = require "moonwire.lab.template"

local function new(options)
  return catalogue.new(assert(option.complete(options)))
end

describe("address", function()
  it("is one for each device, and tells which", function()
    for index, text in pairs {
      [1] = "127.1.0.1",
      [255] = "127.1.0.255",
      [256] = "127.1.1.0",
      [10000] = "127.1.39.16",
      [65536] = "127.2.0.0",
      [address.MOST] = "127.254.255.255",
    } do
      assert.equal(text, address.of(index))
      assert.equal(index, address.index(text))
    end
    for _, text in ipairs { "127.0.0.1", "127.1.0.0", "10.1.0.1", "::1", "" } do
      assert.is_nil(address.index(text))
    end
  end)

  it("has names that can be read back, in any case", function()
    for _, index in ipairs { 1, 2, 3, 4, 5, 6, 10000 } do
      local name = address.name(index)
      assert.equal(index, address.named(name))
      assert.equal(index, address.named(name:lower()))
      assert.equal(index, address.named(name:upper()))
    end
    for _, name in ipairs { "R1", "R5", "R0", "R06", "R", "6", "", "R6x", "R1e9" } do
      assert.is_nil(address.named(name))
    end
  end)
end)

describe("chance", function()
  it("is the same for the same, and spread evenly", function()
    assert.equal(chance.unit(1, "drop", 7), chance.unit(1, "drop", 7))
    local sum = 0
    for i = 1, 10000 do
      local unit = chance.unit(1, "drop", i)
      assert.is_true(unit >= 0 and unit < 1)
      sum = sum + unit
    end
    assert.near(0.5, sum / 10000, 0.02)
    assert.matches("^[%w./]+$", chance.letters(22, 1, "x"))
    assert.equal(22, #chance.letters(22, 1, "x"))
  end)
end)

describe("template", function()
  local fillers = {
    name = function(subject)
      return subject.name
    end,
  }

  it("fills gaps, wide ones too", function()
    local fill = template.compile("a @name@ b [@name:5@] @name@", fillers)
    assert.equal("a x b [x    ] x", fill { name = "x" })
    assert.equal("a longer b [longer] longer", fill { name = "longer" })
    assert.equal("no gap", template.compile("no gap", fillers) {})
  end)

  it("raises for a gap that nobody fills", function()
    assert.has_error(function()
      template.compile("@other@", fillers)
    end)
  end)

  it("makes cells of texts and of gaps", function()
    assert.equal("ab   ", template.cell("ab", 5))
    assert.equal("@name:5@", template.cell("@name@", 5))
  end)
end)

describe("a catalogue", function()
  it("finds devices by name and address, and no others", function()
    local all = new { devices = 20 }
    assert.equal(17, all:named "r17")
    assert.equal(17, all:at "127.1.0.17")
    assert.is_nil(all:named "R21")
    assert.is_nil(all:at "127.1.0.21")
  end)

  it("knows names and settings that were given", function()
    local all = new { rtt = 1, devices = { { name = "edge", rtt = 2 }, {} } }
    assert.equal(1, all:named "EDGE")
    assert.equal(2, all:named "SW-CORE_2")
    assert.is_nil(all:named "SW-CORE_1")
    assert.equal(2, all:settings(1).rtt)
    assert.equal(1, all:settings(2).rtt)
    assert.equal("admin", all:settings(1).username)
  end)

  it("sends clients of a refusing device to the port where nobody is", function()
    local all = new { devices = 2, faults = { { name = "refuse", device = 2 } } }
    local devices = all:inventory { port = 22, closed_port = 23, host_key = "SHA256:x" }
    assert.equal(22, devices[1].port)
    assert.equal(23, devices[2].port)
    assert.equal("SHA256:x", devices[2].host_key)
  end)
end)
