--- Lines into a device in configuration mode: sent in windows, every echo and answer
-- checked. A window ends in a mark, which proves all of it. At first one window is on
-- its way, then with each that is proved one more, up to a limit that keeps small how
-- much is sent behind a line that the device rejects.
-- @module moonwire.session.push
local echo = require "moonwire.session.echo"
local exchange = require "moonwire.session.exchange"
local header = require "moonwire.session.header"
local loss = require "moonwire.session.loss"
local plan = require "moonwire.session.plan"
local platforms = require "moonwire.platform"
local task = require "host.task"

local push = {}

local Push = { __name = "moonwire.Push" }
Push.__index = Push

local WINDOW = 1024 -- bytes that any device takes at once
local AHEAD = 8 -- windows on their way at once
local LEAST = 32 -- bytes: no window gets smaller by losses
local PATIENCE = 3 -- so many times may a mark be asked for again

local function matches_any(line, patterns)
  for _, pattern in ipairs(patterns or {}) do
    if line:find(pattern) then
      return true
    end
  end
  return false
end

-- the answer to a line: without what the device says on its own account
local function answer_in(platform, text)
  local said = {}
  for line in text:gmatch "[^\n]+" do
    if not matches_any(line, platform.log) and not header.is_header(platform, line) then
      said[#said + 1] = line
    end
  end
  return table.concat(said, "\n")
end

function Push:_is_prompt()
  return function(piece)
    return self.session.dialogue:is_prompt(piece)
  end
end

-- How far a unit's lines are known to have come: what is not proved is not noted.
function Push:_note(unit, word)
  for i = unit.first, unit.last do
    self.reached[i] = word
  end
end

function Push:_fail(unit, failure)
  failure.line, failure.text = unit.first, self.lines[unit.first]
  self.rejected[#self.rejected + 1] = failure
  self.failure = self.failure or failure
end

function Push:_rejection_in(answer)
  local line, class = self.session:_rejection_in(answer)
  if line then
    return line, class
  end
  for said in answer:gmatch "[^\n]+" do
    if self.error_pattern and said:find(self.error_pattern) then
      return said, "rejected"
    end
  end
end

-- A prompt of another mode. Where only the line above it tells, that is not seen here.
function Push:_is_elsewhere(prompt)
  local dialogue = self.session.dialogue
  return prompt ~= "" and not dialogue.has_headers
    and platforms.mode_of(self.session.platform, prompt) ~= self.mode
end

-- What the device said to one unit.
function Push:_judge(unit, piece)
  local platform = self.session.platform
  self:_note(unit, "echoed")
  local answer = answer_in(platform, piece.answer)
  if answer ~= "" then
    local number = unit.first
    self.answers[#self.answers + 1] =
      { line = number, text = self.lines[number], answer = answer }
  end
  if self:_is_elsewhere(piece.prompt) then
    local message = "the device was not in configuration mode (prompt %s)"
    self:_fail(unit, {
      kind = "mode", answer = answer, reason = message:format(piece.prompt),
    })
    return
  end
  local line, class = self:_rejection_in(answer)
  if line then
    self:_fail(unit, {
      kind = class == "locked" and "locked" or "rejected",
      answer = answer, reason = line, class = class,
    })
  else
    self:_note(unit, "acknowledged")
    self.applied = self.applied + unit.last - unit.first + 1
  end
end

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

-- the echo of a text of several lines has no prompts in it
local function without_text(self, unit, answer)
  for i = unit.first + 1, unit.last do
    local first, last = answer:find(self.lines[i] .. "\n", 1, true)
    if first then
      answer = answer:sub(1, first - 1) .. answer:sub(last + 1)
    end
  end
  return answer
end

function Push:_send_alone(index)
  local unit, dialogue = self.units[index], self.session.dialogue
  local line = self.lines[unit.first]
  self.sent = unit.last
  self:_note(unit, "handed")
  local text, message, kind, partial = exchange.run(dialogue, line, {
    deadline = task.now() + self.timeout,
    rest = table.move(self.lines, unit.first + 1, unit.last, 1, {}),
    rules = {},
    reply = exchange.by_rule(self.session.device, line),
  })
  if not text then
    return self:_give_up(index, index, message, kind, partial)
  end
  local pieces = echo.split(text, { line }, self:_is_prompt())
  if not pieces[1] then
    local reason = "the device did not echo it as it was sent"
    return self:_fail(unit, { kind = "echo", reason = reason, is_torn = true })
  end
  pieces[1].answer = without_text(self, unit, pieces[1].answer)
  self:_judge(unit, pieces[1])
end

function Push:_must_stop()
  local failure = self.failure
  return failure and (self.stop_on_error or failure.is_torn or failure.kind == "mode")
end

function Push:_send()
  local unit = self.units[self.next]
  local session = self.session
  if unit.is_alone or session.is_careful or not session.dialogue.has_marks then
    self.next = self.next + 1
    return self:_send_alone(self.next - 1)
  end
  return self:_send_windows()
end

--- Send everything, or until a line is rejected. The device is in configuration mode
-- before, and may be anywhere behind it.
-- @treturn table|nil the failure that ended it: `kind`, `reason`, `line`, `text`,
-- `answer`, `class`, `is_torn` (the state of the session has to be found out)
function Push:run()
  while self.next <= #self.units do
    if self.session.dialogue.mode ~= self.mode then
      local reason = "the line before it has left configuration mode"
      self:_fail(self.units[self.next], { kind = "mode", reason = reason })
    else
      self:_send()
    end
    if self:_must_stop() then
      return self.failure
    end
  end
  return nil
end

--- Something to send.
-- @tparam Session session
-- @tparam {string,...} lines
-- @tparam {table,...} units of `plan.units`
-- @tparam table options `timeout`, `window`, `stop_on_error`, `error_pattern`
-- @treturn Push with `applied`, `sent` (numbers of lines), `lost` (how many were sent
-- again), `answers`, `rejected`, `reached` (by a line's number: "handed", "echoed" or
-- "acknowledged"; nil: nothing of it has left us)
function push.new(session, lines, units, options)
  local window = session.platform.link.window or WINDOW
  local most = options.window or window * AHEAD
  return setmetatable({
    session = session,
    mode = session.platform.config.enter,
    lines = lines,
    units = units,
    timeout = options.timeout or session.timeout,
    window = math.min(window, most),
    ahead = math.max(1, most // window),
    flying = {},
    next = 1,
    stop_on_error = options.stop_on_error ~= false,
    error_pattern = options.error_pattern,
    applied = 0,
    lost = 0,
    sent = 0,
    reached = {},
    answers = {},
    rejected = {},
  }, Push)
end

return push
