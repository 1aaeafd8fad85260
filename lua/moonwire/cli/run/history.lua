--- The history of a run in words: a line of a list, or all of it.
-- @module moonwire.cli.run.history
local escape = require "moonwire.report.escape"
local nodeset = require "moonwire.inventory.nodeset"
local state = require "moonwire.fleet.state"
local text_table = require "moonwire.report.table"
local time = require "moonwire.report.time"

local history = {}

local ORDER = { "planned", "handed" }
table.move(state.names, 1, #state.names, #ORDER + 1, ORDER)

local WORST = { "handed", "unknown" } -- what wants a person's eye

local function state_of(known, is_running)
  if is_running then
    return known.is_paused and "paused" or "running"
  elseif not known.finish then
    return "broken off"
  elseif #known:unfinished() > 0 then
    return "ended early"
  end
  return known.finish.ok and "ok" or "failed"
end

local function counts(tally)
  local parts = {}
  for _, name in ipairs(ORDER) do
    if tally[name] > 0 then
      parts[#parts + 1] = ("%d %s"):format(tally[name], name)
    end
  end
  return table.concat(parts, ", ")
end

local function what_of(head)
  local order = head.order or {}
  return table.concat(order.commands or { order.file or head.verb }, "; ")
end

--- What a list shows of a run.
-- @tparam table known see `moonwire.journal.history`
-- @bool is_running
-- @treturn table plain data
function history.row(known, is_running)
  return {
    run = known.id,
    state = state_of(known, is_running),
    verb = known.head.verb,
    what = what_of(known.head),
    devices = #known.names,
    states = known:tally(),
    began = known.head.t,
    seconds = known.seen - known.head.t,
    resumes = known.resumes,
    reason = known.finish and known.finish.reason,
    is_torn = known.found.is_torn,
    is_damaged = known.found.is_damaged,
  }
end

local COLUMNS = {
  { title = "run" }, { title = "state" }, { title = "verb" },
  { title = "devices" }, { title = "how they are" }, { title = "what" },
}

--- A list of runs.
-- @tparam {table,...} rows of `row`
-- @treturn string
function history.list(rows)
  local cells = {}
  for i, row in ipairs(rows) do
    cells[i] = {
      row.run, row.state, row.verb, row.devices, row.states and counts(row.states),
      row.what,
    }
  end
  return text_table.format(COLUMNS, cells)
end

-- Names by what became of their device, and why.
local function groups_of(known)
  local groups, order = {}, {}
  for index, name in ipairs(known.names) do
    local key = known:state(index)
    local cause = known.causes[index]
    key = cause and cause ~= key and ("%s (%s)"):format(key, cause) or key
    if not groups[key] then
      groups[key] = {}
      order[#order + 1] = key
    end
    table.insert(groups[key], name)
  end
  table.sort(order)
  return groups, order
end

local function timers(known, lines)
  local now = os.time()
  for index, name in ipairs(known.names) do
    local at = known.timers[index]
    if at then
      local left = math.ceil(at - now)
      lines[#lines + 1] = ("the timer of %s %s %s: it takes back what nobody confirms")
        :format(name, left > 0 and "runs until" or "has run out at",
          os.date("!%H:%M:%S UTC", at // 1 | 0))
    end
  end
end

local function warnings(known)
  local lines, tally = {}, known:tally()
  if known.found.is_damaged then
    lines[#lines + 1] = ("record %d is damaged; what follows it is not read"):format(
      known.found.last + 1)
  elseif known.found.is_torn then
    lines[#lines + 1] = "its last record was torn off"
  end
  for _, name in ipairs(WORST) do
    if known.head.order and known.head.order.changes and tally[name] > 0 then
      lines[#lines + 1] = ("%d %s: nobody has seen what came of them; moonwire runs "
        .. "resume looks"):format(tally[name], name)
    end
  end
  timers(known, lines)
  return lines
end

--- All that is known about a run.
-- @tparam table known
-- @bool is_running
-- @treturn string
function history.text(known, is_running)
  local row = history.row(known, is_running)
  local lines = {
    ("run      %s  (%s)"):format(row.run, row.state),
    ("began    %s"):format(os.date("!%Y-%m-%d %H:%M:%S UTC", row.began // 1 | 0)),
    ("took     %s"):format(time.text(math.max(0, row.seconds))),
    ("what     %s: %s"):format(row.verb, row.what),
    ("devices  %d: %s"):format(row.devices, counts(row.states)),
  }
  for _, note in ipairs(known.notes) do
    lines[#lines + 1] = "note     " .. note.text
  end
  for _, warning in ipairs(warnings(known)) do
    lines[#lines + 1] = "warning  " .. warning
  end
  local groups, order = groups_of(known)
  for _, key in ipairs(order) do
    lines[#lines + 1] = ("%s: %s"):format(key, nodeset.fold(groups[key]))
  end
  for i, line in ipairs(lines) do
    lines[i] = escape.line(line)
  end
  return table.concat(lines, "\n") .. "\n"
end

return history
