--- The words of a failure: what was done, what was awaited, what came instead.
-- @module moonwire.session.failure
local failure = {}

local SHOWN = 300 -- bytes of what the device said last

local function show_byte(byte)
  return ("\\x%02x"):format(byte:byte())
end

--- The last bytes of a device's text, in one printable line.
-- @string text
-- @treturn string
function failure.tail(text)
  local cut = text:sub(-SHOWN)
  cut = cut:gsub("\n", "\\n"):gsub("\t", "\\t"):gsub("[%c\127-\255]", show_byte)
  return (#text > SHOWN and "…" or "") .. cut
end

--- A message for a wait that ended without what was awaited.
-- @string doing such as `command "show version"`
-- @string awaited such as "the prompt R1#"
-- @string message what the connection said
-- @string text what the device had said so far
-- @treturn string
function failure.message(doing, awaited, message, text)
  local seen = text ~= "" and ('; it said last: "' .. failure.tail(text) .. '"')
    or "; it said nothing"
  return ("%s: %s while waiting for %s%s"):format(doing, message, awaited, seen)
end

return failure
