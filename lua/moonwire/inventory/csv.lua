--- Spreadsheets: a header that names fields, and a device in every row.
-- A column is a field of a device, `label.x`, or a way to a password such as
-- `password.env`; `groups` holds words with spaces or semicolons between. An empty cell
-- says nothing. Cells are parted by what the header has most of: comma, semicolon, tab.
-- @module moonwire.inventory.csv
local device = require "moonwire.inventory.device"
local fields = require "moonwire.inventory.fields"
local json = require "moonwire.inventory.json"
local scalar = require "moonwire.inventory.scalar"

local csv = {}

local SECRETS = { password = true, secret = true, key_passphrase = true }

local function separator_of(header)
  local best, most = ",", 0
  for _, sign in ipairs { ",", ";", "\t" } do
    local _, count = header:gsub(sign, "")
    if count > most then
      best, most = sign, count
    end
  end
  return best
end

-- The quoted cell at a position, and what is behind it; nil when it does not end.
local function quoted_cell(text, position)
  local parts, from = {}, position + 1
  while true do
    local quote = text:find('"', from, true)
    if not quote then
      return nil
    end
    parts[#parts + 1] = text:sub(from, quote - 1)
    if text:byte(quote + 1) ~= 34 then -- no second quote
      return table.concat(parts, '"'), quote + 1
    end
    from = quote + 2
  end
end

local function next_cell(text, position, plain)
  if text:byte(position) == 34 then -- a quote
    return quoted_cell(text, position)
  end
  return text:match(plain, position)
end

-- A row without a quote is a line.
local function read_line(text, position, syntax)
  local line, after = text:match("^([^\n\"]*)()", position)
  local sign = text:byte(after)
  if sign == 34 then -- a quote
    return nil
  end
  local cells, n = {}, 0
  for cell in (line .. syntax.separator):gmatch(syntax.cells) do
    n = n + 1
    cells[n] = cell
  end
  return cells, after + 1
end

local MOST_CAPTURES = 31 -- Lua has one more, and that is where the row ends

-- What a row looks like that has a cell under each title and no quote: nearly all do.
local function usual_row(count, separator)
  local cell = ("([^%s\n\"]*)"):format(separator)
  return "^" .. cell .. (separator .. cell):rep(count - 1) .. "\n()"
end

local function read_usual_row(text, position, syntax)
  if not syntax.usual then
    return nil
  end
  local cells = { text:match(syntax.usual, position) }
  local n = #cells
  if n == 0 then
    return nil
  end
  local after = cells[n]
  cells[n] = nil
  return cells, after
end

-- One row from a position on: its cells, where the next begins, and its line breaks.
local function read_row(text, position, syntax)
  local cells, next_row = read_usual_row(text, position, syntax)
  if not cells then
    cells, next_row = read_line(text, position, syntax)
  end
  if cells then
    return cells, next_row, 1
  end
  local start = position
  cells = {}
  repeat
    local cell, after = next_cell(text, position, syntax.plain)
    if not cell then
      return nil, "a quote has no partner"
    end
    cells[#cells + 1] = cell
    local sign = text:sub(after, after)
    if sign ~= syntax.separator and sign ~= "\n" and sign ~= "" then
      return nil, "text behind a cell in quotes"
    end
    position = after + 1
  until sign ~= syntax.separator
  local _, breaks = text:sub(start, position - 2):gsub("\n", "")
  return cells, position, breaks + 1
end

-- Spaces around a word do not count.
local function trim(text)
  local first, last = text:byte(1), text:byte(-1)
  if first and (first <= 32 or last <= 32) then
    return text:match "^%s*(.-)%s*$"
  end
  return text
end

local setters = {}

function setters.field(given, name, cell)
  given[name] = cell
end

function setters.groups(given, _, cell)
  local groups = {}
  for word in cell:gmatch "[^%s;|]+" do
    groups[#groups + 1] = word
  end
  given.groups = groups
end

function setters.label(given, name, cell)
  local value = scalar.resolve(cell, json.null)
  given.labels = given.labels or {}
  given.labels[name] = value == json.null and cell or value
end

function setters.reference(given, name, cell)
  local field, way = name:match "^(.*)%.(.*)$"
  given[field] = { [way] = cell }
end

local function column_of(title)
  local label = title:match "^labels?%.(.+)$"
  local field, way = title:match "^([%w_]+)%.(%a+)$"
  if label then
    return { set = setters.label, name = label }
  elseif title == "groups" then
    return { set = setters.groups, name = title }
  elseif SECRETS[field] and (way == "env" or way == "file") then
    return { set = setters.reference, name = title }
  end
  return { set = setters.field, name = title }
end

local function read_header(cells, state)
  local columns, names, seen = {}, {}, {}
  for _, field in ipairs(device.fields) do
    names[#names + 1] = field.name
  end
  local unknown = {}
  for i, cell in ipairs(cells) do
    local title = trim(cell)
    columns[i] = column_of(title)
    if seen[title] then
      state.complain(1, ("column %q is there twice"):format(title))
    elseif columns[i].set == setters.field then
      unknown[title] = true
    end
    seen[title] = true
  end
  state.context.record = { source = state.source, line = 1 }
  fields.find_unknown(names, unknown, state.context)
  return columns
end

local function read_device(cells, columns, has_spaces)
  local given = {}
  for i = 1, #cells do
    local cell, column = cells[i], columns[i]
    if has_spaces then
      cell = trim(cell)
    end
    if cell ~= "" then
      column.set(given, column.name, cell)
    end
  end
  return given
end

local function is_blank(cells)
  return #cells == 1 and trim(cells[1]) == ""
end

local function read_rows(text, position, columns, state)
  local records, line, row = {}, state.line, 0
  while position <= #text do
    local cells, after, breaks = read_row(text, position, state.syntax)
    if not cells then
      state.complain(line, after)
      break
    elseif #cells > #columns then
      state.complain(line, ("%d cells under %d titles"):format(#cells, #columns))
    elseif not is_blank(cells) then
      row = row + 1
      records[row] = {
        given = read_device(cells, columns, state.has_spaces),
        source = state.source,
        line = line,
      }
    end
    position, line = after, line + breaks
  end
  return records
end

--- Read a table of devices.
-- @string text
-- @tparam table reading `source`, `complaints`, `context`
-- @treturn table `records`
function csv.read(text, reading)
  local separator = separator_of(text:match "^[^\n]*")
  local state = {
    source = reading.source,
    context = reading.context,
    syntax = {
      separator = separator,
      plain = ("([^%s\n]*)()"):format(separator),
      cells = ("([^%s]*)%s"):format(separator, separator),
    },
    complain = function(line, complaint)
      local record = { source = reading.source, line = line }
      reading.complaints:add(record, nil, complaint)
    end,
  }
  local cells, position, breaks = read_row(text, 1, state.syntax)
  if not cells then
    state.complain(1, position)
    return { records = {} }
  end
  state.line = 1 + breaks
  local before = reading.complaints:count()
  local columns = read_header(cells, state)
  if reading.complaints:count() > before then
    return { records = {} }
  end
  if #columns <= MOST_CAPTURES then
    state.syntax.usual = usual_row(#columns, separator)
  end
  state.has_spaces = text:find "[\" \t\v\f]" ~= nil
  return { records = read_rows(text, position, columns, state) }
end

return csv
