--- Results as CSV: a header, and a row for each answer, or for each row of a template.
-- What a spreadsheet would take for a formula is guarded.
-- @module moonwire.report.output.csv
local escape = require "moonwire.report.escape"
local rows = require "moonwire.report.output.rows"
local writer = require "moonwire.inventory.writer"

local csv = {}

local Csv = { __name = "moonwire.output.Csv" }
Csv.__index = Csv

--- See `moonwire.report.output`.
-- @tparam table options `write`, `has_rows`
-- @treturn Csv
function csv.new(options)
  return setmetatable({
    write = options.write,
    has_rows = options.has_rows,
    columns = not options.has_rows and rows.PLAIN or nil,
    early = {}, -- failures that came before any columns were known
  }, Csv)
end

local function line(cells, columns)
  local parts = {}
  for i, name in ipairs(columns) do
    local value = cells[name]
    parts[i] = value ~= nil and writer.cell(escape.text(tostring(value))) or ""
  end
  return table.concat(parts, ",") .. "\n"
end

function Csv:_begin()
  if not self.has_begun then
    self.has_begun = true
    local names = {}
    for _, name in ipairs(self.columns) do
      names[name] = name
    end
    self.write(line(names, self.columns))
  end
end

function Csv:_write(list)
  self:_begin()
  local lines = {}
  for i, row in ipairs(list) do
    lines[i] = line(row, self.columns)
  end
  self.write(table.concat(lines))
end

-- The columns are those of the first answer that a template has read.
local function columns_of(result)
  local names = rows.add_columns(result, {})
  if #names == 0 then
    return nil
  end
  table.insert(names, 1, "device")
  names[#names + 1] = "message"
  return names
end

--- Take a result.
-- @tparam table result
function Csv:result(result)
  self.columns = self.columns or columns_of(result)
  local list = self.has_rows and rows.parsed(result) or rows.plain(result)
  if not self.columns then
    table.move(list, 1, #list, #self.early + 1, self.early)
    return
  end
  self:_write(list)
end

--- All have come.
function Csv:finish()
  self.columns = self.columns or { "device", "message" }
  self:_write(self.early)
end

return csv
