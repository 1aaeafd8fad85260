--- What a device says to a question mark: the words that may come next.
-- @module moonwire.session
local Session = require "moonwire.session.class"
local check = require "moonwire.session.check"
local platforms = require "moonwire.platform"
local task = require "host.task"

-- Where the words of an indented line begin. Some mark what holds more.
local function start_of(line)
  local at = line:match "^%s*()"
  if line:find("^[>+]%s", at) then
    return line:match("^%s*()", at + 1)
  end
  return at > 1 and at or nil
end

local function row_of(line)
  local at = start_of(line)
  if not at then
    return nil
  end
  local word, words = line:match("^(%S+)%s%s+(%S.*)$", at)
  word = word or line:match("^(%S+)%s*$", at)
  return word and { word = word, help = (words or ""):gsub("^[-+] ", "") } or nil
end

-- Two columns with blanks between; nil for a line that has none of these.
local function columns_of(line)
  local at = line:find("  ", 1, true)
  local words = at and line:match("^%s*(%S.*)$", at)
  if words and not line:find "^%s" then
    return line:sub(1, at - 1), words
  end
end

-- The next word of a whole command, if that begins with the words of 'whole'.
local function next_word(command, whole)
  if command:sub(1, #whole) == whole then
    return command:match("^%S+", #whole + 1)
  end
end

-- How else the answers of devices are laid out: what a line tells, added to the rows.
local layouts = {}

function layouts.flush(rows, line)
  local word, words = columns_of(line)
  word = word or line
  if word:find "^%S+$" then
    rows[#rows + 1] = { word = word, help = words or "" }
  end
end

function layouts.dashed(rows, line)
  local word, words = line:match "^(%S+) %-%- (.*)$"
  if word then
    rows[#rows + 1] = { word = word, help = words }
  end
end

function layouts.words(rows, line)
  if line:find "^%s+[%u<][%u%d<]" then
    for word in line:gmatch "%S+" do
      rows[#rows + 1] = { word = word:lower(), help = "" }
    end
  end
end

-- Such devices list all that go on from the words that they know; of several with the
-- same next word, the help is that of none.
function layouts.commands(rows, line, prefix)
  local whole, start = prefix:match "^(.-)(%S*)$"
  local command, words = columns_of(line)
  local word = command and next_word(command, whole)
  local last = rows[#rows]
  if not word or word:sub(1, #start) ~= start then
    return
  elseif last and last.word == word then
    last.help = ""
  else
    rows[#rows + 1] = { word = word, help = words }
  end
end

-- Lines of a word and what it is for; or, to the start of a word, all that begin so.
local function read_line(rows, line, prefix)
  local row, start = row_of(line), prefix:match "%S*$"
  if row then
    rows[#rows + 1] = row
  elseif start ~= "" and line:sub(1, #start):lower() == start:lower() then
    for word in line:gmatch "%S+" do
      rows[#rows + 1] = { word = word, help = "" }
    end
  end
end

local function read_rows(text, prefix, keys)
  local rows, read = {}, layouts[keys.rows] or read_line
  for line in text:gmatch "[^\n]+" do
    if line ~= prefix .. keys.ask then -- its echo
      read(rows, line, prefix)
    end
  end
  return rows
end

-- Type the start of a command, ask, and take it back. What the device has said.
local function ask(self, prefix, keys)
  local times = keys.by_letter and #prefix or 1
  if self.dialogue.has_marks then
    self.dialogue:_await_prompt()
  end
  local ok, message, kind =
    self.shell:write(prefix, keys.ask, keys.take_back:rep(times))
  if not ok then
    return nil, message, kind
  end
  return self.dialogue:prove(task.now() + self.timeout)
end

--- Ask the device what may follow the start of a command. Nothing is run: the line is
-- taken back before anything is entered.
-- @string prefix with a blank behind it: the words that follow; without: how its last
-- word may go on
-- @treturn[1] {table,...} each with `word` (as the device writes it: `WORD`, `<cr>`,
-- `A.B.C.D` are places for something) and `help`, which may be empty
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: unsupported, timeout, dropped, closed, channel
function Session:help(prefix)
  if prefix ~= "" then
    check.command(prefix, 2)
  end
  local text, message, kind = self:_begin "help"
  local keys = text and platforms.help_in(self.platform, self:mode())
  if text and not keys then
    message = "how to ask %s for help in mode %s is not known"
    message = message:format(self.platform.name, self:mode())
    return self:_fail("help", message, "unsupported")
  elseif text then
    text, message, kind = ask(self, prefix, keys)
  end
  if not text then
    return self:_failed(prefix .. (keys and keys.ask or ""), message, kind)
  end
  return read_rows(text, prefix, keys)
end

return Session
