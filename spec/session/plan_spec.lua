local plan = require "moonwire.session.plan"

local PLATFORM = {
  comment = "!",
  push = {
    alone = { "^host" },
    text = { { "^banner (%S)" }, { "^cert", stop = "^quit$" } },
  },
}

local function ranges(lines)
  local found = {}
  for i, unit in ipairs(assert(plan.units(PLATFORM, lines))) do
    found[i] = { unit.first, unit.last, unit.is_alone }
  end
  return found
end

describe("plan.lines", function()
  it("takes texts and lists of texts, with any line ends", function()
    assert.same({ "a", " b", "", "c" }, plan.lines "a \r\n b\n\nc")
    assert.same({ "a", "", "b", "c" }, plan.lines { "a", "", "b\nc" })
    assert.same({}, plan.lines "")
    assert.same({}, plan.lines {})
  end)

  it("refuses everything else", function()
    assert.is_nil(plan.lines(1))
    assert.is_nil(plan.lines { "a", false })
  end)
end)

describe("plan.units", function()
  it("leaves out comments and empty lines, and keeps the numbers", function()
    local lines = { "!", "a", "", " ! x", "b" }
    assert.same({ { 2, 2, false }, { 5, 5, false } }, ranges(lines))
  end)

  it("lets some lines go alone, indented and in capitals too", function()
    assert.same({ { 1, 1, true }, { 2, 2, false } }, ranges { "  HOSTname x", "xhost" })
  end)

  it("keeps a text of several lines together", function()
    local lines = { "banner #", "! a", "b?", "c#", "banner #x#", "cert", "00", "quit" }
    assert.same({ { 1, 4, true }, { 5, 5, false }, { 6, 8, true } }, ranges(lines))
  end)

  it("names the line of a text without an end, and of a key", function()
    local units, message = plan.units(PLATFORM, { "a", "banner #", "b" })
    assert.is_nil(units)
    assert.matches("line 2", message, 1, true)
    units, message = plan.units(PLATFORM, { "a", "a ?" })
    assert.is_nil(units)
    assert.matches("line 2", message, 1, true)
    assert.not_matches("\t", select(2, plan.units(PLATFORM, { "a\tb" })))
  end)
end)

describe("plan.window", function()
  it("takes as many as fit, one at least, and none that goes alone", function()
    local lines = { "aaaa", "bbbb", "cccc", "host x", "d" }
    local units = plan.units(PLATFORM, lines)
    assert.equal(3, plan.window(units, 1, lines, 100))
    assert.equal(2, plan.window(units, 1, lines, 10))
    assert.equal(1, plan.window(units, 1, lines, 0))
    assert.equal(5, plan.window(units, 5, lines, 10))
  end)
end)
