--- The growth curve as text and as a picture.
-- @module moonwire.bench.growth
local chart = require "moonwire.report.chart"
local text_table = require "moonwire.report.table"

local growth = {}

local COLUMNS = {
  { title = "devices", align = "right" },
  { title = "s", align = "right" },
  { title = "logins/s", align = "right" },
  { title = "CPU ms", align = "right" },
  { title = "C: logins/s", align = "right" },
  { title = "C: CPU ms", align = "right" },
  { title = "x", align = "right" },
  { title = "client MB", align = "right" },
  { title = "lab MB", align = "right" },
  { title = "C: MB", align = "right" },
  { title = "failed", align = "right" },
}

local GOAL_COLUMNS = {
  { title = "number" },
  { title = "to reach", align = "right" },
  { title = "measured", align = "right" },
  { title = "" },
  { title = "by" },
}

local function floor_of(figures)
  local floor = figures.floor
  return floor and (floor.ok or 0) > 0 and floor or nil
end

--- One point of the curve.
-- @int devices
-- @tparam table through figures of a run with all devices at once
-- @tparam table open figures of a run that held all sessions
-- @treturn table `devices`, `seconds`, `rate`, `cpu_ms`, `client_mb`, `lab_mb`,
-- `failed`, and of the bare C client, when it ran: `floor_rate`, `floor_cpu_ms`,
-- `floor_mb`
function growth.point(devices, through, open)
  local floor, held = floor_of(through), floor_of(open)
  return {
    devices = devices,
    seconds = through.seconds,
    rate = through.ok / through.seconds,
    cpu_ms = through.cpu_seconds / through.logins * 1000,
    failed = through.failed + open.failed,
    client_mb = open.max_rss_bytes / 1e6,
    lab_mb = open.lab.max_rss_bytes / 1e6,
    peak_sessions = open.peak_sessions,
    floor_rate = floor and floor.ok / floor.seconds,
    floor_cpu_ms = floor and floor.cpu_seconds / floor.ok * 1000,
    floor_mb = held and held.max_rss_bytes / 1e6,
  }
end

local function number(shape, value)
  return value and shape:format(value) or ""
end

--- The points as a text table.
-- @tparam table points
-- @string[opt] style see `moonwire.report.table`
-- @treturn string
function growth.text(points, style)
  local lines = {}
  for i, point in ipairs(points) do
    local ratio = point.floor_cpu_ms and point.cpu_ms / point.floor_cpu_ms
    lines[i] = {
      point.devices,
      number("%.2f", point.seconds),
      number("%.0f", point.rate),
      number("%.3f", point.cpu_ms),
      number("%.0f", point.floor_rate),
      number("%.3f", point.floor_cpu_ms),
      number("%.2f", ratio),
      number("%.1f", point.client_mb),
      number("%.1f", point.lab_mb),
      number("%.1f", point.floor_mb),
      point.failed,
    }
  end
  return text_table.format(COLUMNS, lines, style)
end

local function verdict(judged)
  if judged.value == nil then
    return "not measured"
  end
  return judged.is_reached and "reached" or "missed"
end

--- The goals as a text table.
-- @tparam table judged of `moonwire.bench.goal`
-- @string[opt] style see `moonwire.report.table`
-- @treturn string
function growth.goals(judged, style)
  local lines = {}
  for i, one in ipairs(judged) do
    local unit = one.unit == "" and "" or " " .. one.unit
    lines[i] = {
      one.title,
      ("%s%g%s"):format(one.least and "≥ " or "", one.least or one.most, unit),
      number("%.4g" .. unit:gsub("%%", "%%%%"), one.value),
      verdict(one),
      one.measured_by,
    }
  end
  return text_table.format(GOAL_COLUMNS, lines, style)
end

local function series(points, name, key)
  local places = {}
  for _, point in ipairs(points) do
    if (point[key] or 0) > 0 then
      places[#places + 1] = { point.devices, point[key] }
    end
  end
  return { name = name, points = places }
end

--- The points as three panels: speed, CPU, memory.
-- @tparam table points
-- @treturn string an SVG file
function growth.svg(points)
  return chart.growth {
    title = "What grows with the number of devices",
    subtitle = "one thread; login, show version, logout; all devices at once",
    panels = {
      {
        title = "logins per second",
        x_axis = "devices",
        series = {
          series(points, "moonwire", "rate"),
          series(points, "bare C client", "floor_rate"),
        },
      },
      {
        title = "client CPU per login and command (ms)",
        x_axis = "devices",
        series = {
          series(points, "moonwire", "cpu_ms"),
          series(points, "bare C client", "floor_cpu_ms"),
        },
      },
      {
        title = "memory with all sessions open (MB)",
        x_axis = "devices",
        series = {
          series(points, "moonwire", "client_mb"),
          series(points, "bare C client", "floor_mb"),
          series(points, "the lab", "lab_mb"),
        },
      },
    },
  }
end

return growth
