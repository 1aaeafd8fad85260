--- The preparation of a terminal step by step: each where its mode is, as soon as the
-- device is in it.
-- @module moonwire.session
local Session = require "moonwire.session.class"
local exchange = require "moonwire.session.exchange"
local task = require "host.task"

local function take_step(self, step)
  local text, message, kind = exchange.run(self.dialogue, step.run, {
    deadline = task.now() + self.timeout,
    rules = step.ask,
    reply = exchange.by_rule(self.device, step.run),
  })
  local line = text and self:_rejection_in(text)
  if line then
    self.is_refused, self.refused = true, self.refused or {}
    table.insert(self.refused, line)
  end
  return text, message, kind
end

--- Take the steps that were waiting for the mode in which the device is now. As long as
-- some wait, or where one was refused, paging may be on.
-- @local here
function Session:_settle()
  local waiting = {}
  for _, step in ipairs(self.steps or {}) do
    if step.mode and step.mode ~= self.dialogue.mode then
      waiting[#waiting + 1] = step
    else
      local ok, message, kind = take_step(self, step)
      if not ok then
        return nil, message, kind
      end
    end
  end
  if self.steps then
    self.is_careful = self.is_refused or #waiting > 0
    self.steps = #waiting > 0 and waiting or nil
  end
  return true
end

return Session
