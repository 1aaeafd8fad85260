--- What a device says to a question mark: the words that may come next.
-- @module moonwire.session
local Session = require "moonwire.session.class"
local check = require "moonwire.session.check"
local task = require "host.task"

local function row_of(line)
  local word, words = line:match "^%s+(%S+)%s%s+(%S.*)$"
  if not word then
    word = line:match "^%s+(%S+)%s*$"
  end
  return word and { word = word, help = words or "" }
end

-- Lines of a word and what it is for; or, to the start of a word, all that begin so.
local function read_rows(text, prefix)
  local rows, start = {}, prefix:match "%S*$"
  for line in text:gmatch "[^\n]+" do
    local row = line:find "^%s" and row_of(line)
    if row then
      rows[#rows + 1] = row
    elseif start ~= "" and line:sub(1, #start):lower() == start:lower() then
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
  local keys = self.platform.help
  if not keys then
    local message = "how to ask %s for help is not known"
    return self:_fail("help", message:format(self.platform.name), "unsupported")
  end
  local ok, message, kind = self:_begin "help"
  if ok then
    ok, message, kind = self.shell:write(prefix, keys.ask, keys.take_back)
  end
  local text
  if ok then
    text, message, kind = self.dialogue:prove(task.now() + self.timeout)
  end
  if not text then
    return self:_failed(prefix .. keys.ask, message, kind)
  end
  return read_rows(text, prefix)
end

return Session
