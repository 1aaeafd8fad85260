--- What clients sent to one device: the ground truth that specs ask.
-- A log is a list of lines, as they were entered; the oldest are let go.
-- @module moonwire.lab.log
local log = {}

--- How many lines a log keeps at least.
log.KEPT = 1000

--- Add what was sent.
-- @tparam {string,...} lines
-- @string text a line without its end, or a key
function log.add(lines, text)
  if #lines >= 2 * log.KEPT then
    table.move(lines, log.KEPT + 1, 2 * log.KEPT, 1)
    for i = 2 * log.KEPT, log.KEPT + 1, -1 do
      lines[i] = nil
    end
  end
  lines[#lines + 1] = text
end

--- How often exactly this was sent, as far back as lines are kept.
-- @tparam {string,...} lines
-- @string text
-- @treturn int
function log.count(lines, text)
  local count = 0
  for _, sent in ipairs(lines) do
    if sent == text then
      count = count + 1
    end
  end
  return count
end

return log
