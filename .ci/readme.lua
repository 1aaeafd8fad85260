--- readme.lua - put fresh figures into README.md: what a script prints and what the
-- benchmarks measured (bench.json, scale.json and stream.json in outputs/). Run by
-- `make readme`.
local json = require "moonwire.report.json"
local plot = require "moonwire.report.plot"
local uv = require "luv"

local function read(path)
  local file = assert(io.open(path))
  local text = file:read "a"
  file:close()
  return text
end

local function output_of(command)
  local pipe = assert(io.popen(command))
  local text = pipe:read "a"
  assert(pipe:close(), command .. " failed")
  return text
end

local function replace(text, name, fresh)
  local from = ("<!-- begin: %s -->\n"):format(name)
  local to = ("<!-- end: %s -->"):format(name)
  local _, first = text:find(from, 1, true)
  local last = text:find(to, 1, true)
  assert(first and last, "README.md has no place for " .. name)
  return text:sub(1, first) .. fresh .. text:sub(last)
end

local function fenced(text, language)
  return ("```%s\n%s```\n"):format(language or "", text)
end

local function bars(modes)
  local list = {}
  for i, mode in ipairs(modes) do
    local note = ("%.2f s"):format(mode.seconds)
    list[i] = { label = mode.mode, value = mode.seconds, note = note }
  end
  return plot.bars(list, { style = "utf8" })
end

local function modes_table(modes)
  local lines = {
    "| mode | seconds | speed-up | sessions | threads | CPU ms a device | failed |",
    "|---|---|---|---|---|---|---|",
  }
  for _, mode in ipairs(modes) do
    lines[#lines + 1] = ("| %s | %.2f | %.1f× | %d | %d | %.1f | %d |"):format(
      mode.mode, mode.seconds, modes[1].seconds / mode.seconds, mode.peak_sessions,
      mode.threads, mode.cpu_seconds / mode.devices * 1000, mode.failed
    )
  end
  return table.concat(lines, "\n") .. "\n"
end

local function modes_section()
  local bench = json.decode(read "outputs/bench.json")
  local lab = bench.lab
  local head = "%d devices, %d commands each, %g ms round trip, "
    .. "%g ms of thinking a command:\n\n"
  return head:format(
    bench.modes[1].devices, bench.modes[1].commands, lab.rtt * 1000, lab.think * 1000
  ) .. modes_table(bench.modes) .. "\n" .. fenced(bars(bench.modes))
end

local function goals_section()
  local scale = json.decode(read "outputs/scale.json")
  local lines = { "| number | to reach | measured | |", "|---|---|---|---|" }
  for _, goal in ipairs(scale.goals) do
    local measured = goal.value and ("%.4g %s"):format(goal.value, goal.unit) or "–"
    local verdict = goal.value and "missed" or "not measured"
    verdict = goal.is_reached and "reached" or verdict
    lines[#lines + 1] = ("| %s | %g %s | %s | %s |"):format(
      goal.title, goal.most, goal.unit, measured, verdict
    )
  end
  return table.concat(lines, "\n") .. "\n"
end

local function stream_section()
  local measured = json.decode(read "outputs/stream.json")
  local lines = {
    "| way | MB | s | MB/s | CPU s | memory MB |",
    "|---|---|---|---|---|---|",
  }
  for _, way in ipairs(measured.ways) do
    assert(not way.problem, way.problem)
    local memory = way.max_rss_bytes and ("%.0f"):format(way.max_rss_bytes / 1e6) or ""
    lines[#lines + 1] = ("| %s | %.0f | %.2f | %.0f | %.2f | %s |"):format(
      way.way, way.bytes / 1e6, way.seconds, way.bytes / 1e6 / way.seconds,
      way.cpu_seconds, memory
    )
  end
  return table.concat(lines, "\n") .. "\n"
end

local text = read "README.md"
text = replace(text, "script", fenced(read "scripts/hello.lua", "lua"))
text = replace(text, "output", fenced(output_of(uv.exepath() .. " scripts/hello.lua")))
text = replace(text, "spec", fenced(read "scripts/health_spec.lua", "lua"))
text = replace(text, "modes", modes_section())
if uv.fs_stat "outputs/scale.json" then
  text = replace(text, "goals", goals_section())
end
if uv.fs_stat "outputs/stream.json" then
  text = replace(text, "stream", stream_section())
end
local file = assert(io.open("README.md", "w"))
file:write(text)
assert(file:close())
