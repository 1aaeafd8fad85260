local algorithms = require "host.algorithms"
local inventory = require "moonwire.inventory"
local log = require "moonwire.log"
local offer = require "moonwire.transport.offer"

describe("moonwire.transport.offer", function()
  local said

  before_each(function()
    said = {}
    log.redirect(function(text) said[#said + 1] = text end)
  end)

  after_each(function()
    log.redirect(nil)
  end)

  local function lists(given, device_type)
    return offer.lists { host = "r1", algorithms = given, device_type = device_type }
  end

  it("is the default unless something is said", function()
    local found = lists(nil)
    for kind, list in pairs(algorithms.default()) do
      assert.equal(list, found[kind])
    end
    assert.same({}, found.lacking)
  end)

  it("is a profile by its name", function()
    for _, name in ipairs { "modern", "default", "legacy-cisco", "legacy-all" } do
      assert.equal(algorithms.default(name).kex, lists(name).kex)
    end
    assert.are_not.equal(lists("modern").ciphers, lists("legacy-all").ciphers)
  end)

  it("is what the platform needs where that is asked for", function()
    assert.equal(algorithms.default("legacy-cisco").kex,
      lists("platform", "cisco_ios").kex)
    assert.equal(algorithms.default().kex, lists("platform", "linux").kex)
    assert.equal(algorithms.default().kex, lists("platform").kex)
    assert.equal(algorithms.default().kex, lists(nil, "cisco_ios").kex)
  end)

  it("is made of lists that build on a profile", function()
    local found = lists { kex = "+diffie-hellman-group1-sha1", ciphers = "3des-cbc" }
    assert.equal(algorithms.default().kex .. ",diffie-hellman-group1-sha1", found.kex)
    assert.equal("3des-cbc", found.ciphers)
    assert.equal(algorithms.default().macs, found.macs)
    found = lists { profile = "modern", macs = "^hmac-sha1" }
    assert.equal("hmac-sha1," .. algorithms.default("modern").macs, found.macs)
    assert.equal(algorithms.default("modern").kex, found.kex)
  end)

  it("names what libssh does not have, once", function()
    for _ = 1, 3 do
      local found = lists { hostkey_types = "+ssh-dss", macs = "+hmac-md5,hmac-sha1" }
      assert.same({ hostkey_types = { "ssh-dss" }, macs = { "hmac-md5" } },
        found.lacking)
      assert.is_truthy(found.macs:find("hmac-sha1", 1, true))
    end
    table.sort(said)
    assert.same({
      "hostkey_types: libssh does not have ssh-dss",
      "macs: libssh does not have hmac-md5",
    }, said)
  end)

  it("cannot be empty, or of a profile that is not there", function()
    for _, given in ipairs { { ciphers = "arcfour" }, { profile = "old" }, "old" } do
      local found, message, kind = lists(given)
      assert.is_nil(found)
      assert.equal("algorithm", kind)
      assert.is_string(message)
    end
  end)

  it("is read from an inventory", function()
    local device = {
      host = "r1", username = "a", password = "b", device_type = "cisco_ios",
      algorithms = { kex = "+diffie-hellman-group1-sha1", profile = "modern" },
    }
    assert.same(device.algorithms, assert(inventory.load { device })[1].algorithms)
    for _, wrong in ipairs { { kexx = "a" }, { kex = 1 }, { kex = "a b" }, 7 } do
      device.algorithms = wrong
      local none, message = inventory.load { device }
      assert.is_nil(none)
      assert.is_truthy(message:find("algorithms", 1, true))
    end
  end)
end)
