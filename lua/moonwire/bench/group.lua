--- Results by platform: which ones are slow, and which ones fail.
-- @module moonwire.bench.group
local statistics = require "moonwire.report.statistics"
local text_table = require "moonwire.report.table"

local group = {}

local function new_entry(name)
  return { platform = name, devices = 0, failed = 0, modes = {} }
end

local function add(entry, mode, result)
  local seconds = entry.modes[mode] or {}
  entry.modes[mode] = seconds
  if result.ok then
    seconds[#seconds + 1] = result.elapsed
  else
    entry.failed = entry.failed + 1
  end
end

local function collect(rows, devices)
  local entries, by_name = {}, {}
  for _, device in ipairs(devices) do
    local name = device.device_type
    if not by_name[name] then
      by_name[name] = new_entry(name)
      entries[#entries + 1] = by_name[name]
    end
    by_name[name].devices = by_name[name].devices + 1
  end
  for _, row in ipairs(rows) do
    for i, result in ipairs(row.run.results) do
      add(by_name[devices[i].device_type], row.mode, result)
    end
  end
  return entries
end

--- Put rows in order by platform.
-- @tparam table rows of `moonwire.bench.measure`
-- @tparam {table,...} devices that they were measured on
-- @treturn {table,...}|nil by the platform's name `platform`, `devices`, `failed` (in
-- all modes), `modes` (by mode the median `seconds` of its devices' sessions); nil when
-- there is only one platform
function group.by_platform(rows, devices)
  local entries = collect(rows, devices)
  if #entries < 2 then
    return nil
  end
  for _, entry in ipairs(entries) do
    for mode, seconds in pairs(entry.modes) do
      local median = #seconds > 0 and statistics.median(seconds) or nil
      entry.modes[mode] = { ok = #seconds, seconds = median }
    end
  end
  table.sort(entries, function(one, other)
    return one.platform < other.platform
  end)
  return entries
end

--- What `by_platform` gave, as a text table: a session's median seconds in each mode.
-- @tparam {table,...} entries
-- @tparam table rows
-- @string[opt] style see `moonwire.report.table`
-- @treturn string
function group.text(entries, rows, style)
  local columns = { { title = "platform" }, { title = "devices", align = "right" } }
  for _, row in ipairs(rows) do
    columns[#columns + 1] = { title = row.mode .. " s", align = "right" }
  end
  columns[#columns + 1] = { title = "failed", align = "right" }
  local lines = {}
  for i, entry in ipairs(entries) do
    local line = { entry.platform, entry.devices }
    for _, row in ipairs(rows) do
      local seconds = entry.modes[row.mode].seconds
      line[#line + 1] = seconds and ("%.3f"):format(seconds) or ""
    end
    line[#line + 1] = entry.failed
    lines[i] = line
  end
  return text_table.format(columns, lines, style)
end

return group
