--- Lines sent in windows: each ends in a mark, which proves all of it. At first one is
-- on its way, then with each that is proved one more; where lines get lost, fewer and
-- smaller ones.
-- @module moonwire.session.push.window
local Push = require "moonwire.session.push.class"
local echo = require "moonwire.session.echo"
local loss = require "moonwire.session.loss"
local plan = require "moonwire.session.plan"
local task = require "host.task"

local LEAST = 32 -- bytes: no window gets smaller by losses
local PATIENCE = 3 -- so many times may a mark be asked for again

local function first_lines(self, first, last)
  local lines = {}
  for i = first, last do
    lines[#lines + 1] = self.lines[self.units[i].first]
  end
  return lines
end

-- A wait has failed: the last line that was echoed is the one that it hangs on.
function Push:_give_up(first, last, message, kind, partial)
  local text = partial or self.session.shell:text()
  local pieces = echo.split(text, first_lines(self, first, last), self:_is_prompt())
  for i = 1, #pieces - 1 do
    self:_judge(self.units[first + i - 1], pieces[i])
  end
  local unit = self.units[first + math.max(#pieces, 1) - 1]
  if pieces[1] then
    self:_note(unit, "echoed")
  end
  self.failure = nil -- this one is more than a rejection
  self:_fail(unit, { kind = kind, reason = message, is_torn = true })
end

-- Send one more window, if there is one and it may go.
function Push:_type()
  local first = self.next
  local unit = self.units[first]
  if not unit or unit.is_alone or self:_must_stop() then
    return false
  end
  local last = plan.window(self.units, first, self.lines, self.window)
  local dialogue = self.session.dialogue
  local lines = first_lines(self, first, last)
  local mark = dialogue:new_mark()
  lines[#lines + 1] = mark
  lines[#lines + 1] = ""
  local text = table.concat(lines, dialogue.newline)
  local ok, message, kind = self.session.shell:write(text)
  if not ok then
    self:_give_up(first, last, message, kind)
    return false
  end
  self.flying[#self.flying + 1] = { first = first, last = last, mark = mark }
  self.sent, self.next = self.units[last].last, last + 1
  for i = first, last do
    self:_note(self.units[i], "handed")
  end
  return true
end

-- A mark of a window may have got lost; the next one tells, and proves all before it.
function Push:_hear(mark)
  local dialogue = self.session.dialogue
  local text, message, kind
  for _ = 1, PATIENCE do
    local deadline = task.now() + self.timeout / PATIENCE
    text, message, kind = dialogue:await_mark(mark, deadline)
    if text or kind ~= "timeout" then
      break
    end
    dialogue.stale[mark] = nil -- what comes late belongs to these lines
    self.is_in_doubt = true
    mark = dialogue:new_mark()
    dialogue:send(mark)
  end
  return text, message, kind
end

-- Everything that is on its way, too: was something applied behind a lost line?
function Push:_hear_out(text, last)
  local dialogue = self.session.dialogue
  local flying = self.flying[#self.flying]
  if flying and not self.is_in_doubt then
    local rest, message, kind = self:_hear(flying.mark)
    if not rest then
      return nil, message, kind
    end
    text = text .. rest
  end
  self.flying, self.is_in_doubt = {}, nil
  return loss.without_marks(text, dialogue.word), flying and flying.last or last
end

-- Lines were not echoed. They are sent again where they are lost for sure, and nothing
-- was applied in their place: then in smaller windows, as the device wants it.
function Push:_mend(text, first, last)
  local message, kind
  text, last, kind = self:_hear_out(text, last)
  if not text then
    message = last
    return self:_give_up(first, first, message, kind)
  end
  local lines = first_lines(self, first, last)
  local pieces = echo.split(text, lines, self:_is_prompt())
  local missing = first + #pieces
  local behind = #pieces > 0 and pieces[#pieces].answer or text
  local is_small = self.window <= LEAST and missing == first
  if missing <= last and (is_small or loss.has_command(behind, self:_is_prompt())) then
    local reason = "the device did not echo it as it was sent"
    self:_fail(self.units[missing], { kind = "echo", reason = reason, is_torn = true })
    return
  end
  for i, piece in ipairs(pieces) do
    self:_judge(self.units[first + i - 1], piece)
  end
  self.lost = self.lost + math.max(0, last - missing + 1)
  self.next, self.ahead = missing, 1
  self.window = math.max(LEAST, self.window // 2)
end

function Push:_await_window()
  local window = table.remove(self.flying, 1)
  local text, message, kind = self:_hear(window.mark)
  if not text then
    self.flying = {}
    message = self.session.dialogue:explain("configuration", message)
    return self:_give_up(window.first, window.last, message, kind)
  end
  local lines = first_lines(self, window.first, window.last)
  local pieces = echo.split(text, lines, self:_is_prompt())
  if #pieces < #lines or self.is_in_doubt then
    return self:_mend(text, window.first, window.last)
  end
  for i, piece in ipairs(pieces) do
    self:_judge(self.units[window.first + i - 1], piece)
  end
end

-- All that may go together, up to a line that goes alone or a failure. What is on its
-- way then is still heard out: it has been applied, or not.
function Push:_send_windows()
  local ahead = 1
  while true do
    local is_sent = true
    while #self.flying < ahead and is_sent do
      is_sent = self:_type()
    end
    if #self.flying == 0 then
      return
    end
    self:_await_window()
    ahead = math.min(ahead + 1, self.ahead)
  end
end

return Push
