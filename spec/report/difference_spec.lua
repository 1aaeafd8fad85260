local difference = require "moonwire.report.difference"

describe("moonwire.report.difference", function()
  it("gives the lines that differ, in their order", function()
    assert.equal("", difference.text("a\nb\n", "a\nb"))
    assert.equal("- b\n+ c\n", difference.text("a\nb\nd\n", "a\nc\nd\n"))
    assert.equal("+ x\n", difference.text("a\nb", "a\nx\nb"))
    assert.equal("- a\n", difference.text("a\nb", "b"))
    assert.equal("- \n+ a\n", difference.text("", "a"))
  end)

  it("keeps as many lines as can be kept", function()
    local changes = difference.lines("a\nb\nc\na\nb\nb\na", "c\nb\na\nb\na\nc")
    assert.equal(5, #changes) -- seven lines, six lines, four of them in common
  end)

  it("turns one text into the other, whatever they are", function()
    math.randomseed(7)
    local function any()
      local lines = {}
      for i = 1, math.random(0, 12) do
        lines[i] = ("abc"):sub(math.random(3), -1):sub(1, 1)
      end
      return lines
    end
    local function count(counts, lines, step)
      for _, line in ipairs(#lines > 0 and lines or { "" }) do
        counts[line] = (counts[line] or 0) + step
      end
    end
    for _ = 1, 300 do
      local old, new, counts = any(), any(), {}
      count(counts, old, 1)
      count(counts, new, -1)
      local a, b = table.concat(old, "\n"), table.concat(new, "\n")
      for _, change in ipairs(difference.lines(a, b)) do
        count(counts, { change[2] }, change[1] == "+" and 1 or -1)
      end
      for _, rest in pairs(counts) do
        assert.equal(0, rest)
      end
    end
  end)

  it("takes texts that differ over too many lines for all different", function()
    local old, new = {}, {}
    for i = 1, 1500 do
      old[i], new[i] = "a" .. i, "b" .. i
    end
    new[700] = "a700"
    local a, b = table.concat(old, "\n"), table.concat(new, "\n")
    assert.equal(3000, #difference.lines(a, b))
  end)
end)
