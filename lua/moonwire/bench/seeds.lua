--- Our figures beside the published ones, and beside what the devices themselves take.
-- @module moonwire.bench.seeds
local profile = require "moonwire.bench.profile"
local text_table = require "moonwire.report.table"

local seeds = {}

local COLUMNS = {
  { title = "mode" },
  { title = "documents s", align = "right" },
  { title = "Netmiko 4.6 s", align = "right" },
  { title = "moonwire s", align = "right" },
  { title = "floor s", align = "right" },
  { title = "above floor", align = "right" },
}

local function seconds_text(seconds)
  return seconds and ("%.2f"):format(seconds) or ""
end

local function floor_of(row, lab)
  local login, again = profile.floor(lab, row.commands)
  if row.mode == "warm" then
    return again
  end
  return row.mode == "sync" and login * row.devices or login
end

local function find(rows, mode)
  for _, row in ipairs(rows) do
    if row.mode == mode then
      return row
    end
  end
  return nil
end

--- The comparison as data.
-- @tparam table rows of the bench
-- @tparam table lab what the devices were asked for
-- @tparam table published of a profile
-- @treturn table list of `mode`, `document`, `netmiko`, `seconds`, `floor` (seconds
-- each, or nil)
function seeds.compare(rows, lab, published)
  local lines = {}
  for i, known in ipairs(published) do
    local row = find(rows, known.mode)
    lines[i] = {
      mode = known.mode,
      document = known.document,
      netmiko = known.netmiko,
      seconds = row and row.seconds,
      floor = row and floor_of(row, lab),
    }
  end
  return lines
end

--- The comparison as a text table.
-- @tparam table lines of `compare`
-- @string[opt] style see `moonwire.report.table`
-- @treturn string
function seeds.text(lines, style)
  local cells = {}
  for i, line in ipairs(lines) do
    local above = line.seconds and (line.seconds / line.floor - 1) * 100
    cells[i] = {
      line.mode,
      seconds_text(line.document),
      seconds_text(line.netmiko),
      seconds_text(line.seconds),
      seconds_text(line.floor),
      above and ("%.0f %%"):format(above) or "",
    }
  end
  return text_table.format(COLUMNS, cells, style)
end

return seeds
