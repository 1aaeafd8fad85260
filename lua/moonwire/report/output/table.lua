--- Results as a table, when all have come: a line for each device, or the rows that
-- templates found in their answers.
-- @module moonwire.report.output.table
local escape = require "moonwire.report.escape"
local rows = require "moonwire.report.output.rows"
local text_table = require "moonwire.report.table"

local summary_table = {}

local PLAIN = { "device", "state", "seconds", "answer" }
local WIDEST = 60

local Table = { __name = "moonwire.output.Table" }
Table.__index = Table

--- See `moonwire.report.output`.
-- @tparam table options `write`, `has_rows`
-- @treturn Table
function summary_table.new(options)
  return setmetatable({
    write = options.write,
    has_rows = options.has_rows,
    columns = options.has_rows and { "device" } or PLAIN,
    list = {},
  }, Table)
end

-- The first line that says something.
local function first_line(result)
  local words = result.message
  for _, answer in ipairs(result.ok and result.output or {}) do
    words = words or (answer.output or ""):match "%S[^\n]*"
  end
  words = escape.line(words or "")
  local cut = utf8.offset(words, WIDEST + 1)
  return cut and cut <= #words and words:sub(1, cut - 1) .. "…" or words
end

local function add(self, row)
  row.order = { self.index, #self.list }
  self.list[#self.list + 1] = row
end

--- Take a result.
-- @tparam table result
function Table:result(result)
  self.index = result.index or 0
  if not self.has_rows then
    return add(self, {
      device = result.device, state = result.state,
      seconds = ("%.3f"):format(result.elapsed or 0), answer = first_line(result),
    })
  end
  rows.add_columns(result, self.columns)
  for _, row in ipairs(rows.parsed(result)) do
    self.has_message = self.has_message or row.message ~= nil
    add(self, row)
  end
end

local function is_before(a, b)
  if a.order[1] ~= b.order[1] then
    return a.order[1] < b.order[1]
  end
  return a.order[2] < b.order[2]
end

--- All have come.
function Table:finish()
  table.sort(self.list, is_before)
  if self.has_message then
    self.columns[#self.columns + 1] = "message"
  end
  local titles, cells = {}, {}
  for i, name in ipairs(self.columns) do
    titles[i] = { title = name, align = name == "seconds" and "right" or nil }
  end
  for i, row in ipairs(self.list) do
    cells[i] = {}
    for c, name in ipairs(self.columns) do
      cells[i][c] = row[name]
    end
  end
  self.write(text_table.format(titles, cells))
end

return summary_table
