--- readme.lua - put fresh figures into README.md: what a script prints and what the
-- benchmarks measured (bench.json, scale.json, http.json and stream.json in outputs/).
-- Run by `make readme`.
local json = require "moonwire.report.json"
local plot = require "moonwire.report.plot"
local uv = require "luv"

package.path = ".ci/?.lua;" .. package.path
local change = require "change"
local transcript = require "transcript"

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

local FROM_ANSIBLE = "^ansible%-"

-- The rows of a bench whose names begin like this, or all others.
local function rows_of(bench, is_wanted)
  local rows = {}
  for _, row in ipairs(bench.modes) do
    rows[#rows + 1] = is_wanted(row.mode) and row or nil
  end
  return rows
end

local function modes_section()
  local bench = json.decode(read "outputs/bench.json")
  bench.modes = rows_of(bench, function(mode)
    return not mode:find(FROM_ANSIBLE)
  end)
  local lab = bench.lab
  local head = "%d devices, %d commands each, %g ms round trip, "
    .. "%g ms of thinking a command:\n\n"
  return head:format(
    bench.modes[1].devices, bench.modes[1].commands, lab.rtt * 1000, lab.think * 1000
  ) .. modes_table(bench.modes) .. "\n" .. fenced(bars(bench.modes))
end

-- What moonwire takes by itself stands beside it; nil when there was no Ansible.
local function ansible_section()
  local bench, seconds = json.decode(read "outputs/bench.json"), {}
  for _, row in ipairs(bench.modes) do
    seconds[row.mode] = ("%.2f"):format(row.seconds)
  end
  if not seconds["ansible-once"] then
    return nil
  end
  local lines = {
    ("%d devices as above, seconds from the start of `ansible-playbook` to its end; "
      .. "`moonwire` alone takes %s:\n"):format(
      bench.modes[1].devices, seconds.nonblocking or "–"
    ),
    "| module | 1 fork | 5 forks | 10 forks |",
    "|---|---|---|---|",
  }
  for _, name in ipairs { "sync", "async" } do
    local row = "ansible-" .. name .. "-"
    local line = "| `%s_netmiko_module`, a call for each | %s | %s | %s |"
    lines[#lines + 1] = line:format(
      name, seconds[row .. 1], seconds[row .. 5], seconds[row .. 10]
    )
  end
  local once = "| `moonwire` with `run_once`, one call for all | %s | | |"
  lines[#lines + 1] = once:format(seconds["ansible-once"])
  return table.concat(lines, "\n") .. "\n"
end

local function goal_row(goal)
  local measured = goal.value and ("%.4g %s"):format(goal.value, goal.unit) or "–"
  local verdict = goal.value and "missed" or "not measured"
  local bound = ("%s%g"):format(goal.least and "≥ " or "", goal.least or goal.most)
  return ("| %s | %s %s | %s | %s |"):format(
    goal.title, bound, goal.unit, measured, goal.is_reached and "reached" or verdict
  )
end

local function goals_section(path)
  local lines = { "| number | to reach | measured | |", "|---|---|---|---|" }
  for _, goal in ipairs(json.decode(read(path)).goals) do
    lines[#lines + 1] = goal_row(goal)
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
text = replace(text, "prompt", fenced(transcript()))
text = replace(text, "change", fenced(change()))
text = replace(text, "modes", modes_section())
local from_ansible = ansible_section()
if from_ansible then
  text = replace(text, "ansible", from_ansible)
end
if uv.fs_stat "outputs/scale.json" then
  text = replace(text, "goals", goals_section "outputs/scale.json")
end
if uv.fs_stat "outputs/http.json" then
  text = replace(text, "http", goals_section "outputs/http.json")
end
if uv.fs_stat "outputs/stream.json" then
  text = replace(text, "stream", stream_section())
end
local file = assert(io.open("README.md", "w"))
file:write(text)
assert(file:close())
