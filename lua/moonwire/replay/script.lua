--- What a device is to say: a greeting, and steps in the order of a recording, each
-- with what is typed and what is said to that. Plain data, made from any format.
--
--    { name =, device_type =, greeting = { {at, text}, … }, ends = bool, steps = {
--      { input =, is_key =, is_any =, at =, output = { {at, text}, … } }, … } }
--
-- Times are seconds since the recording began. A line's `input` has no line end; a key
-- is a piece of input without one.
-- @module moonwire.replay.script
local script = {}

--- A line break of whatever kind as one.
-- @string text
-- @treturn string
function script.newlines(text)
  return (text:gsub("\r\n?", "\n"))
end

--- Output in a terminal's words.
-- @string text with any line ends
-- @treturn string
function script.terminal(text)
  return (text:gsub("\r?\n", "\r\n"))
end

-- What was typed at once, as lines and perhaps a key at the end.
local function inputs_of(event)
  local inputs = {}
  for line, ending in script.newlines(event.text):gmatch "([^\n]*)(\n?)" do
    if ending ~= "" or line ~= "" then
      inputs[#inputs + 1] =
        { input = line, is_key = ending == "" or nil, at = event.at, output = {} }
    end
  end
  return inputs
end

local function append(list, more)
  table.move(more, 1, #more, #list + 1, list)
end

local function joined(output)
  local parts = {}
  for i, chunk in ipairs(output) do
    parts[i] = chunk[2]
  end
  return table.concat(parts)
end
script.joined = joined

-- Cut a list of chunks behind so many bytes.
local function split(output, length)
  local first, second = {}, {}
  for _, chunk in ipairs(output) do
    local at, text = chunk[1], chunk[2]
    local size = math.min(#text, length)
    if size > 0 then
      first[#first + 1] = { at, text:sub(1, size) }
    end
    if size < #text then
      second[#second + 1] = { at, text:sub(size + 1) }
    end
    length = length - size
  end
  return first, second
end

-- Of lines that were typed at once, each gets what was said from its echo on; one whose
-- echo is not there gets nothing.
local function share_output(inputs, output)
  local text, given, owner = joined(output), 0, inputs[1]
  local from = #inputs[1].input + 1
  for i = 2, #inputs do
    local one = inputs[i]
    local first, last = text:find(one.input, from, true)
    if first and one.input ~= "" then
      local before
      before, output = split(output, first - 1 - given)
      append(owner.output, before)
      given, from, owner = first - 1, last + 1, one
    end
  end
  append(owner.output, output)
end

-- Output between two inputs belongs to the first of them. What was typed in pieces,
-- with nothing said between them, was typed at once.
local function steps_of(events)
  local greeting, steps, typed, output = {}, {}, nil, {}
  local function finish()
    if typed then
      local inputs = inputs_of(typed)
      share_output(inputs, output)
      append(steps, inputs)
    else
      greeting = output
    end
    typed, output = nil, {}
  end
  for _, event in ipairs(events) do
    if event.kind == "o" then
      output[#output + 1] = { event.at, event.text }
    elseif event.kind == "i" and typed and #output == 0 then
      typed.text = typed.text .. event.text
    elseif event.kind == "i" and event.text ~= "" then
      finish()
      typed = { at = event.at, text = event.text }
    end
  end
  finish()
  return greeting, steps
end

-- Who types before the device has greeted has its greeting before the first echo.
local function find_greeting(greeting, steps)
  local first = steps[1]
  if #greeting > 0 or not first then
    return greeting
  end
  local at = joined(first.output):find(first.input, 1, true)
  if at and first.input ~= "" then
    greeting, first.output = split(first.output, at - 1)
  end
  return greeting
end

-- The last word on how it ended.
local function failure_of(events)
  for i = #events, 1, -1 do
    local event = events[i]
    local kind, message = event.text:match "^failed ?([%w_]*)\n?(.*)"
    if event.kind == "m" and kind then
      return { kind = kind, message = message }
    elseif event.kind == "m" then
      return nil
    end
  end
end

local function notes_of(events)
  local notes = {}
  for _, event in ipairs(events) do
    notes[#notes + 1] = event.kind == "m" and event.text or nil
  end
  return notes
end

--- The script of a recording.
-- @tparam table head of `moonwire.replay.cast`
-- @tparam {table,...} events
-- @string name of the device, where the head has none
-- @treturn table script; with `notes` (its marks) and `failure` (`kind`, `message`)
function script.of_cast(head, events, name)
  local own = type(head.moonwire) == "table" and head.moonwire or {}
  local greeting, steps = steps_of(events)
  local failure = failure_of(events)
  return {
    name = type(head.title) == "string" and head.title or name,
    device_type = type(own.device_type) == "string" and own.device_type or nil,
    is_lazy = own.lazy == true,
    greeting = find_greeting(greeting, steps),
    steps = steps,
    notes = notes_of(events),
    failure = failure,
    ends = failure ~= nil and failure.kind == "dropped",
  }
end

return script
