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

local function check_cells(text)
  for cell in text:gmatch '[^,"\n]+' do
    local first = cell:match "^[=+@\t\r]" or cell:match "^%-[^%d.]"
    assert(not first or not text:find('"' .. cell, 1, true), "no formula in a cell")
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
