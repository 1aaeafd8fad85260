--- Words for people that quote what a file or a device holds: nothing in them is obeyed
-- by a terminal, and they stay on one line.
-- @module moonwire.printable
local function show(bytes)
  return (bytes:gsub(".", function(byte)
    return ("\\x%02x"):format(byte:byte())
  end))
end

--- Show control characters as `\x1b`, those of C1 too.
-- @string text
-- @treturn string
return function(text)
  text = text:gsub("[%c\127]", show)
  return (text:gsub("\xc2[\x80-\x9f]", show))
end
