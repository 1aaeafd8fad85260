local log = require "moonwire.platform.log"
local platforms = require "moonwire.platform"

local IOS = assert(platforms.get "cisco_ios")
local MESSAGE = "*Mar  1 00:01:02.123: %SYS-5-CONFIG_I: Configured by admin"

describe("a message of the log", function()
  it("is known by its platform", function()
    assert.is_true(log.is(IOS, MESSAGE))
    assert.is_false(log.is(IOS, "Mar 1 00:01:02"))
    assert.is_true(log.is_in(IOS, "a\n" .. MESSAGE .. "\nb"))
    assert.is_false(log.is_in(IOS, "a\n%SYS-5-CONFIG_I: x\nb"))
  end)

  it("is looked for only where its letters are", function()
    assert.is_true(log.may_be_in(IOS, MESSAGE))
    assert.is_false(log.may_be_in(IOS, "interface Vlan1\n no ip address"))
    assert.is_false(log.may_be_in({ log_needles = log.needles {} }, MESSAGE))
  end)
end)
