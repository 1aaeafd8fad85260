--- What clients sent to one device: the ground truth that specs ask.
-- The last lines are kept, as they were entered; older ones only as numbers.
-- @module moonwire.lab.log
local log = {}

local Log = { __name = "moonwire.lab.Log" }
Log.__index = Log

--- How many lines a log keeps at least.
log.KEPT = 1000

--- An empty log.
-- @treturn Log
function log.new()
  return setmetatable({ bytes = 0, forgotten = 0 }, Log)
end

--- Add what was sent.
-- @string text a line without its end, or a key
function Log:add(text)
  if #self >= 2 * log.KEPT then
    table.move(self, log.KEPT + 1, 2 * log.KEPT, 1)
    for i = 2 * log.KEPT, log.KEPT + 1, -1 do
      self[i] = nil
    end
    self.forgotten = self.forgotten + log.KEPT
  end
  self[#self + 1] = text
  self.bytes = self.bytes + #text
end

--- How often exactly this was sent, as far back as lines are kept.
-- @string text
-- @treturn int
function Log:count(text)
  local count = 0
  for _, sent in ipairs(self) do
    if sent == text then
      count = count + 1
    end
  end
  return count
end

return log
