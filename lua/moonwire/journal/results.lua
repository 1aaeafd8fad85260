--- The results that a journal tells of, as a run to write reports of. A device that was
-- not finished is a result as well: nothing is left out.
-- @module moonwire.journal.results
local journal = require "moonwire.journal"

local results = {}

local UNFINISHED = {
  planned = "it had no turn",
  handed = "it was begun, and it is not known what came of it",
}

-- By the wall clock, which is the one that runs on when a run is resumed.
local function started_of(record, began)
  return math.max(record.t - began - (record.elapsed or 0), 0)
end

local function unfinished(name, state)
  return { device = name, host = "", ok = false, kind = state,
    message = UNFINISHED[state] or state }
end

local function list_of(known, ends)
  local list = {}
  for index, name in ipairs(known.names) do
    local record = not known.handed[index] and ends[index] or nil
    if record and record.elapsed then
      record.started = started_of(record, known.head.t)
    end
    list[index] = record or unfinished(name, known:state(index))
  end
  return list
end

--- Read them.
-- @string id as `moonwire.journal.find` gives it
-- @string[opt] root the folder of all runs
-- @tparam[opt] function on_record called with each record; it may wait
-- @treturn[1] table run: `mode`, `results` (in the order of the plan), `seconds`,
-- `peak_sessions`, `threads`; for `moonwire.report.run.source`
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: "invalid", "local"
function results.read(id, root, on_record)
  local ends = {} -- the last time a device has ended counts
  local known, message, kind = journal.read(id, {
    root = root,
    on_record = on_record,
    on_end = function(record)
      ends[record.i] = record
    end,
  })
  if not known then
    return nil, message, kind
  end
  local order, finish = known.head.order or {}, known.finish or {}
  return {
    mode = order.mode or "nonblocking",
    results = list_of(known, ends),
    seconds = known.seen - known.head.t,
    peak_sessions = finish.peak_sessions,
    threads = finish.threads,
  }
end

return results
