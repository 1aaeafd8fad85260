--- A run as server-sent events: `run` (again when it had to wait and begins), then
-- `begin` (devices by index) and `result` as they come, then `end`. An event is small:
-- what a device said is in the run. A reader who takes nothing is left alone, and the
-- run does not notice.
-- @module moonwire.serve.follow
local journal = require "moonwire.journal"
local json = require "moonwire.report.json"
local shown = require "moonwire.serve.shown"
local task = require "moonwire.task"

local follow = {}

local STALLED = 20 -- seconds in which a reader of events has to take some
local LOOK = 0.5 -- seconds between two looks at what another program writes
local AT_ONCE = 50 -- records before others have a turn

local function event(name, value, id)
  local head = id and ("id: %d\n"):format(id) or ""
  return ("%sevent: %s\ndata: %s\n"):format(head, name, json.encode(value, true))
end

local function result_event(result, id)
  return event("result", shown.small(result), id)
end

-- Several devices may begin in the same moment.
local function begin_event(begun, seen)
  local fresh = table.move(begun, seen + 1, #begun, 1, {})
  return event("begin", { devices = fresh })
end

-- `at`: what was written: the state, how many of the devices begun and of the results.
local function write_new(request, one, at)
  if one.state ~= at.state and not one:is_over() then -- it had to wait, and has begun
    at.state = one.state
    if not request:write(event("run", one:summary()), STALLED) then
      return false
    end
  end
  if #one.begun > at.begun then
    local text = begin_event(one.begun, at.begun)
    at.begun = #one.begun
    if not request:write(text, STALLED) then
      return false
    end
  end
  while at.results < #one.results do
    at.results = at.results + 1
    local text = result_event(one.results[at.results], at.results)
    if not request:write(text, STALLED) then
      return false
    end
  end
  return true
end

local function finish(request, summary)
  if summary then
    request:write(event("end", summary), STALLED)
  end
  request:finish()
end

--- Follow a run of this server to its end.
-- @param request of `host.http`, whose stream has begun
-- @tparam Run one
-- @int seen how many results the reader has had already
function follow.run(request, one, seen)
  local at = { state = one.state, begun = 0, results = math.min(seen, #one.results) }
  if not request:write(event("run", one:summary()), STALLED) then
    return
  end
  while true do
    local results, begun = at.results, at.begun
    if not write_new(request, one, at) then
      return
    elseif one:is_over() and at.results == #one.results then
      return finish(request, one:summary())
    elseif at.results == results and at.begun == begun
      and not request:write(": still here\n\n", STALLED) then
      return
    end
    one:wait_for_more(at.results, at.begun)
  end
end

-- The event of a journal's record, if it is one; `self` keeps what it needs of others.
local EVENT = {}

function EVENT.run(self, record)
  self.began = record.t
end

EVENT["begin"] = function(self, record)
  local started = math.max(record.t - self.began, 0)
  return event("begin", { devices = { { index = record.i, started = started } } })
end

EVENT["end"] = function(self, record)
  self.ends = self.ends + 1
  record.index = record.i
  record.started = math.max(record.t - self.began - (record.elapsed or 0), 0)
  return self.ends > self.skip and result_event(shown.result(record), self.ends)
end

-- Writes the records of a journal as they are read, while there is a reader.
local function new_teller(request, skip)
  local self = { is_read = true, count = 0, ends = 0, skip = skip }
  function self.take(record)
    self.count = self.count + 1
    if self.count % AT_ONCE == 0 then
      task.sleep(0)
    end
    local text = EVENT[record.type] and EVENT[record.type](self, record)
    if text and self.is_read then
      self.is_read = request:write(text, STALLED) and true or false
    end
  end
  return self
end

--- Follow a run that another program has, or had, in its hands. There is no `end` of
-- one whose folder is taken away meanwhile.
-- @param request of `host.http`, whose stream has begun
-- @tparam Past past
-- @string id
-- @int seen how many results the reader has had already
-- @tparam function is_stopping whether this server is about to end
function follow.past(request, past, id, seen, is_stopping)
  local summary = past:summary(id)
  local teller, from = new_teller(request, seen), nil
  if not summary or not request:write(event("run", summary), STALLED) then
    return
  end
  repeat
    summary = past:summary(id) -- before reading on, which then comes to the end
    local is_running = summary and summary.state == "running"
    from = journal.follow(id, teller.take, from, past.root) or from
    if not teller.is_read then
      return
    elseif not is_running then
      return finish(request, summary)
    end
    teller.is_read = request:write(": still here\n\n", STALLED)
    task.sleep(LOOK)
  until not teller.is_read or is_stopping()
end

return follow
