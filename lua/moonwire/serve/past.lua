--- Runs that this server does not have in its hands: those of the command line, and its
-- own from before it was started, as their journals tell. Reading one takes turns with
-- everything else that the loop does.
-- @module moonwire.serve.past
local glance = require "moonwire.journal.glance"
local journal = require "moonwire.journal"
local request = require "moonwire.journal.request"
local results = require "moonwire.journal.results"
local shown = require "moonwire.serve.shown"
local state = require "moonwire.fleet.state"
local task = require "moonwire.task"
local uv = require "luv"

local past = {}

local AT_ONCE = 50 -- records that are read before others have a turn
local MOST_KEPT = 2000 -- summaries
local LOOK = 0.05 -- seconds between two looks whether a run has ended

local Past = { __name = "moonwire.serve.Past" }
Past.__index = Past

--- @string[opt] root the folder of all runs
-- @tparam[opt] function is_creating whether this server makes the journal of a run at
-- this moment: such a run is not to be seen before it is in hand
-- @treturn Past
function past.new(root, is_creating)
  return setmetatable({
    root = root, is_creating = is_creating, kept = {}, count = 0,
  }, Past)
end

--- The names of all runs, the latest first.
-- @treturn {string,...}
function Past:ids()
  local ids = journal.list(self.root)
  for i = 1, #ids // 2 do
    local other = #ids + 1 - i
    ids[i], ids[other] = ids[other], ids[i]
  end
  return ids
end

local function new_pause()
  local count = 0
  return function()
    count = count + 1
    if count % AT_ONCE == 0 then
      task.sleep(0)
    end
  end
end

local COLUMNS = {
  done = "ok", changed = "ok", unchanged = "ok",
  cancelled = "cancelled", skipped = "cancelled", planned = "cancelled",
}

local IS_OPEN = { planned = true, handed = true }

-- While a run goes on, nobody knows what comes of those that have not ended.
local function count_of(tally, is_running)
  local count = { ok = 0, failed = 0, cancelled = 0 }
  for name, devices in pairs(tally) do
    local column = COLUMNS[name] or "failed"
    if not (is_running and IS_OPEN[name]) then
      count[column] = count[column] + devices
    end
  end
  return count
end

local function iso(seconds)
  return os.date("!%Y-%m-%dT%H:%M:%SZ", seconds // 1 | 0)
end

-- A run that was resumed has more behind it than its last record tells.
local function tally_of(self, id, seen)
  local finish = seen.finish
  if finish and type(finish.states) == "table"
    and state.sum(finish.states) == seen.head.count then
    return finish.states
  end
  local known, message = journal.read(id, { root = self.root, on_record = new_pause() })
  return known and known:tally(), message
end

local function state_of(finish, count, is_running)
  if not finish then
    return is_running and "running" or "broken"
  elseif finish.reason and count.cancelled > 0 then
    return "cancelled"
  end
  return "done"
end

-- What was asked for.
local function plan_of(id, head)
  local order = head.order or {}
  return {
    id = id,
    verb = head.verb,
    mode = order.mode or "nonblocking",
    commands = order.commands,
    filter = type(order.inventory) == "table" and order.inventory.filter or nil,
    caller = order.caller,
    plan = order.plan_beside and true or nil,
    applies = order.applies,
    confirm_within = order.confirm_within,
    save = order.save,
    waves = order.waves,
    abort_after = order.abort_after,
    created = iso(head.t),
    started = iso(head.t),
    devices = head.count,
  }
end

local function add_end(summary, finish)
  summary.ended, summary.message = iso(finish.t), finish.reason
  summary.seconds = finish.seconds
  summary.peak_sessions, summary.threads = finish.peak_sessions, finish.threads
end

local function is_half_made(self, head)
  return head.pid == uv.os_getpid() and self.is_creating and self.is_creating()
end

local function new_summary(self, id, seen, tally)
  local head = seen.head
  local summary = plan_of(id, head)
  local is_running = not seen.finish and journal.is_running(id, self.root)
  if is_running and is_half_made(self, head) then
    return nil, "it is about to begin"
  end
  local count = count_of(tally, is_running)
  summary.state, summary.count = state_of(seen.finish, count, is_running), count
  if seen.finish then
    add_end(summary, seen.finish)
  else
    summary.seconds = math.max(0, (seen.last and seen.last.t or head.t) - head.t)
  end
  summary.ok = summary.state == "done" and count.failed == 0
  return summary
end

local function keep(self, id, mark, summary)
  if self.count >= MOST_KEPT then
    self.kept, self.count = {}, 0
  end
  self.count = self.count + (self.kept[id] and 0 or 1)
  self.kept[id] = { mark = mark, summary = summary }
end

--- Whether a device of a run was finished.
-- @tparam table result one of `Past:results`
-- @treturn boolean
function past.has_ended(result)
  return not IS_OPEN[result.kind]
end

--- A run without its results.
-- @string id
-- @treturn[1] table as `Run:summary`
-- @return[2] nil
-- @treturn[2] string message
function Past:summary(id)
  local folder = self.root or journal.root()
  local status, message = uv.fs_stat(("%s/%s/journal"):format(folder, id))
  if not status then
    return nil, message
  end
  local mark = ("%d %d %d"):format(status.size, status.mtime.sec, status.mtime.nsec)
  local kept = self.kept[id]
  if kept and kept.mark == mark and kept.summary.state ~= "running" then
    return kept.summary
  end
  local seen, tally
  seen, message = glance.read(("%s/%s/journal"):format(folder, id))
  if seen then
    tally, message = tally_of(self, id, seen)
  end
  if not tally then
    return nil, message
  end
  local summary
  summary, message = new_summary(self, id, seen, tally)
  if summary then
    keep(self, id, mark, summary)
  end
  return summary, message
end

--- Have a run dropped that another program has in its hands, and wait for its end.
-- @string id
-- @treturn[1] table summary
-- @return[2] nil
-- @treturn[2] string message
function Past:cancel(id)
  local ok, message = request.send(id, "drop", self.root)
  if not ok then
    return nil, message
  end
  while journal.is_running(id, self.root) do
    task.sleep(LOOK)
  end
  return self:summary(id)
end

--- The names of a run's devices.
-- @string id
-- @treturn {string,...}
function Past:names(id)
  local known = journal.read(id, { root = self.root, on_record = new_pause() })
  return known and known.names or {}
end

--- Results, in the order of the plan.
-- @string id
-- @tparam function wants given a number; whether the answers of that device are wanted
-- @treturn[1] {table,...} of every device: one that was not finished says so
-- @return[2] nil
-- @treturn[2] string message
function Past:results(id, wants)
  local pause = new_pause()
  local read, message = results.read(id, self.root, function(record)
    pause()
    if record.type == "end" and not wants(record.i) then
      record.output = nil
    end
  end)
  if not read then
    return nil, message
  end
  for i, one in ipairs(read.results) do
    local plain = shown.result(one)
    plain.index, plain.output = i, shown.outputs(one.output)
    read.results[i] = plain
  end
  return read.results
end

return past
