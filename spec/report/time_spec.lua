local time = require "moonwire.report.time"

describe("time.text", function()
  local cases = {
    { 5.962356, "0:00:05.962356" },
    { 29.834032, "0:00:29.834032" },
    { 0, "0:00:00" },
    { 3, "0:00:03" },
    { 3599.9999999, "1:00:00" },
    { 0.000001, "0:00:00.000001" },
    { 86403.000005, "1 day, 0:00:03.000005" },
    { 3 * 86400 + 3661, "3 days, 1:01:01" },
  }
  for _, case in ipairs(cases) do
    it(("writes %s s as %s"):format(case[1], case[2]), function()
      assert.equal(case[2], time.text(case[1]))
    end)
  end

  it("refuses what is no length of time", function()
    assert.has_error(function() time.text(-1) end)
    assert.has_error(function() time.text(0 / 0) end)
    assert.has_error(function() time.text(math.huge) end)
  end)

  it("has the words of the result line", function()
    assert.equal("Total time: 0:00:01.500000", time.total(1.5))
  end)
end)
