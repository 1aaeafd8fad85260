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

-- Lines of a word and what it is for; or, to the start of a word, all that begin so.
local function read_rows(text, prefix, echo)
  local rows, start = {}, prefix:match "%S*$"
  for line in text:gmatch "[^\n]+" do
    local row = row_of(line)
    if row then
      rows[#rows + 1] = row
    elseif start ~= "" and line ~= echo
      and line:sub(1, #start):lower() == start:lower() then
      for word in line:gmatch "%S+" do
        rows[#rows + 1] = { word = word, help = "" }
      end
    end
  end
  return rows
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
  local ok, message, kind = self:_begin "help"
  local keys = ok and platforms.help_in(self.platform, self:mode())
  if ok and not keys then
    message = "how to ask %s for help in mode %s is not known"
    message = message:format(self.platform.name, self:mode())
    return self:_fail("help", message, "unsupported")
  elseif ok then
    ok, message, kind = self.shell:write(prefix, keys.ask, keys.take_back)
  end
  local text
  if ok then
    text, message, kind = self.dialogue:prove(task.now() + self.timeout)
  end
  if not text then
    return self:_failed(prefix .. (keys and keys.ask or ""), message, kind)
  end
  return read_rows(text, prefix, prefix .. keys.ask)
end

return Session
