local text_table = require "moonwire.report.table"

describe("table.format", function()
  local columns = {
    { title = "mode" },
    { title = "s", align = "right" },
    { title = "n" },
  }
  local rows = { { "sync", "8.10", 5 }, { "Zürich", "10.00" } }

  it("aligns text to the left and numbers to the right", function()
    assert.equal(table.concat({
      "+--------+-------+---+",
      "| mode   |     s | n |",
      "+--------+-------+---+",
      "| sync   |  8.10 | 5 |",
      "| Zürich | 10.00 |   |",
      "+--------+-------+---+",
      "",
    }, "\n"), text_table.format(columns, rows, "ascii"))
  end)

  it("draws lines where the locale has them", function()
    local text = text_table.format({ { title = "a" } }, { { "b" } }, "utf8")
    assert.equal("┌───┐\n│ a │\n├───┤\n│ b │\n└───┘\n", text)
  end)

  it("shows what a device could do to the terminal", function()
    local text = text_table.format({ { title = "x" } }, { { "\27[2J\n" } }, "ascii")
    assert.is_truthy(text:find("\\x1b[2J\\x0a", 1, true))
  end)

  it("refuses a style it does not have", function()
    assert.has_error(function() text_table.format(columns, rows, "html") end)
  end)
end)
