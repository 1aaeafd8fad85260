--- Charts of characters, for a terminal: bars to an eighth of a character and lines of
-- braille dots where there is UTF-8, number signs and stars elsewhere.
-- @module moonwire.report.plot
local axis = require "moonwire.report.axis"
local escape = require "moonwire.report.escape"
local terminal = require "moonwire.report.terminal"

local plot = {}

local WIDTH = 48
local HEIGHT = 6
local EIGHTHS = { "▏", "▎", "▍", "▌", "▋", "▊", "▉" }

local function utf8_bar(part, width)
  local eighths = math.max(1, math.floor(part * width * 8 + 0.5))
  return ("█"):rep(eighths // 8) .. (EIGHTHS[eighths % 8] or "")
end

local function ascii_bar(part, width)
  return ("#"):rep(math.max(1, math.floor(part * width + 0.5)))
end

-- What draws the bars and the dots of each style.
local STYLES = { utf8 = utf8_bar, ascii = ascii_bar }

local function choose_style(name)
  local style = name or (terminal.is_utf8() and "utf8" or "ascii")
  if not STYLES[style] then
    error("no such style of plot: " .. tostring(name), 3)
  end
  return style
end

local function widest(texts)
  local width = 0
  for _, text in ipairs(texts) do
    width = math.max(width, utf8.len(text))
  end
  return width
end

local function pad(text, width)
  return text .. (" "):rep(width - utf8.len(text))
end

local function labels_of(bars)
  local labels, greatest = {}, 0
  for i, bar in ipairs(bars) do
    labels[i] = escape.line(bar.label)
    greatest = math.max(greatest, bar.value)
  end
  return labels, greatest
end

--- Bars below each other, from zero; the longest takes the width. A value of zero has
-- no bar, any other at least a trace of one.
-- @tparam table bars list of `{ label =, value =, note = (what stands behind it) }`
-- @tparam[opt] table options `style` ("utf8" or "ascii"; by the locale when left out),
-- `width` (characters of the longest bar; 48)
-- @treturn string a line for each
function plot.bars(bars, options)
  local chosen = options or {}
  local draw = STYLES[choose_style(chosen.style)]
  local labels, greatest = labels_of(bars)
  local width, lines = widest(labels), {}
  for i, bar in ipairs(bars) do
    local part = greatest > 0 and bar.value / greatest or 0
    local text = bar.value > 0 and draw(part, chosen.width or WIDTH) .. " " or ""
    local note = escape.line(bar.note or axis.number(bar.value))
    lines[i] = ("%s  %s%s\n"):format(pad(labels[i], width), text, note)
  end
  return table.concat(lines)
end

-- The eight dots of a character: two across, four down, as Unicode numbers them.
local DOTS = { { 0x01, 0x08 }, { 0x02, 0x10 }, { 0x04, 0x20 }, { 0x40, 0x80 } }
local BRAILLE = 0x2800

local function braille_cell(is_set, column, row)
  local code = BRAILLE
  for y, pair in ipairs(DOTS) do
    for x, dot in ipairs(pair) do
      if is_set(column * 2 + x - 1, row * 4 + y - 1) then
        code = code | dot
      end
    end
  end
  return code == BRAILLE and " " or utf8.char(code)
end

local function ascii_cell(is_set, column, row)
  return is_set(column, row) and "*" or " "
end

-- How many dots a character has across and down, and what draws it.
local GRIDS = {
  utf8 = { across = 2, down = 4, cell = braille_cell },
  ascii = { across = 1, down = 1, cell = ascii_cell },
}

-- The value at a dot's place: of several the largest, as a peak must not be lost.
local function value_at(values, x, across)
  local first = x * #values // across + 1
  local last = math.max(first, (x + 1) * #values // across)
  local largest = values[first]
  for i = first + 1, last do
    largest = math.max(largest, values[i])
  end
  return largest
end

local function heights_of(values, across, down, greatest)
  local heights = {}
  for x = 0, across - 1 do
    local value = value_at(values, x, across)
    local height = math.floor(value / greatest * down + 0.5)
    heights[x] = value > 0 and math.max(1, height) or 0
  end
  return heights
end

local function frame(lines, greatest, options)
  local top = axis.number(greatest)
  local margin = #top
  for i, line in ipairs(lines) do
    local text = i == 1 and top or i == #lines and pad("0", margin) or ""
    lines[i] = pad(text, margin) .. " " .. line .. "\n"
  end
  local from, to = escape.line(options.from or ""), escape.line(options.to or "")
  local gap = (options.width or WIDTH) - utf8.len(from) - utf8.len(to)
  local below = (" "):rep(margin + 1) .. from .. (" "):rep(math.max(gap, 1)) .. to
  return table.concat(lines) .. below .. "\n"
end

--- What rises and falls, as a surface: values from left to right, zero at the bottom.
-- @tparam {number,...} values not negative
-- @tparam[opt] table options `style` (see `bars`), `width` and `height` in characters
-- (48 and 6), `from` and `to` (what is written below both ends)
-- @treturn string lines; nothing of no values
function plot.area(values, options)
  local chosen = options or {}
  local grid = GRIDS[choose_style(chosen.style)]
  local greatest = #values > 0 and value_at(values, 0, 1) or 0
  if greatest <= 0 then
    return ""
  end
  local width, height = chosen.width or WIDTH, chosen.height or HEIGHT
  local down = height * grid.down
  local heights = heights_of(values, width * grid.across, down, greatest)
  local function is_set(x, y)
    return down - y <= heights[x]
  end
  local lines = {}
  for row = 0, height - 1 do
    local cells = {}
    for column = 0, width - 1 do
      cells[column + 1] = grid.cell(is_set, column, row)
    end
    lines[row + 1] = table.concat(cells)
  end
  return frame(lines, greatest, chosen)
end

return plot
