--- What all parts of `make torture` have reached, and the words for it.
local catalogue = require "spec.torture.catalogue"
local text_table = require "moonwire.report.table"

local summary = {}

local COLUMNS = {
  { title = "part" }, { title = "what" }, { title = "to reach" },
  { title = "reached" }, { title = "verdict" },
}

local function count_keys(set)
  local count = 0
  for _ in pairs(set) do
    count = count + 1
  end
  return count
end

--- Count.
-- @tparam {table,...} rows
-- @number seconds that it all took
-- @treturn table `reached`, `of`, `seconds`, `rows`, `catalogue` (`rows`, `with_spec`,
-- `tortured`: how many of them there are)
function summary.of(rows, seconds)
  local reached, tortured = 0, {}
  for _, row in ipairs(rows) do
    reached = reached + (row.is_reached and 1 or 0)
    for _, id in ipairs(row.covers or {}) do
      tortured[id] = true
    end
  end
  local with_spec, all = catalogue.covered()
  return {
    reached = reached, of = #rows, seconds = seconds, rows = rows,
    catalogue = { rows = all, with_spec = with_spec, tortured = count_keys(tortured) },
  }
end

local function line_of(row)
  return {
    row.part, row.what, row.goal, row.value or "not measured",
    row.is_reached and "reached" or "MISSED",
  }
end

--- The table, the notes below it, and a line with the counts.
-- @tparam table found as from `of`
-- @treturn string
function summary.text(found)
  local lines, notes = {}, {}
  for i, row in ipairs(found.rows) do
    lines[i] = line_of(row)
    if row.note then
      notes[#notes + 1] = ("%s, %s: %s\n"):format(row.part, row.what, row.note)
    end
  end
  local counts = found.catalogue
  return text_table.format(COLUMNS, lines) .. table.concat(notes)
    .. ("%d of %d reached, in %.0f s; of the %d rows of the fault catalogue %d have a "
      .. "spec, and %d were tortured here\n"):format(found.reached, found.of,
        found.seconds, counts.rows, counts.with_spec, counts.tortured)
end

return summary
