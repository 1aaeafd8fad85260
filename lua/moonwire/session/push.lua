--- Lines into a device in configuration mode: sent in windows or alone, every echo and
-- answer checked. How many windows are on their way at once has a limit, which keeps
-- small how much is sent behind a line that the device rejects.
-- @module moonwire.session.push
local Push = require "moonwire.session.push.class"
local echo = require "moonwire.session.echo"
local exchange = require "moonwire.session.exchange"
local task = require "host.task"

require "moonwire.session.push.window" -- brings verbs to the class

local push = {}

local WINDOW = 1024 -- bytes that any device takes at once
local AHEAD = 8 -- windows on their way at once

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
