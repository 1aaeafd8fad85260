--- Any bytes as everything that a device can say of itself, through every format of
-- reports. What must hold: no control byte for a terminal, no markup, no formula, JSON
-- that can be read again.
local escape = require "moonwire.report.escape"
local html = require "moonwire.report.run.html"
local json = require "moonwire.report.json"
local report = require "moonwire.report.run"
local source = require "moonwire.report.run.source"
local words = require "spec.fuzz.support.words"

-- As if it had come out of a file, which remembers what was an object.
local function mark(value)
  for _, inner in pairs(type(value) == "table" and value or {}) do
    mark(inner)
  end
  if type(value) == "table" then
    setmetatable(value, { __jsontype = #value > 0 and "array" or "object" })
  end
  return value
end

local function subject_of(bytes)
  local result = {
    device = bytes, host = bytes, ok = false, kind = bytes, phase = bytes,
    message = bytes, started = 0, elapsed = 1, phases = { [bytes] = 0.5 },
    output = { { command = bytes, output = bytes } },
  }
  local run = source.run(mark { mode = bytes, results = { result } })
  return { name = bytes, runs = { run }, published = {} }
end

local CLEAN = subject_of "x"

-- Markup that the bytes brought along would be counted beside our own.
local function check_page(bytes)
  local _, ours = html.write(CLEAN):gsub("<", "")
  local _, all = html.write(subject_of(bytes)):gsub("<", "")
  assert(ours == all, "a page has our own markup only")
end

-- The cell at a position as a spreadsheet reads it, and what is behind it.
local function cell_at(text, position)
  if text:byte(position) ~= 34 then -- a quote
    return text:match('^([^,"\r\n]*)()', position)
  end
  local from, cell = position + 1, ""
  repeat
    local inner, after = text:match('^([^"]*)"()', from)
    assert(inner, "a cell's quotes end")
    cell, from = cell .. inner, after + 1
    local is_doubled = text:byte(after) == 34
    cell = cell .. (is_doubled and '"' or "")
  until not is_doubled
  return cell, from - 1
end

local function check_cells(text)
  local position = 1
  while position <= #text do
    local cell, after = cell_at(text, position)
    assert(not cell:find "^[=+@\t\r]" and not cell:find "^%-[^%d.]",
      "no formula in a cell")
    position = text:match("^,()", after) or text:match("^\r?\n()", after)
    assert(position, "a cell ends with a comma or the line")
  end
end

return function(bytes)
  if #bytes > 400 then
    return
  end
  local subject = subject_of(bytes)
  check_page(bytes)
  words.check_safe(report.write(subject, "table"))
  words.check_safe(report.write(subject, "markdown"))
  local csv = report.write(subject, "csv")
  words.check_safe(csv)
  check_cells(csv)
  assert(json.decode(report.write(subject, "json")), "JSON that can be read")
  words.check_safe(escape.text(bytes))
end
