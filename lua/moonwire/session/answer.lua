--- What of a device's text is the output of a command: without the prompt and the echo
-- before it, without a pager's lines, and without what the device says around it on its
-- own account. Nothing here talks, or waits for a device. The functions are methods of
-- a dialogue.
-- @module moonwire.session.answer
local echo = require "moonwire.session.echo"
local header = require "moonwire.session.header"
local log = require "moonwire.platform.log"
local task = require "host.task"
local term = require "host.term"

local answer = {}

local NEWLINE = 10
local NEAR = 512 -- bytes at the end of an output
local LARGE = 1 << 20 -- bytes: what looks at all of them has a turn of its own

-- A pager that the device does not erase is left between the lines.
local function without_pager(platform, output)
  local pager = platform.pager
  if not pager or pager.erase or output == "" then
    return output
  end
  local lines = {}
  for line in (output .. "\n"):gmatch "([^\n]*)\n" do
    if not line:find(pager.pattern) then
      lines[#lines + 1] = line
    end
  end
  return table.concat(lines, "\n")
end

-- The first line with its end, where it is a message of the log.
local function log_at_start(platform, output)
  local line = output:match "^[^\n]*"
  return log.is(platform, line) and output:sub(1, #line + 1)
end

-- A prompt may stand before the last one, which has torn it from what was typed.
local function log_at_end(self, output)
  local line = output:match "^.*\n([^\n]*)$" or output
  if log.is(self.platform, line) then
    return line
  end
  local rest = self.prompt and line:sub(1, #self.prompt) == self.prompt
    and line:sub(#self.prompt + 1)
  return rest and log.is_at_prompt(self.platform, rest) and line
end

-- Whether a prompt that was torn off may be there: a plain search is cheap.
local function has_prompt_at_end(self, output)
  return self.prompt ~= nil and output:find(self.prompt, -NEAR, true) ~= nil
end

-- Take the messages off both ends. The output, and a list of them.
local function without_log(self, output, messages)
  local first = log_at_start(self.platform, output)
  while first do
    messages[#messages + 1] = (first:gsub("\n$", ""))
    output = output:sub(#first + 1)
    first = log_at_start(self.platform, output)
  end
  local at, last = #messages + 1, log_at_end(self, output)
  while last do
    table.insert(messages, at, last)
    output = output:sub(1, -#last - 2)
    last = log_at_end(self, output)
  end
  return output
end

--- Split a text at the echo of a command.
-- @tparam Dialogue self
-- @string text
-- @string command
-- @return as from `echo.strip`
function answer.strip(self, text, command)
  return echo.strip(text, command, function(piece)
    return self:is_prompt(piece)
  end)
end

--- Let others have their turn before a large text is looked at once more.
-- @tparam Dialogue _
-- @string text
function answer.rest(_, text)
  if #text >= LARGE then
    task.sleep(0)
  end
end

-- The text behind the echo, without its last line end, and what came before the echo.
-- It may be large, and is copied once.
local function behind_echo(self, text, command)
  local first, last = echo.find(text, command, function(piece)
    return self:is_prompt(piece)
  end)
  local before = first and text:sub(1, first - 1) or ""
  local from, to = (last or 0) + 1, #text
  if self.has_headers then
    text = header.strip(self.platform, term.part(text, from, to))
    from, to = 1, #text
  end
  if to >= from and text:byte(to) == NEWLINE then
    to = to - 1
  end
  return term.part(text, from, to), before
end

--- Take prompt, echo and the last line end off an answer, and a pager's lines. Messages
-- of the log before and behind the output are taken off, too; one in its midst may be a
-- part of it, and stays.
-- @tparam Dialogue self
-- @string text from `await_mark`
-- @string command
-- @treturn string the output
-- @treturn string what the device said on its own account, before, and behind the echo
-- @treturn boolean whether there may be a message in the midst of the output
function answer.output_of(self, text, command)
  local output, before = behind_echo(self, text, command)
  self:rest(output)
  output = without_pager(self.platform, output)
  local may_be = log.may_be_in(self.platform, output) or has_prompt_at_end(self, output)
  if not may_be then
    return output, before, false
  end
  local messages = {}
  output = without_log(self, output, messages)
  return output, before .. table.concat(messages, "\n"),
    log.is_in(self.platform, output)
end

return answer
