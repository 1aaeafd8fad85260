--- Devices that do not echo what they are sent.
-- @module moonwire.session.unechoed
local ending = require "moonwire.parse.ending"

local unechoed = {}

local NEAR = 4096 -- bytes at the end of a text
local MOST_PROMPTS = 32 -- in one line
local SILENT = 3 -- seconds without a byte behind a single prompt

-- How often a prompt stands in the last line, with nothing else; some count.
local function count_prompts(self, tail)
  local masked = tail:gsub("%d+", "0")
  for times = MOST_PROMPTS, 1, -1 do
    local prompt = #masked % times == 0 and masked:sub(1, #masked // times) or ""
    if prompt ~= "" and prompt:rep(times) == masked and self:mode_of(prompt) then
      return times
    end
  end
  return 0
end

--- Whether a device at rest does not echo: for what it was sent it has shown its prompt
-- anew, and nothing of that; or it shows none, for long.
-- @tparam Dialogue self
-- @number silence seconds without a byte
-- @treturn boolean
function unechoed.is_proved(self, silence)
  local text = self.shell:text(NEAR)
  local tail, line = ending.lines(text)
  local times = count_prompts(self, tail)
  if times == 1 then
    local is_below = self.has_marks and line == tail
      or self.has_headers and line and line:sub(1, #tail) == tail
    return is_below or silence >= SILENT
  end
  return times > 1
end

return unechoed
