--- Prompts of two lines: the upper one, the header, tells the mode and is no output.
-- @module moonwire.session.header
local header = {}

local function each_rule(platform, fits)
  for _, mode in ipairs(platform.modes_of) do
    for _, rule in ipairs(mode.alternatives) do
      if fits(rule) then
        return true
      end
    end
  end
  return false
end

--- Whether a line is the upper one of a prompt.
-- @tparam table platform
-- @string line
-- @treturn boolean
function header.is_header(platform, line)
  return each_rule(platform, function(rule)
    return rule.prev ~= nil and line:find(rule.prev) ~= nil
  end)
end

--- Whether a line is the lower one of a prompt, whatever stands above it.
-- @tparam table platform
-- @string line
-- @treturn boolean
function header.is_below(platform, line)
  return each_rule(platform, function(rule)
    return line:find(rule[1]) ~= nil and not (rule.no and line:find(rule.no))
  end)
end

--- The lines of a text without the last one, and the last one. The patterns begin at
-- the end: one that begins anywhere costs the square of a long text.
-- @string text of whole lines
-- @treturn string
-- @treturn string|nil nil when the text does not end in a line
function header.split(text)
  local rest, last = text:match "^(.*\n)([^\n]*)\n$"
  if not rest then
    return "", text:match "^([^\n]*)\n$"
  end
  return rest, last
end

--- Take the header of the prompt that follows off the end of a text, and the empty line
-- above it.
-- @tparam table platform
-- @string text of whole lines
-- @treturn string
function header.strip(platform, text)
  local rest, last = header.split(text)
  if last and header.is_header(platform, last) then
    if rest == "\n" then
      return ""
    end
    return rest:sub(-2) == "\n\n" and rest:sub(1, -2) or rest
  end
  return text
end

--- The last line of a text of whole lines.
-- @string text
-- @treturn string
function header.last_line(text)
  return select(2, header.split(text)) or ""
end

--- The line above the unfinished one.
-- @string text
-- @treturn string|nil
function header.above_tail(text)
  return text:match "^.*\n([^\n]*)\n[^\n]*$" or text:match "^([^\n]*)\n[^\n]*$"
end

return header
