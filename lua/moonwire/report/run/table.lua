--- The tables of a report as columns and cells, whatever they are written in.
-- @module moonwire.report.run.table
local cause = require "moonwire.report.run.cause"
local figures = require "moonwire.report.run.figures"

local tables = {}

local function right(title)
  return { title = title, align = "right" }
end

local function number(shape, value)
  return value and shape:format(value) or ""
end

local function spread(row)
  if not row.least then
    return ""
  end
  return row.n > 1 and ("%.3f to %.3f"):format(row.least, row.greatest) or "one run"
end

local function has(rows, name)
  for _, row in ipairs(rows) do
    if row[name] then
      return true
    end
  end
  return false
end

-- What columns there are when something is known of them, and how they are written.
local OPTIONAL = {
  { name = "speed_up", title = "speed-up", shape = "%.2fx" },
  { name = "peak_sessions", title = "peak sessions", shape = "%.0f" },
  { name = "threads", title = "threads", shape = "%.0f" },
  { name = "cpu_ms", title = "CPU ms/device", shape = "%.3f" },
  { name = "document", title = "documents s", shape = "%.2f" },
  { name = "netmiko", title = "Netmiko s", shape = "%.2f" },
}

--- Runs beside each other.
-- @tparam table subject of `moonwire.report.run.source`
-- @treturn table columns, as `moonwire.report.table` wants them
-- @treturn table rows of cells
function tables.runs(subject)
  local rows, cells = figures.compare(subject), {}
  local columns = {
    { title = "run" }, right "devices", right "n", right "median s", right "spread s",
  }
  for i, row in ipairs(rows) do
    cells[i] = {
      row.mode, row.devices or "", row.n > 0 and row.n or "",
      number("%.3f", row.median), spread(row),
    }
  end
  for _, optional in ipairs(OPTIONAL) do
    if has(rows, optional.name) then
      columns[#columns + 1] = right(optional.title)
      for i, row in ipairs(rows) do
        table.insert(cells[i], number(optional.shape, row[optional.name]))
      end
    end
  end
  columns[#columns + 1] = right "failed"
  for i, row in ipairs(rows) do
    table.insert(cells[i], row.failed or "")
  end
  return columns, cells
end

local QUANTILES = { "least", "p50", "p90", "p99", "greatest" }

local function quantile_cells(name, quantiles)
  local cells = { name }
  for i, quantile in ipairs(QUANTILES) do
    cells[i + 1] = number("%.3f", quantiles[quantile])
  end
  return cells
end

--- Where a session's time goes, over the devices that did well.
-- @tparam table run
-- @treturn table columns
-- @treturn table rows of cells; none when no device did well
function tables.phases(run)
  local of = figures.of(run.results)
  local columns = { { title = "seconds" } }
  for i, quantile in ipairs(QUANTILES) do
    columns[i + 1] = right(quantile)
  end
  if not of.session.p50 then
    return columns, {}
  end
  local cells = {}
  for i, phase in ipairs(of.phases) do
    cells[i] = quantile_cells(phase.name, phase)
  end
  cells[#cells + 1] = quantile_cells("session", of.session)
  return columns, cells
end

local MOST_CAUSES = 100

--- Failures by cause.
-- @tparam table run
-- @treturn table columns
-- @treturn table rows of cells; none when nothing failed
function tables.causes(run)
  local causes, cells = cause.group(run.results), {}
  for i = 1, math.min(#causes, MOST_CAUSES) do
    local one = causes[i]
    cells[i] = { one.count, one.kind, one.phase or "", one.message, cause.names(one) }
  end
  if #causes > MOST_CAUSES then
    local more = 0
    for i = MOST_CAUSES + 1, #causes do
      more = more + causes[i].count
    end
    local text = ("and %d more causes"):format(#causes - MOST_CAUSES)
    cells[#cells + 1] = { more, "", "", text, "" }
  end
  return {
    right "devices", { title = "kind" }, { title = "phase" },
    { title = "cause", is_long = true }, { title = "which", is_long = true },
  }, cells
end

local function device_cells(result)
  return {
    result.device, result.host, result.ok and "ok" or "failed",
    number("%.3f", result.started), number("%.3f", result.elapsed), result.kind or "",
    result.phase or "", result.message or "",
  }
end

--- Each device in a row.
-- @tparam table results
-- @treturn table columns
-- @treturn table rows of cells
function tables.devices(results)
  local cells = {}
  for i, result in ipairs(results) do
    cells[i] = device_cells(result)
  end
  return {
    { title = "device" }, { title = "host" }, { title = "state" }, right "started s",
    right "elapsed s", { title = "kind" }, { title = "phase" },
    { title = "message", is_long = true },
  }, cells
end

return tables
