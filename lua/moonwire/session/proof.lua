--- The proof that a device has worked off everything, so that an answer is whole.
-- @module moonwire.session.proof
local ending = require "moonwire.parse.ending"
local header = require "moonwire.session.header"
local task = require "host.task"

local proof = {}

local NEAR = 2048 -- bytes above the prompt that are looked at
local BETWEEN = 2 -- lines that may stand between the two, such as "[edit]"
local SWALLOWED = 1 -- seconds at a prompt, where the empty line stands nowhere
local MOST_AGAIN = 3 -- empty lines

-- The prompt behind the empty line stands right below the one before it, or below
-- nothing when that was taken; so a look-alike with a pause behind it proves nothing.
-- Where the first one begins.
local function find_first(self, text, tail)
  local offset = math.max(0, #text - #tail - NEAR)
  local above = text:sub(offset + 1, -#tail - 1)
  if offset == 0 and self.is_bare and above:find "^\n[^\n]*\n?[^\n]*\n?$" then
    return 1
  end
  local stop = #above
  for i = 0, BETWEEN do
    local line = ending.line(above:sub(1, stop - 1))
    local is_same = ending.trimmed(line) == ending.trimmed(tail)
    if line ~= "" and (is_same or (i == 0 and self:is_prompt(line))) then
      return offset + stop - #line
    end
    stop = stop - #line - 1
    if stop <= 0 then
      return nil
    end
  end
end

-- The same text without the empty lines that some devices show below the first one.
local function without_gap(self, text)
  local short = text
  for _ = 1, BETWEEN do
    short = short:sub(-2) == "\n\n" and short:sub(1, -2) or short
  end
  local line = ending.line(short:sub(1, -2))
  return line ~= "" and self:is_prompt(line) and short or text
end

-- the first one, behind output that has no line end of its own
local function is_behind_output(self, text, tail)
  local above = text:sub(math.max(1, #text - #tail - NEAR), -#tail - 2)
  return self:split_prompt(ending.line(above)) ~= ""
end

local function has_first(self, text, tail)
  return is_behind_output(self, text, tail) or find_first(self, text, tail) ~= nil
end

-- Whether the output went on behind what had looked like its end, and has ended now. A
-- pager in the midst of it may have taken the empty line for its key.
local function has_gone_on(self, from)
  local text = self.shell:text()
  local more = text:sub(from + 1):match "^(.*)\n[^\n]*$"
  if not more or not self:mode_of(ending.line(text)) then
    return false
  end
  for line in more:gmatch "[^\n]+" do
    if not self:is_prompt(line) then
      return true
    end
  end
  return false
end

-- The next event. One more empty line goes where the first one was swallowed.
local function next_event(self, deadline, sent)
  if sent.times >= MOST_AGAIN or not has_gone_on(self, sent.at) then
    return self:_next_unproved(nil, deadline)
  end
  local soon = math.min(deadline, task.now() + SWALLOWED)
  local event, tail, kind = self:_next_event(nil, soon)
  if event or kind ~= "timeout" or soon == deadline then
    return event, tail, kind
  end
  sent.at, sent.times = self.shell:length(), sent.times + 1
  local ok, message, why = self:send ""
  if not ok then
    return nil, message, why
  end
  return self:_next_event(nil, deadline)
end

local function await_second_prompt(self, deadline, from)
  local answer, sent = { pages = 0 }, { at = from, times = 0 }
  while true do
    local event, tail, kind = next_event(self, deadline, sent)
    if event ~= "tail" then
      return nil, tail, kind
    elseif not self:mode_of(tail) then
      local ok, message, why = self:_on_tail(tail, answer, nil)
      if not ok then
        return nil, message, why
      end
    elseif self:_is_quiet(nil) and has_first(self, self.shell:text(), tail) then
      return tail
    end
  end
end

--- Where there are no comments, and the device rests at a prompt: an empty line, and
-- the prompt again. The prompt is taken, too, so that none stands before the next echo.
-- @tparam Dialogue self
-- @number deadline
-- @treturn[1] string what the device has said until then
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind
function proof.by_second_prompt(self, deadline)
  local from = self.shell:length()
  local ok, message, kind = self:send ""
  local tail
  if ok then
    tail, message, kind = await_second_prompt(self, deadline, from)
  end
  if not tail then
    return nil, message, kind
  end
  local text = self.shell:text():sub(1, -#tail - 1)
  if self.has_no_echo and text:find("mw-" .. self.word, 1, true) then
    return nil, "the device echoes what it is sent, but only after seconds", "echo"
  end
  self.has_echoed = true
  self.shell:discard()
  self:learn(tail, header.last_line(text))
  self.is_bare = true
  if self.has_headers then
    text = header.strip(self.platform, text)
  end
  local rest, last = header.split(without_gap(self, text))
  return last and rest .. (self:split_prompt(last)) or text
end

--- By a mark, which comes back behind the prompt.
-- @tparam Dialogue self
-- @number deadline
-- @treturn[1] string what the device has said until then
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind
function proof.by_mark(self, deadline)
  local mark = self:new_mark()
  local ok, message, kind = self:send(mark)
  if ok then
    ok, message, kind = self:await_mark(mark, deadline)
  end
  self.is_overtaken = nil -- none was sent along
  return ok, message, kind
end

return proof
