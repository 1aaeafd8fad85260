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

-- The prompt in what stands before an echo. Some devices echo a line twice; and the
-- terminal of a busy one echoes it at once, in front of the prompt, with no end of line
-- when its shell takes the terminal over just then.
local function prompt_in(prefix, command, is_prompt)
  while not is_prompt(prefix) do
    local _, last = prefix:find(command, 1, true)
    if not last or command == "" then
      return nil
    elseif prefix:sub(-#command) == command then
      prefix = prefix:sub(1, -#command - 1)
    else
      prefix = prefix:sub(last + 1)
    end
  end
  return prefix
end

-- The first line that ends in the command with a prompt before it.
local function find_plain(text, command, is_prompt)
  local from = 1
  while true do
    local first, last = text:find(command .. "\n", from, true)
    if not first then
      return nil
    end
    local line = text:sub(1, first - 1):match "^.*\n()" or 1
    if prompt_in(text:sub(line, first - 1), command, is_prompt) then
      return line, last
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

-- The next line from 'at' on, a beginning of a line, that is a prompt and the command.
local function find_next(text, command, at, is_prompt)
  local start, from = at, at
  while true do
    local first, last = text:find(command .. "\n", from, true)
    if not first then
      return nil
    end
    local newline = text:find("\n", start, true)
    while newline < first do
      start = newline + 1
      newline = text:find("\n", start, true)
    end
    local prompt = prompt_in(text:sub(start, first - 1), command, is_prompt)
    if prompt then
      return start, last, prompt
    end
    from = last + 1
  end
end

-- where the echo ends that begins behind some prompt of this line
local function match_line(text, start, command, is_prompt)
  local stop = text:find("\n", start, true) or #text + 1
  local at = text:find(command:sub(1, 1), start, true)
  while at and at < stop do
    local prefix = text:sub(start, at - 1)
    local past = is_prompt(prefix) and match_wrapped(text, at, command)
    if past then
      return text:match("^[ \t]*\n?()", past) - 1, prefix
    end
    at = text:find(command:sub(1, 1), at + 1, true)
  end
  local prefix, shown = text:sub(start, stop - 1):match "^(.-)%$(.+)$"
  if prefix and is_prompt(prefix) and command:sub(-#shown) == shown then
    return stop, prefix
  end
end

local function find_next_repaired(text, command, at, is_prompt)
  local start = at
  while start <= #text do
    local last, prompt = match_line(text, start, command, is_prompt)
    if last then
      return start, last, prompt
    end
    start = (text:find("\n", start, true) or #text) + 1
  end
end

--- Split a text at the echoes of several lines, in their order.
-- @string text from the prompt of the first line on
-- @tparam {string,...} lines as they were sent
-- @tparam function is_prompt tells whether a piece of a line is a prompt
-- @treturn {table,...} for each line whose echo is there, up to the first that is not:
-- `prompt`, `answer` (the text behind the echo)
-- @treturn string what came before the first echo
function echo.split(text, lines, is_prompt)
  local pieces, at, before = {}, 1, text
  for i, line in ipairs(lines) do
    local first, last, prompt = find_next(text, line, at, is_prompt)
    if not first then
      first, last, prompt = find_next_repaired(text, line, at, is_prompt)
    end
    if not first then
      break
    elseif i == 1 then
      before = text:sub(1, first - 1)
    else
      pieces[i - 1].answer = text:sub(at, first - 1)
    end
    pieces[i] = { prompt = prompt, answer = "" }
    at = last + 1
  end
  if #pieces > 0 then
    pieces[#pieces].answer = text:sub(at)
  end
  return pieces, before
end

--- Skip echoes that follow one. What comes while a shell is busy is echoed by the
-- terminal at once, with a prompt before it or none, and behind the prompt by the
-- shell's editor again; by a slow one more than once.
-- @string text
-- @int last where the first echo ends
-- @string command as it was sent
-- @string shown the prompt before the first echo, or ""
-- @tparam function is_prompt tells whether a piece of a line is a prompt
-- @treturn int where the last echo ends
function echo.skip_again(text, last, command, shown, is_prompt)
  while true do
    local line = text:match("^[^\n]*\n", last + 1)
    if not line or line:sub(-#command - 1) ~= command .. "\n" then
      return last
    end
    local prompt = line:sub(1, -#command - 2)
    if prompt == "" or shown ~= prompt and (shown ~= "" or not is_prompt(prompt)) then
      return last
    end
    last = last + #line
  end
end

--- Cut a mark out of a text. A terminal echoes at once what is typed while the device
-- is busy, in the midst of whatever line that is at: so the mark may be anywhere, and
-- its end of line be missing.
-- @string text
-- @string mark as it was sent
-- @treturn string
function echo.without_mark(text, mark)
  if not text:find(mark, 1, true) then
    return text
  end
  return (text:gsub(mark:gsub("%p", "%%%0") .. "\n?", ""))
end

--- Where the echo of a command is in an answer.
-- @string text from the last prompt that was awaited on
-- @string command as it was sent
-- @tparam function is_prompt tells whether a piece of a line is a prompt
-- @treturn ?int where its first line begins; nil when there is no echo
-- @treturn ?int where it ends
function echo.find(text, command, is_prompt)
  local first, last = find_plain(text, command, is_prompt)
  if first then
    local shown = text:sub(first, last - #command - 1)
    last = echo.skip_again(text, last, command, shown, is_prompt)
  else
    first, last = find_repaired(text, command)
  end
  return first, last
end

--- Split an answer into what came before the echo, and the output behind it.
-- @string text as for `find`
-- @string command
-- @tparam function is_prompt
-- @treturn string the output; all of the text when there is no echo in it
-- @treturn string what the device had said before on its own account, often nothing
-- @treturn boolean whether an echo was found
function echo.strip(text, command, is_prompt)
  local first, last = echo.find(text, command, is_prompt)
  if not first then
    return text, "", false
  end
  return text:sub(last + 1), text:sub(1, first - 1), true
end

return echo
