--- The end of a text, in time that grows with the text and no faster. A pattern that is
-- held to the end only, such as "[^\n]*$", is tried at every byte before it, and costs
-- the square of the longest line.
-- @module moonwire.parse.ending
local ending = {}

--- What stands behind the last line end.
-- @string text
-- @treturn string all of it when there is no line end
function ending.line(text)
  return text:match "^.*\n([^\n]*)$" or text
end

--- The last line, and the one above it.
-- @string text
-- @treturn string the last
-- @treturn string|nil the one above; nil when there is none
function ending.lines(text)
  local line = ending.line(text)
  if #line == #text then
    return line
  end
  return line, ending.line(text:sub(1, -#line - 2))
end

--- A text without the blanks at its end.
-- @string text
-- @treturn string
function ending.trimmed(text)
  return text:match "^.*%S" or ""
end

return ending
