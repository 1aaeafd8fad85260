-- Faults of spec/README.md: I7.
local inventory = require "moonwire.inventory"

local function device(name, jump)
  return {
    name = name,
    host = name,
    username = "u",
    password = "p",
    device_type = "cisco_ios",
    jump = jump,
  }
end

local function load(...)
  return inventory.load { devices = { ... } }
end

local function complaint(...)
  local loaded, message, kind = load(...)
  assert.is_nil(loaded)
  assert.equal("invalid", kind)
  return message
end

describe("the jump host of a device in an inventory", function()
  it("may be another device of it, by name", function()
    local r1, bastion, r2 = device("r1", "b"), device "b", device("r2", { "b", "x" })
    local loaded = assert(load(r1, bastion, r2))
    assert.equal(loaded[2], loaded[1].jump)
    assert.equal(loaded[2], loaded[3].jump[1])
    assert.equal("x", loaded[3].jump[2])
    assert.is_nil(loaded[2].jump)
  end)

  it("may be an address, or none", function()
    for _, text in ipairs {
      "bastion", "op@bastion:2022", "a,op@b", "[2001:db8::1]:22", "ssh://op@b:22",
      "none",
    } do
      assert.equal(text, assert(load(device("r1", text)))[1].jump)
    end
  end)

  it("may be a table like a device, with less in it", function()
    local shared = { host = "b", username = "op", password = "x", jump = "c" }
    local loaded = assert(load(device("r1", shared), device("r2", { shared })))
    local hop = loaded[1].jump
    assert.equal("b", hop.host)
    assert.equal(22, hop.port)
    assert.equal("strict", hop.host_key_policy)
    assert.equal("userdata", type(hop.password))
    assert.equal("c", hop.jump)
    assert.equal(hop, loaded[2].jump[1])
  end)

  it("is complained about when it is none", function()
    local wrongs = { "", "a b", "-oX", "$(x)", 5, true, {}, { 5 }, { "a;b" } }
    for _, wrong in ipairs(wrongs) do
      assert.matches("jump: must be", complaint(device("r1", wrong)))
    end
    local misspelt = device("r1", { host = "b", hots = 1 })
    assert.matches("unknown key \"hots\"", complaint(misspelt))
    assert.matches("circle", complaint(device("r1", "r2"), device("r2", "r1")))
    assert.matches("circle", complaint(device("r1", "r1")))
  end)

  it("may have a limit", function()
    local one = device "r1"
    one.jump_limit = 5
    assert.equal(5, assert(load(one))[1].jump_limit)
    one.jump_limit = 0
    assert.matches("jump_limit", complaint(one))
  end)
end)

describe("the proxy command of a device in an inventory", function()
  it("is one line of text", function()
    local one = device "r1"
    one.proxy_command = "nc %h %p"
    assert.equal("nc %h %p", assert(load(one))[1].proxy_command)
    one.proxy_command = "a\nb"
    assert.matches("proxy_command", complaint(one))
  end)

  it("may come from the caller, for the devices of a lab too", function()
    local options = { defaults = { jump = "op@bastion", port = 1 } }
    local loaded <close> = assert(inventory.load("lab:2", options))
    for _, one in ipairs(loaded) do
      assert.equal("op@bastion", one.jump)
      assert.not_equal(1, one.port) -- which the lab has given
    end
    local none, message, kind = inventory.load("lab:2", { defaults = { jmup = "b" } })
    assert.is_nil(none)
    assert.equal("invalid", kind)
    assert.matches('defaults: unknown key "jmup"', message, 1, true)
  end)
end)
