local mask = require "moonwire.report.mask"
local platforms = require "moonwire.platform"

describe("a mask over an answer", function()
  local ios = assert(platforms.get "cisco_ios")

  it("hides what differs by nature, and the device's own name", function()
    local answer = "r1 uptime is 3 weeks\nVersion 15.2, on r1-core and xr1\n"
    local text, has_rest = mask(answer, ios, { "r1" })
    assert.equal("<name> <…>\nVersion 15.2, on <name>-core and xr1\n", text)
    assert.is_true(has_rest)
  end)

  it("tells when nothing else is left", function()
    local _, has_rest = mask("r1 uptime is 3 weeks\n\n", ios, { "r1" })
    assert.is_false(has_rest)
    assert.is_false(select(2, mask("", ios, {})))
  end)

  it("hides names, taken as they are, where no platform is known", function()
    local text, has_rest = mask("a.b is up\naxb", nil, { "a.b", "" })
    assert.equal("<name> is up\naxb", text)
    assert.is_true(has_rest)
  end)
end)
