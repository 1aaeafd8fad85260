--- A run in a few lines: how each device fared, and how many did.
-- @module moonwire.report.summary
local escape = require "moonwire.report.escape"
local time = require "moonwire.report.time"
local transcript = require "moonwire.report.transcript"

local summary = {}

local WIDEST_NAME = 40
local NAMED = 3 -- devices with a cause in common

local function width_of(results)
  local widest = 0
  for _, result in ipairs(results) do
    widest = math.max(widest, utf8.len(escape.line(result.device)))
  end
  return math.min(widest, WIDEST_NAME)
end

local function pad(text, width)
  return text .. (" "):rep(width - utf8.len(text))
end

--- Why a device failed, in one line.
-- @tparam table result
-- @treturn string no control byte of the device's is left in it
function summary.cause(result)
  local where = result.phase and " in " .. escape.line(result.phase) or ""
  local kind = escape.line(result.kind or "error")
  -- a message may be a traceback, whose first line says it
  local message = (result.message or ""):match "^[^\n]*"
  return ("%s%s: %s"):format(kind, where, escape.line(message))
end

--- One device as a line.
-- @tparam table result
-- @int[opt=0] width how many characters the name is padded to
-- @treturn string no control byte of the device's is left in it
function summary.device(result, width)
  local name = pad(escape.line(result.device), width or 0)
  local elapsed = ("%8.3f s"):format(result.elapsed or 0)
  if result.ok then
    return ("ok      %s  %s"):format(name, elapsed)
  end
  return ("failed  %s  %s  %s"):format(name, elapsed, summary.cause(result))
end

-- What several devices have failed for in common is said once: lists of results with
-- their `root`, in the order in which these are met; also by root, to look them up.
local function shared_roots(results)
  local roots, by_root = {}, {}
  for _, result in ipairs(results) do
    local root = result.root
    if root and not by_root[root] then
      roots[#roots + 1] = root
      by_root[root] = { root = root }
    end
    if root then
      table.insert(by_root[root], result)
    end
  end
  local shared = {}
  for _, root in ipairs(roots) do
    if #by_root[root] > 1 then
      shared[#shared + 1] = by_root[root]
      shared[root] = by_root[root]
    end
  end
  return shared
end

local function root_line(group)
  local names = {}
  for i = 1, math.min(#group, NAMED) do
    names[i] = escape.line(group[i].device)
  end
  local more = #group > NAMED and (", … and %d more"):format(#group - NAMED) or ""
  local line = "failed  %d devices unreachable: %s (%s%s)\n"
  return line:format(#group, escape.line(group.root), table.concat(names, ", "), more)
end

--- The counts of a run, and its time.
-- @tparam table run
-- @treturn string two lines
function summary.counts(run)
  local total = #run.results
  local count = run.count
  local line = "%d %s: %d ok, %d failed; %s, at most %d open at once\n%s\n"
  return line:format(
    total,
    total == 1 and "device" or "devices",
    count.ok,
    count.failed,
    run.mode,
    run.peak_sessions or 0,
    time.total(run.seconds)
  )
end

--- The report of a run: a line for each device, but one for all that have failed by the
-- same cause, such as a jump host that was lost.
-- @tparam table run
-- @bool[opt] with_output also what each device said, before the lines
-- @treturn string
function summary.text(run, with_output)
  local parts, width = {}, width_of(run.results)
  for _, result in ipairs(with_output and run.results or {}) do
    local host = escape.line(result.host)
    parts[#parts + 1] = ("-> Host %s\n%s\n\n"):format(host, transcript.device(result))
  end
  local shared = shared_roots(run.results)
  for _, result in ipairs(run.results) do
    if not shared[result.root or ""] then
      parts[#parts + 1] = summary.device(result, width) .. "\n"
    end
  end
  for _, group in ipairs(shared) do
    parts[#parts + 1] = root_line(group)
  end
  parts[#parts + 1] = summary.counts(run)
  return table.concat(parts)
end

return summary
