local state = require "moonwire.fleet.state"

describe("moonwire.fleet.state", function()
  it("says clean only of what failed before it could be written to", function()
    for phase, expected in pairs {
      login = "failed_clean", auth = "failed_clean", connect = "failed_clean",
      job = "unknown", change = "unknown",
    } do
      assert.equal(expected, state.of({ ok = false, phase = phase }, true))
      assert.equal("failed", state.of({ ok = false, phase = phase }, false))
    end
    assert.equal("skipped", state.of({ is_skipped = true }, true))
    assert.equal("done", state.of({ ok = true }, true))
  end)

  it("leaves unknown what was unknown, until a job says otherwise", function()
    local device = { is_in_doubt = true }
    assert.equal("unknown", state.of({ ok = false, phase = "auth" }, true, device))
    assert.equal("unknown", state.of({ is_skipped = true }, true, device))
    for _, name in ipairs { "changed", "unchanged" } do
      local result = { ok = true, value = { state = name } }
      assert.equal(name, state.of(result, true, device))
    end
    local result = { ok = false, detail = { state = "failed_clean" }, phase = "change" }
    assert.equal("failed_clean", state.of(result, true, device))
    assert.equal("skipped", state.of({ is_skipped = true }, false, device))
  end)

  it("takes no word for a state that is none", function()
    assert.equal("done", state.of({ ok = true, value = { state = "splendid" } }, true))
  end)

  it("counts every state, and all of them", function()
    local tally = state.tally()
    assert.equal(0, state.sum(tally))
    for i, name in ipairs(state.names) do
      tally[name] = i
    end
    assert.equal(#state.names * (#state.names + 1) // 2, state.sum(tally))
  end)
end)
