--- Whether a regular expression matches a line, where stepping back takes too long.
-- PCRE2's second algorithm follows all ways at once. It knows no captures, and not
-- every expression, but it is quick where the first one is slow.
-- @module moonwire.parse.decider
local rex = require "rex_pcre2"

local decider = {}

local Decider = { __name = "moonwire.parse.Decider" }
Decider.__index = Decider

-- Its time grows with the line and the square of its working space, and with the times
-- that it looks ahead: these are 20 ms at the worst, where a space of 20,000 takes a
-- second, and looking ahead within looking ahead takes ten.
local SPACE, LONGEST, LOOKS = 2000, 2000, 1000

-- The binding, lrexlib 2.9.1, loses 128 bytes of memory with each call, and afterwards
-- finds wrong captures with the same object. So this one has an object of its own,
-- remembers its answers, and does not answer for ever.
local REMEMBERED, MOST_CALLS = 1000, 20000

local OVECTOR = 2

--- Make one.
-- @string translated for PCRE2
-- @int options of PCRE2
-- @treturn Decider
function decider.new(translated, options)
  local limit = ("(*LIMIT_MATCH=%d)"):format(LOOKS)
  return setmetatable({
    compiled = rex.new(limit .. translated, options),
    answers = {},
    remembered = 0,
    calls = 0,
  }, Decider)
end

local function remember(self, line, answer)
  if self.remembered >= REMEMBERED then
    self.answers, self.remembered = {}, 0
  end
  self.answers[line] = answer
  self.remembered = self.remembered + 1
end

local function call(self, line)
  if #line > LONGEST or self.calls >= MOST_CALLS then
    return "unknown"
  end
  self.calls = self.calls + 1
  local compiled = self.compiled
  local ok, first = pcall(compiled.dfa_exec, compiled, line, 1, 0, OVECTOR, SPACE)
  return not ok and "unknown" or first and "match" or "none"
end

--- Decide about a line.
-- @string line valid UTF-8
-- @treturn string "match", "none" or "unknown"
function Decider:decide(line)
  local answer = self.answers[line]
  if not answer then
    answer = call(self, line)
    remember(self, line, answer)
  end
  return answer
end

return decider
