--- Where the results of a run go as they come: standard output in some format, a
-- folder, the progress bar, and in the end a summary of what failed and why.
-- @module moonwire.cli.run.sink
local escape = require "moonwire.report.escape"
local folder = require "moonwire.report.folder"
local nodeset = require "moonwire.inventory.nodeset"
local outlet = require "moonwire.cli.run.outlet"
local output = require "moonwire.report.output"
local platforms = require "moonwire.platform"
local progress = require "moonwire.report.progress"
local state = require "moonwire.fleet.state"
local templates = require "moonwire.cli.run.templates"
local time = require "moonwire.report.time"

local sink = {}

local Sink = { __name = "moonwire.Sink" }
Sink.__index = Sink

--- Print to standard error, clear of the bar.
-- @string text
function Sink:say(text)
  self.bar:hide()
  io.stderr:write("moonwire ", self.verb, ": ", escape.line(text), "\n")
end

-- Nobody may read it any more, as with `head`.
local function printer(self)
  return function(text)
    if self.is_closed then
      return
    end
    self.bar:hide()
    if not outlet.write(text) then
      self.is_closed = true
      self.on_failure "nobody reads the output any more"
    end
  end
end

local function format_of(order)
  if order.fold then
    return "fold"
  elseif order.textfsm and (order.format or "text") == "text" then
    return "table"
  end
  return order.format or "text"
end

-- Formats in which a result is printed when it comes; others wait for all of them.
local STREAMING = { text = true, ndjson = true, csv = true }

--- Everything that results of an order go to.
-- @tparam table order see `moonwire.cli.run.order`
-- @tparam {table,...} devices all of the inventory, or of the plan
-- @tparam table options `numbers` (the number among them for each device of this run;
-- nil: their order), `total` (devices of this run), `verbosity` (-1 to 2)
-- @treturn[1] Sink
-- @return[2] nil
-- @treturn[2] string message
function sink.new(order, devices, options)
  local self = setmetatable({
    verb = order.verb,
    order = order,
    devices = devices,
    numbers = options.numbers,
    verbosity = options.verbosity,
    is_plain_text = format_of(order) == "text",
    is_streaming = STREAMING[format_of(order)] and not order.textfsm or false,
    causes = {}, -- failures: by cause, the names
    left = { unknown = {}, rolled_back = {} }, -- the names, by the state
    on_failure = function() end,
  }, Sink)
  if order.output then
    local message
    self.folder, message = folder.new(order.output, devices)
    if not self.folder then
      return nil, message
    end
  end
  self.bar = progress.new {
    total = options.total,
    label = order.verb,
    stream = self.verbosity < 0 and sink.SILENT or nil,
  }
  self.templates = order.textfsm and templates.new() or nil
  self.output = output.new(format_of(order), {
    write = printer(self),
    has_rows = order.textfsm,
    platform_of = function(result)
      local device = devices[self:_number(result.index)]
      return platforms.get(result.platform or device and device.device_type or "")
    end,
  })
  return self
end

--- A stream that says nothing.
sink.SILENT = { write = function() end, flush = function() end }

function Sink:_number(index)
  return self.numbers and self.numbers[index] or index
end

-- What devices share comes before what each of them says of it: a jump host that is
-- lost is one cause, whatever they were at.
local function cause_of(result)
  if result.is_skipped then
    return "not tried"
  elseif result.root then
    return "unreachable: " .. escape.line(result.root)
  end
  local where = result.phase and " in " .. result.phase or ""
  return (result.kind or "error") .. where
end

local function note_cause(self, result)
  local cause = cause_of(result)
  self.causes[cause] = self.causes[cause] or {}
  table.insert(self.causes[cause], result.device)
end

local function say_more(self, result)
  if self.verbosity < 1 then
    return
  end
  local words = ("%s: %s, %.3f s"):format(result.device, result.state,
    result.elapsed or 0)
  local phases = {}
  for name, seconds in pairs(self.verbosity > 1 and result.phases or {}) do
    phases[#phases + 1] = ("%s %.3f"):format(name, seconds)
  end
  table.sort(phases)
  self:say(#phases > 0 and words .. " (" .. table.concat(phases, ", ") .. ")" or words)
end

--- Put results into the folder, where there is one.
-- @tparam {table,...} results
function Sink:keep(results)
  local kept, numbers = {}, {}
  for _, result in ipairs(self.folder and results or {}) do
    if not result.is_skipped then
      kept[#kept + 1] = result
      numbers[#numbers + 1] = self:_number(result.index)
    end
  end
  local ok, message = true, nil
  if kept[1] then
    ok, message = self.folder:write(kept, numbers)
  end
  if not ok and not self.has_failed then
    self.has_failed = true
    self.on_failure(message)
  end
end

local NEXT_STEP = "unknown devices may have been changed, and nothing is sent to them "
  .. "again on a guess: moonwire runs resume %s looks at each and says what it finds; "
  .. "what that leaves unknown, somebody has to look at"

-- States of which a person wants to know in which devices are.
local LOOKED_AFTER = { unknown = true, rolled_back = true }

--- Show a result that was kept.
-- @tparam table result
function Sink:result(result)
  local device = self.devices[self:_number(result.index)]
  if self.templates then
    self.templates:read(result, device)
  end
  if not (result.is_skipped and self.is_plain_text) then
    self.output:result(result)
  end
  if not result.ok then
    note_cause(self, result)
  end
  if LOOKED_AFTER[result.state] then
    table.insert(self.left[result.state], result.device)
  end
  self.recording = self.recording or result.recording
  say_more(self, result)
  self.bar:step(result.ok)
end

local function state_words(states)
  local parts = {}
  for _, name in ipairs(state.names) do
    if (states[name] or 0) > 0 then
      parts[#parts + 1] = ("%d %s"):format(states[name], name)
    end
  end
  return table.concat(parts, ", ")
end

local function sorted_causes(causes)
  local list = {}
  for cause, names in pairs(causes) do
    list[#list + 1] = { cause = cause, names = names }
  end
  table.sort(list, function(a, b)
    if #a.names ~= #b.names then
      return #a.names > #b.names
    end
    return a.cause < b.cause
  end)
  return list
end

local function say_left(self, id)
  for _, name in ipairs { "rolled_back", "unknown" } do
    local names = self.left[name]
    if names[1] then
      self:say(("%s: %s"):format(name, nodeset.fold(names)))
    end
  end
  if id and self.left.unknown[1] then
    self:say(NEXT_STEP:format(id))
  end
end

--- All have come: print what waits for that.
function Sink:finish_shown()
  self.output:finish()
  self.bar:finish()
end

--- All have come: print what waits for that, and a summary.
-- @tparam Run run
-- @string[opt] id of the run
function Sink:finish(run, id)
  self:finish_shown()
  if self.verbosity < 0 then
    return
  end
  for _, one in ipairs(sorted_causes(self.causes)) do
    self:say(("%s (%d): %s"):format(one.cause, #one.names, nodeset.fold(one.names)))
  end
  say_left(self, id)
  if self.recording then
    local place = self.recording:match "^(.*)/"
    self:say(("what was said is in %s; see moonwire replay"):format(place))
  end
  local words = "%d %s: %s; at most %d at once; %s%s"
  local count = #run.devices
  self:say(words:format(count, count == 1 and "device" or "devices",
    state_words(run.states), run.peak_sessions, time.text(run.seconds),
    id and "; run " .. id or ""))
end

return sink
