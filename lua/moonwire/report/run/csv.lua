--- A report for a spreadsheet: each device of each run in a row, with its seconds by
-- phase. What a spreadsheet would compute is guarded.
-- @module moonwire.report.run.csv
local escape = require "moonwire.report.escape"
local writer = require "moonwire.inventory.writer"

local csv = {}

local COLUMNS = {
  "run", "device", "host", "ok", "kind", "phase", "message", "started", "elapsed",
}

local function phase_names(subject)
  local names, seen = {}, {}
  for _, run in ipairs(subject.runs) do
    for _, result in ipairs(run.results) do
      for name in pairs(result.phases) do
        names[#names + 1] = not seen[name] and name or nil
        seen[name] = true
      end
    end
  end
  table.sort(names)
  return names
end

-- Seconds to the microsecond.
local function text_of(value)
  if type(value) == "number" then
    return ("%.6f"):format(value)
  end
  return escape.text(tostring(value))
end

local function line(cells, n)
  local parts = {}
  for i = 1, n do
    local value = cells[i]
    parts[i] = value ~= nil and writer.cell(text_of(value)) or ""
  end
  return table.concat(parts, ",")
end

local function cells_of(run, result, phases)
  local cells = { run.mode }
  for i = 2, #COLUMNS do
    cells[i] = result[COLUMNS[i]]
  end
  for i, name in ipairs(phases) do
    cells[#COLUMNS + i] = result.phases[name]
  end
  return cells
end

--- Write it.
-- @tparam table subject of `moonwire.report.run.source`
-- @treturn string
function csv.write(subject)
  local phases = phase_names(subject)
  local head = table.move(COLUMNS, 1, #COLUMNS, 1, {})
  for i, name in ipairs(phases) do
    head[#COLUMNS + i] = "phase " .. name
  end
  local lines = { line(head, #head) }
  for _, run in ipairs(subject.runs) do
    for _, result in ipairs(run.results) do
      lines[#lines + 1] = line(cells_of(run, result, phases), #head)
    end
  end
  return table.concat(lines, "\n") .. "\n"
end

return csv
