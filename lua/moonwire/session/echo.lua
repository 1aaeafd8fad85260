--- Take the echo of a command off the front of an answer.
-- A device echoes what it is sent, but rarely to the letter: it wraps at its width,
-- scrolls with a `$`, or repaints. Nothing here waits or talks.
-- @module moonwire.session.echo
local echo = {}

-- where the text goes on behind the blanks and line ends that a wrap puts in
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
        if letter ~= " " then
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
local function is_scrolled(line, command)
  local shown = line:match "%$(.+)$"
  return shown ~= nil and command:sub(-#shown) == shown
end

-- The first line that ends in the command with a prompt before it.
local function find_plain(text, command, is_prompt)
  local from = 1
  while true do
    local first, last = text:find(command .. "\n", from, true)
    if not first then
      return nil
    end
    local prefix = text:sub(1, first - 1):match "[^\n]*$"
    if is_prompt(prefix) then
      return first - #prefix, last
    end
    from = last + 1
  end
end

local function find_repaired(text, command)
  local first_line = text:match "^[^\n]*"
  local head = command:sub(1, 1)
  local at = text:find(head, 1, true)
  while at and at <= #first_line + 1 do
    local past = match_wrapped(text, at, command)
    if past then
      return 1, text:match("^[ \t]*\n?()", past) - 1
    end
    at = text:find(head, at + 1, true)
  end
  if is_scrolled(first_line, command) then
    return 1, #first_line + 1
  end
end

--- Split an answer into what came before the echo, and the output behind it.
-- @string text from the last prompt that was awaited on
-- @string command as it was sent
-- @tparam function is_prompt tells whether a piece of a line is a prompt
-- @treturn string the output; all of the text when there is no echo in it
-- @treturn string what the device had said before on its own account, often nothing
-- @treturn boolean whether an echo was found
function echo.strip(text, command, is_prompt)
  local first, last = find_plain(text, command, is_prompt)
  if not first then
    first, last = find_repaired(text, command)
  end
  if not first then
    return text, "", false
  end
  return text:sub(last + 1), text:sub(1, first - 1), true
end

return echo
