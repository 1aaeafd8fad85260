--- Recordings as moonwire writes them: asciicasts of version 2, a line of JSON with the
-- head and one for each event, `[seconds, "o" | "i" | "m", text]`. A last line that was
-- torn off, as by a crash, is left out.
-- @module moonwire.replay.cast
local json = require "moonwire.inventory.json"

local cast = {}

local LONGEST_LINE = 64 << 20 -- bytes
local KINDS = { o = true, i = true, m = true }

-- A byte that was no text was written as half a surrogate pair, DC80 to DCFF.
local function bytes_of(text)
  if not text:find("\xed[\xb2\xb3]") then
    return text
  end
  text = text:gsub("\xed\xb2([\x80-\xbf])", "%1")
  return (text:gsub("\xed\xb3([\x80-\xbf])", function(byte)
    return string.char(byte:byte() + 0x40)
  end))
end

local function is_event(value)
  return type(value) == "table" and type(value[1]) == "number" and value[1] >= 0
    and type(value[2]) == "string" and type(value[3]) == "string"
end

local function event_of(line)
  local value = #line <= LONGEST_LINE and json.decode(line) or nil
  if not is_event(value) then
    return nil
  end
  return { at = value[1], kind = value[2], text = bytes_of(value[3]) }
end

local function head_of(line)
  local head = line and json.decode(line) or nil
  return type(head) == "table" and head.version == 2 and head or nil
end

--- Whether a text may be such a recording.
-- @string text
-- @treturn boolean
function cast.is_one(text)
  return head_of(text:match "^%s*({[^\n]*})\r?\n") ~= nil
end

--- Read one.
-- @string text
-- @treturn[1] table head
-- @treturn[1] {table,...} events: `at` (seconds), `kind` ("o", "i", "m"), `text`
-- @return[2] nil
-- @treturn[2] string message
function cast.read(text)
  local head, events, number = nil, {}, 0
  for line, ending in text:gmatch "([^\n]*)(\n?)" do
    number = number + 1
    if not head then
      head = head_of(line)
      if not head then
        return nil, "it does not begin with the head of an asciicast, version 2"
      end
    elseif line ~= "" then
      local event = event_of(line)
      if event and KINDS[event.kind] then
        events[#events + 1] = event
      elseif not event and ending ~= "" then
        return nil, ("line %d is no event"):format(number)
      end
    end
  end
  return head, events
end

return cast
