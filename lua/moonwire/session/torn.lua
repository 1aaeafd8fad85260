--- A prompt that is torn: from its mark, or from the end of the text, by messages of
-- the log or by another name of the device.
-- @module moonwire.session.torn
local ending = require "moonwire.parse.ending"
local log = require "moonwire.platform.log"

local torn = {}

local NEWLINE = 10
local NEAR = 4096 -- bytes at the end of a text
local MOST_MESSAGES = 8 -- lines of the log that may stand there
local MOST_TORN = 3 -- marks in a row that come back without their prompt

local function find_last(text, plain)
  local first, last, from = nil, nil, 1
  repeat
    local a, b = text:find(plain, from, true)
    if a then
      first, last, from = a, b, b + 1
    end
  until not a
  return first, last
end

--- The mark has come back, but not behind the prompt that is known: a message has torn
-- the two apart, or the device has got another name.
-- @tparam Dialogue self
-- @string tail the last line
-- @string mark
-- @treturn boolean
function torn.is_off(self, tail, mark)
  return self:mode_of(tail) ~= nil
    and self:_is_quiet(mark)
    and self.shell:text():find(mark .. "\n", 1, true) ~= nil
end

--- The device rests: with another mark it is known where it does, and that what stands
-- before the last echo of the first one is the answer. Of what stands behind it, more
-- marks that were sent along are gone.
-- @tparam Dialogue self
-- @string mark
-- @number deadline a point in time, of `task.now`
-- @treturn[1] string the answer
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind
function torn.retrieve(self, mark, deadline)
  self.torn = (self.torn or 0) + 1
  if self.torn > MOST_TORN then
    self.torn = nil
    return nil, "what is typed does not come back behind the prompt", "echo"
  end
  self:forget_host()
  local again = self:new_mark()
  local text, message, kind = self:send(again)
  if text then
    text, message, kind = self:await_mark(again, deadline)
  end
  if not text then
    return nil, message, kind
  end
  self.torn = nil
  local first, last = find_last(text, mark .. "\n")
  if not first then
    return text
  end
  self.is_overtaken = text:find("\n", last + 1, true) ~= nil
  local line = ending.line(text:sub(1, first - 1))
  return text:sub(1, first - #line - 1)
end

--- Messages of the log stand behind the prompt, and below it: the device rests, but
-- shows no prompt that is the end of its text.
-- @tparam Dialogue self
-- @treturn boolean
function torn.is_by_log(self)
  local text, prompt = self.shell:text(NEAR), self.prompt
  local stop = text:byte(-1) == NEWLINE and #text - 1 or 0
  for _ = 1, prompt and MOST_MESSAGES or 0 do
    local line = ending.line(text:sub(1, stop))
    if line:sub(1, #prompt) == prompt then
      return log.is_at_prompt(self.platform, line:sub(#prompt + 1))
    elseif not log.is_at_prompt(self.platform, line) then
      return false
    end
    stop = stop - #line - 1
  end
  return false
end

return torn
