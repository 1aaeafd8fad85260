--- What a push is while it goes on: how far its lines are known to have come, and what
-- the device said to each.
-- @module moonwire.session.push.class
local header = require "moonwire.session.header"
local platforms = require "moonwire.platform"

local Push = { __name = "moonwire.Push" }
Push.__index = Push

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

function Push:_must_stop()
  local failure = self.failure
  return failure and (self.stop_on_error or failure.is_torn or failure.kind == "mode")
end

return Push
