--- What should be known beside results and errors: words to the person who runs the
-- program, on standard error, and events in a log file for whoever looks later.
-- An event has a level, the time (UTC), a name, and what it is about: run, device, and
-- plain fields. No field is ever a secret. Where nobody listens to a level an event
-- costs a comparison: ask `log.wants` before making its fields.
-- @module moonwire.log
local uv = require "luv"

local file = require "moonwire.log.file"
local record = require "moonwire.log.record"

local log = {}

--- Levels, the most urgent first.
log.levels = { "error", "warning", "info", "debug" }

local RANKS = { error = 1, warning = 2, info = 3, debug = 4 }
local SIZE, COUNT = 10 << 20, 5

local said = {}
local sink
local opened, format -- the log file
local file_rank, shown_rank = 0, 0 -- up to which level there are listeners

local function print_line(text)
  io.stderr:write("moonwire: ", (text:gsub("%c", "?")), "\n")
end

local function now()
  local seconds, microseconds = uv.gettimeofday()
  return ("%s.%03dZ"):format(
    os.date("!%Y-%m-%dT%H:%M:%S", seconds), microseconds // 1000)
end

local function check_rank(level, where)
  return RANKS[level] or error(("%s: there is no level %q"):format(
    where, tostring(level)), 3)
end

local function write_line(line)
  local ok, message = opened:write(line)
  if not ok then
    local path = opened.path
    log.close() -- first: what is said goes to the log as well
    log.say(("the log %s ends here: %s"):format(path, message))
  end
end

--- Whether anybody listens to a level.
-- @string level
-- @treturn boolean
function log.wants(level)
  local rank = RANKS[level]
  return rank <= file_rank or rank <= shown_rank
end

--- Note an event.
-- @string level "error", "warning", "info", "debug"
-- @string event its name, such as "login_failed"
-- @tparam[opt] table fields `run`, `device` and others: strings, numbers, booleans;
-- it belongs to the log from here on
function log.event(level, event, fields)
  local rank = check_rank(level, "log.event")
  if rank > file_rank and rank > shown_rank then
    return
  end
  fields = fields or {}
  fields.event = event
  local time = now()
  if rank <= shown_rank then
    io.stderr:write(record.text(time, level, fields))
  end
  if rank <= file_rank then
    write_line(record[format](time, level, fields))
  end
end

--- Say something to the person.
-- @string text one line
function log.say(text)
  (sink or print_line)(text)
  if RANKS.warning <= file_rank then
    write_line(record[format](now(), "warning", { event = "said", message = text }))
  end
end

--- Say something unless it has been said already.
-- @string text one line
-- @string[opt] key what it is about; the text itself when left out
function log.once(text, key)
  key = key or text
  if not said[key] then
    said[key] = true
    log.say(text)
  end
end

--- Give the words to a function from here on, as if nothing had been said yet.
-- @tparam ?function fn called with each text; nil: standard error again
function log.redirect(fn)
  sink, said = fn, {}
end

--- Show events on standard error, too.
-- @tparam ?string level up to this one; nil: none
function log.show(level)
  shown_rank = level and check_rank(level, "log.show") or 0
end

--- Write events into a file from here on.
-- @tparam table options `path`, `level` ("info"), `format` ("text", "json"), `size` (10
-- MiB: then it is put aside), `count` (5 files are kept aside)
-- @treturn[1] boolean true
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: "local"
function log.open(options)
  local rank = check_rank(options.level or "info", "log.open")
  local wanted = options.format or "text"
  if wanted ~= "text" and wanted ~= "json" then
    error(("log.open: there is no format %q"):format(tostring(wanted)), 2)
  end
  local made, message = file.open(
    options.path, options.size or SIZE, options.count or COUNT)
  if not made then
    return nil, ("cannot open the log: %s"):format(message), "local"
  end
  log.close()
  opened, format, file_rank = made, wanted, rank
  return true
end

--- Close the file. Harmless when there is none.
function log.close()
  if opened then
    opened:close()
  end
  opened, file_rank = nil, 0
end

return log
