--- Take the echo of a command off the front of an answer.
-- A device echoes what it is sent, but rarely to the letter: it wraps at its width,
-- scrolls with a `$`, or repaints. Nothing here waits or talks.
-- @module moonwire.session.echo
local echo = {}

-- blanks and line ends that a device puts into an echo when it wraps
local function skip_wrap(text, at)
  return text:match("^[ \r\n]*()", at)
end

-- Match the command letter by letter, over wraps. Where its echo ends, or nil.
local function match_wrapped(text, at, command)
  for i = 1, #command do
    local letter = command:sub(i, i)
    if text:sub(at, at) ~= letter then
      at = skip_wrap(text, at)
      if text:sub(at, at) ~= letter then
        if not letter:find "%s" then
          return nil
        end
        at = at - 1 -- a blank of ours that the wrap has swallowed
      end
    end
    at = at + 1
  end
  return at
end

-- A line editor that scrolls shows the prompt, "$", and the last part of the command.
local function match_scrolled(line, command)
  local shown = line:match "%$(.*)$"
  return shown and #shown > 0 and command:sub(-#shown) == shown
end

local function after_line_end(text, at)
  return text:match("^[ \t]*\n()", at) or at
end

--- Split an answer into prompt, echo and output.
-- @string text what came since the last prompt was awaited, prompt and echo first
-- @string command as it was sent
-- @treturn string the output; all of the text when there is no echo in it
-- @treturn boolean whether an echo was found
function echo.strip(text, command)
  local first_line = text:match "^[^\n]*"
  if first_line:sub(-#command) == command and command ~= "" then
    return text:sub(#first_line + 2), true
  end
  local head = command:sub(1, 1)
  local at = text:find(head, 1, true)
  while at and at <= #first_line + 1 do
    local past = match_wrapped(text, at, command)
    if past then
      return text:sub(after_line_end(text, past)), true
    end
    at = text:find(head, at + 1, true)
  end
  if match_scrolled(first_line, command) then
    return text:sub(#first_line + 2), true
  end
  return text, false
end

return echo
