local cause = require "moonwire.report.run.cause"

local function failure(device, host, message, kind)
  return { device = device, host = host, ok = false, kind = kind or "refused",
    phase = "connect", message = message }
end

describe("cause.group", function()
  it("makes one of what differs by the device only", function()
    local causes = cause.group {
      failure("r1", "192.0.2.1", "r1: 192.0.2.1:22: refused"),
      { device = "r2", host = "192.0.2.2", ok = true },
      failure("r3", "192.0.2.3", "r3: 192.0.2.3:22: refused\ntraceback"),
    }
    assert.equal(1, #causes)
    assert.equal(2, causes[1].count)
    assert.equal("<device>:22: refused", causes[1].message)
    assert.same({ "r1", "r3" }, causes[1].devices)
    assert.equal("r[1,3]", cause.names(causes[1]))
  end)

  it("keeps apart what differs otherwise, the most frequent first", function()
    local causes = cause.group {
      failure("r1", "a1", "x"), failure("r2", "a2", "y"), failure("r3", "a3", "y"),
      failure("r4", "a4", "y", "timeout"),
    }
    assert.equal(3, #causes)
    assert.equal("y", causes[1].message)
    assert.equal("x", causes[2].message) -- of equals the first that was met
    assert.equal("timeout", causes[3].kind)
  end)

  it("takes the root that devices share for the cause", function()
    local one, other = failure("r1", "a1", "x"), failure("r2", "a2", "y")
    one.root, other.root = "the jump host is gone", "the jump host is gone"
    assert.equal(2, cause.group({ one, other })[1].count)
  end)

  it("does not mind names that are patterns, short or missing", function()
    local causes = cause.group {
      failure("%1.*", "(", "%1.*: gone"), failure("x", "", "x is in text"),
    }
    assert.equal("gone", causes[1].message)
    assert.equal("x is in text", causes[2].message)
    assert.same({}, cause.group {})
  end)

  it("cuts a list of names that is too long", function()
    local names = {}
    for i = 1, 1000 do
      names[i] = ("host-%d-%d"):format(i * 7919 % 1000, i)
    end
    local text = cause.names { devices = names, count = 1000 }
    assert.is_true(#text < 400)
    assert.matches("1000 devices", text)
  end)
end)
