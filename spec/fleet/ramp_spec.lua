-- Faults of spec/README.md: N14.
local ramp = require "moonwire.fleet.ramp"

local LATE = { ok = false, kind = "timeout", phase = "auth" }

describe("moonwire.fleet.ramp", function()
  it("begins modestly, and grows with every login up to the most", function()
    local self = ramp.new { most = 40 }
    assert.equal(32, self:allowed())
    for _ = 1, 20 do
      self:grow()
    end
    assert.equal(40, self:allowed())
    assert.equal(3, ramp.new({ most = 3 }):allowed())
  end)

  it("does not grow while there is no time left", function()
    local share = 1
    local self = ramp.new { most = 500, busy = function() return share end }
    for _ = 1, 100 do
      self:grow()
    end
    assert.equal(32, self:allowed())
    share = 0.5
    self:grow()
    assert.equal(33, self:allowed())
  end)

  it("halves when logins time out, says so, and grows slowly from there", function()
    local said = {}
    local self = ramp.new {
      most = 500, first = 100, say = function(text) said[#said + 1] = text end,
    }
    for _ = 1, 5 do
      self:note(LATE, 0)
    end
    assert.equal(50, self:allowed())
    assert.matches("at most 50 devices at once", said[1])
    self:note(LATE, 0) -- began before
    self:note(LATE, 0)
    self:note(LATE, 0)
    assert.equal(50, self:allowed())
    for _ = 1, 50 do
      self:grow()
    end
    assert.equal(50, self:allowed()) -- nearly one more
    self:grow()
    assert.equal(51, self:allowed())
    for _ = 1, 30 do
      for _ = 1, 10 do
        self:note(LATE, self.generation)
      end
    end
    assert.equal(1, self:allowed())
  end)

  it("does not take a few dead devices for too many at once", function()
    local self = ramp.new { most = 500, first = 100 }
    for i = 1, 1000 do
      self:grow()
      if i % 20 == 0 then
        self:note(LATE, 0)
      end
    end
    assert.equal(500, self:allowed())
  end)

  it("does not take those for it either that began together and are late together",
    function()
      local self = ramp.new { most = 500, first = 100 }
      for _ = 1, 1000 do
        self:grow()
      end
      for _ = 1, 10 do
        self:note(LATE, 0)
      end
      assert.equal(500, self:allowed())
    end)

  it("looks at time-outs of logins only", function()
    local self = ramp.new { most = 100, first = 100 }
    for _ = 1, 10 do
      self:note({ ok = true }, 0)
      self:note({ ok = false, kind = "auth", phase = "auth" }, 0)
      self:note({ ok = false, kind = "timeout", phase = "command" }, 0)
      self:note({ ok = false, kind = "refused", phase = "connect" }, 0)
    end
    assert.equal(100, self:allowed())
  end)
end)
