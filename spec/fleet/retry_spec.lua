local retry = require "moonwire.fleet.retry"

describe("moonwire.fleet.retry", function()
  it("is safe before the login only, and for what may pass only", function()
    local safe = {
      { "refused", "connect" }, { "unreachable", "connect" }, { "timeout", "banner" },
      { "dropped", "kex" },
    }
    local unsafe = {
      { "auth", "auth" }, { "timeout", "auth" }, { "dropped", "command" },
      { "hostkey", "hostkey" }, { "algorithm", "kex" }, { "timeout", "config" },
      { "dropped", "job" }, { "resolve", "resolve" },
    }
    for _, case in ipairs(safe) do
      assert.is_true(retry.is_safe { ok = false, kind = case[1], phase = case[2] })
    end
    for _, case in ipairs(unsafe) do
      assert.is_false(retry.is_safe { ok = false, kind = case[1], phase = case[2] })
    end
    assert.is_false(retry.is_safe { ok = true })
  end)

  it("waits twice as long each time, up to a minute, never all the same", function()
    local function most() return 1 end
    local function least() return 0 end
    assert.equal(1, retry.pause(1, nil, most))
    assert.equal(0.5, retry.pause(1, nil, least))
    assert.equal(8, retry.pause(4, nil, most))
    assert.equal(60, retry.pause(50, nil, most))
    assert.equal(0.2, retry.pause(2, 0.1, most))
  end)
end)
