--- A report for a wiki or a ticket. What does not come from us stands in code spans,
-- where Markdown knows neither markup nor links.
-- @module moonwire.report.run.markdown
local escape = require "moonwire.report.escape"
local tables = require "moonwire.report.run.table"

local markdown = {}

local MOST_DEVICES = 200

local function longest_run(text, sign)
  local longest = 0
  for run in text:gmatch(sign .. "+") do
    longest = math.max(longest, #run)
  end
  return longest
end

--- Any text as a code span for a cell of a table.
-- A bar would end the cell even there: it is shown as its byte.
-- @string bytes
-- @treturn string one line
function markdown.code(bytes)
  local text = escape.line(bytes):gsub("|", "\\x7c")
  local fence = ("`"):rep(longest_run(text, "`") + 1)
  if text:find "^[` ]" or text:find "[` ]$" then
    text = " " .. text .. " "
  end
  return fence .. text .. fence
end

-- In which no markup can be: words, and numbers as we write them.
local PLAIN = { "^[%w ]*$", "^%d[%d.]*x?$", "^%d[%d.]* to %d[%d.]*$" }

local function cell(value)
  local text = tostring(value)
  for _, pattern in ipairs(PLAIN) do
    if text:find(pattern) then
      return text
    end
  end
  return markdown.code(text)
end

local function row(cells, n)
  local parts = {}
  for i = 1, n do
    parts[i] = cell(cells[i])
  end
  return "| " .. table.concat(parts, " | ") .. " |"
end

local function write_table(columns, rows)
  local titles, rules = {}, {}
  for i, column in ipairs(columns) do
    titles[i] = column.title
    rules[i] = column.align == "right" and "---:" or "---"
  end
  local lines = {
    "| " .. table.concat(titles, " | ") .. " |",
    "|" .. table.concat(rules, "|") .. "|",
  }
  for i, cells in ipairs(rows) do
    lines[i + 2] = row(cells, #columns)
  end
  return table.concat(lines, "\n") .. "\n"
end

local function add(parts, title, columns, rows)
  if #rows > 0 then
    parts[#parts + 1] = title .. "\n\n" .. write_table(columns, rows)
  end
end

local function add_devices(parts, run)
  if #run.results > MOST_DEVICES then
    local text = "%d devices: `--format csv` has them all.\n"
    parts[#parts + 1] = text:format(#run.results)
    return
  end
  add(parts, "### Devices", tables.devices(run.results))
end

--- Write it.
-- @tparam table subject of `moonwire.report.run.source`
-- @treturn string
function markdown.write(subject)
  local parts = { ("# Report of %s\n"):format(markdown.code(subject.name)) }
  add(parts, "## Runs", tables.runs(subject))
  for _, run in ipairs(subject.runs) do
    parts[#parts + 1] = ("## %s: %d ok, %d failed\n"):format(
      cell(run.mode), run.count.ok, run.count.failed)
    add(parts, "### Where the time of a session goes", tables.phases(run))
    add(parts, "### Failures by cause", tables.causes(run))
    add_devices(parts, run)
  end
  return table.concat(parts, "\n")
end

return markdown
