local duration = require "moonwire.duration"

describe("duration.parse", function()
  for text, seconds in pairs {
    ["50ms"] = 0.05,
    ["0.2s"] = 0.2,
    [".5s"] = 0.5,
    ["2s"] = 2,
    ["1m"] = 60,
    ["2h"] = 7200,
    ["250us"] = 0.00025,
    ["3"] = 3,
    ["1.5"] = 1.5,
    [" 7 s "] = 7,
    ["0"] = 0,
  } do
    it("reads " .. text, function()
      assert.near(seconds, duration.parse(text), 1e-12)
    end)
  end

  it("takes a number for seconds", function()
    assert.equal(0.25, duration.parse(0.25))
  end)

  local wrong = { "", "ms", "-1s", "1d", "1s2s", "1,5s", "0x10", "nan", "1e3" }
  for _, text in ipairs(wrong) do
    it(("refuses %q"):format(text), function()
      local seconds, message, kind = duration.parse(text)
      assert.is_nil(seconds)
      assert.equal("invalid", kind)
      assert.matches(text, message, 1, true)
    end)
  end
end)

describe("duration.option", function()
  it("names the option in its message", function()
    local seconds, message = duration.option "--rtt" "soon"
    assert.is_nil(seconds)
    assert.matches("^%-%-rtt: 'soon' is not", message)
  end)

  it("reads what parse reads", function()
    assert.equal(0.05, duration.option "--rtt" "50ms")
  end)
end)

describe("duration.format", function()
  it("chooses the unit", function()
    assert.equal("2 s", duration.format(2))
    assert.equal("50 ms", duration.format(0.05))
    assert.equal("250 us", duration.format(0.00025))
    assert.equal("0 s", duration.format(0))
  end)
end)
