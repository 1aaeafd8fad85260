--- The events of a run as lines, from the first on, until it ends.
-- @module moonwire.cli.run.tail
local escape = require "moonwire.report.escape"
local journal = require "moonwire.journal"
local task = require "moonwire.task"

local tail = {}

local LOOK = 0.2 -- seconds between two looks at a journal that grows

local say = {}

function say.run(record)
  return ("run %s begins: %d devices"):format(record.id, record.count)
end

function say.resume()
  return "the run is resumed"
end

say["begin"] = function(_, name)
  return name .. " begins"
end

function say.retry(record, name)
  return ("%s: %s in %s; once more in %.1f s"):format(name, record.kind, record.phase,
    record.pause)
end

say["end"] = function(record, name)
  local words = record.message and ": " .. record.message:match "^[^\n]*" or ""
  return ("%s is %s%s"):format(name, record.state, words)
end

function say.note(record)
  return record.text
end

function say.finish(record)
  return "the run is over: " .. (record.ok and "all is well" or "not all is well")
end

local Tail = {}
Tail.__index = Tail

function Tail:_print(record)
  local words = say[record.type](record, self.names[record.i or 0] or "?")
  local when = os.date("%H:%M:%S", record.t // 1 | 0)
  io.stdout:write(when, "  ", escape.line(words), "\n")
end

function Tail:_take(record)
  if record.type == "plan" then
    table.move(record.names, 1, #record.names, #self.names + 1, self.names)
  end
  self.is_over = record.type == "finish"
  if say[record.type] then
    self:_print(record)
  end
end

--- Print what happens in a run until it is over, or nobody runs it.
-- @string id
-- @string[opt] root
-- @bool[opt] once only what has happened so far
-- @treturn int exit status
function tail.follow(id, root, once)
  local self, found = setmetatable({ names = {} }, Tail), nil
  while true do
    local is_running = journal.is_running(id, root) -- before reading: nothing is missed
    local message
    found, message = journal.follow(id, function(record)
      self:_take(record)
    end, found, root)
    io.stdout:flush()
    if not found then
      io.stderr:write("moonwire runs: ", escape.line(message), "\n")
      return 2
    elseif once or self.is_over or not is_running then
      return 0
    end
    task.sleep(LOOK)
  end
end

return tail
