--- A text table: columns aligned, numbers to the right, lines that suit the reader.
-- @module moonwire.report.table
local escape = require "moonwire.report.escape"
local terminal = require "moonwire.report.terminal"

local text_table = {}

-- left, between and right of the columns; the line itself
local STYLES = {
  utf8 = {
    top = { "┌", "┬", "┐" },
    middle = { "├", "┼", "┤" },
    bottom = { "└", "┴", "┘" },
    row = { "│", "│", "│" },
    dash = "─",
  },
  ascii = {
    top = { "+", "+", "+" },
    middle = { "+", "+", "+" },
    bottom = { "+", "+", "+" },
    row = { "|", "|", "|" },
    dash = "-",
  },
}

local function cell_text(value)
  return value == nil and "" or escape.line(tostring(value))
end

local function pad(text, width, is_right)
  local blank = (" "):rep(width - utf8.len(text))
  return is_right and blank .. text or text .. blank
end

local function read_cells(rows, n)
  local cells, is_number = {}, {}
  for r, row in ipairs(rows) do
    cells[r] = {}
    for c = 1, n do
      cells[r][c] = cell_text(row[c])
      is_number[c] = is_number[c] or type(row[c]) == "number"
    end
  end
  return cells, is_number
end

local function measure(titles, cells)
  local widths = {}
  for c, title in ipairs(titles) do
    widths[c] = utf8.len(title)
    for _, row in ipairs(cells) do
      widths[c] = math.max(widths[c], utf8.len(row[c]))
    end
  end
  return widths
end

local function rule(style, ends, widths)
  local parts = {}
  for c, width in ipairs(widths) do
    parts[c] = style.dash:rep(width + 2)
  end
  return ends[1] .. table.concat(parts, ends[2]) .. ends[3]
end

local function line(style, row, widths, is_right)
  local parts = {}
  for c, width in ipairs(widths) do
    parts[c] = " " .. pad(row[c], width, is_right[c]) .. " "
  end
  local ends = style.row
  return ends[1] .. table.concat(parts, ends[2]) .. ends[3]
end

local function choose_style(name)
  return STYLES[name or (terminal.is_utf8() and "utf8" or "ascii")]
    or error("no such style of table: " .. tostring(name), 3)
end

--- Lay out rows as a table.
-- A column is aligned to the right when it says so or holds a number. Cells may come
-- from devices: they are made safe here.
-- @tparam table columns list of `{ title = string, align = "left"|"right" }`, `align`
-- at will
-- @tparam table rows list of lists of strings, numbers and nils
-- @string[opt] style "utf8" or "ascii"; chosen by the locale when left out
-- @treturn string ends with a newline
function text_table.format(columns, rows, style)
  local chosen = choose_style(style)
  local titles, is_right = {}, {}
  local cells, is_number = read_cells(rows, #columns)
  for c, column in ipairs(columns) do
    titles[c] = cell_text(column.title)
    is_right[c] = column.align == "right" or (column.align == nil and is_number[c])
  end
  local widths = measure(titles, cells)
  local lines = {
    rule(chosen, chosen.top, widths),
    line(chosen, titles, widths, is_right),
    rule(chosen, chosen.middle, widths),
  }
  for _, row in ipairs(cells) do
    lines[#lines + 1] = line(chosen, row, widths, is_right)
  end
  lines[#lines + 1] = rule(chosen, chosen.bottom, widths)
  return table.concat(lines, "\n") .. "\n"
end

return text_table
