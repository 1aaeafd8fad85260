--- Regular expressions of Python's on PCRE2, for texts that nobody vouches for.
-- Whatever a device says, one match takes a few hundredths of a second at most. What
-- would take longer is reported as too expensive, and never as no match.
-- @module moonwire.parse.regex
local rex = require "rex_pcre2"

local decider = require "moonwire.parse.decider"
local pattern = require "moonwire.parse.pattern"

local regex = {}

local Regex = { __name = "moonwire.parse.Regex" }
Regex.__index = Regex

local FLAGS = rex.flags()
-- what PCRE2 makes possessive by itself scans without counting its steps
local OPTIONS = FLAGS.ANCHORED | FLAGS.UTF | FLAGS.UCP | FLAGS.NO_AUTO_POSSESS

-- Steps that a match may take: so many before other means are tried, and so many when
-- there are none. A million take some 20 ms. Each may also need memory, in KiB.
local STEPS, MOST_STEPS, MEMORY = 50000, 500000, 16384
local EXCEEDED = {
  ["error PCRE2_ERROR_MATCHLIMIT"] = true,
  ["PCRE2 error code -63"] = true, -- the memory; the binding has no name for it
}

local function limited(translated, steps)
  return ("(*LIMIT_MATCH=%d)(*LIMIT_HEAP=%d)%s"):format(steps, MEMORY, translated)
end

--- Compile a regular expression.
-- @string text as Python writes them; it matches at the start of a line only
-- @treturn[1] Regex `names`: of its groups, in their order; `alias`: by name what a
-- capture is called where that differs; `is_slow`: was too slow for some line already
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: "invalid"
function regex.compile(text)
  local translated, names = pattern.translate(text)
  if not translated then
    return nil, names, "invalid"
  end
  local ok, compiled = pcall(rex.new, limited(translated, STEPS), OPTIONS)
  if not ok then
    return nil, (compiled:gsub(" %(pattern offset: %d+%)$", "")), "invalid"
  end
  return setmetatable({
    translated = translated,
    compiled = compiled,
    names = names,
    alias = names.alias,
    is_slow = false,
  }, Regex)
end

-- Captures or false, or nil when that would take too many steps.
local function match(compiled, line)
  local ok, first, _, captures = pcall(compiled.tfind, compiled, line)
  if ok then
    return first and captures or false
  elseif not EXCEEDED[first] then
    error(first, 0)
  end
  return nil
end

local NO_CAPTURES = {}

-- The same, beginning with what tells most lines from those that match.
local function match_slowly(self, line)
  if not self.decider then
    self.decider = decider.new(self.translated, OPTIONS)
    self.patient = rex.new(limited(self.translated, MOST_STEPS), OPTIONS)
  end
  local answer = self.decider:decide(line)
  if answer == "none" then
    return false
  elseif answer == "match" and not self.names[1] then
    return NO_CAPTURES
  end
  return match(self.patient, line)
end

--- Match a line.
-- @string line valid UTF-8
-- @treturn[1] table|boolean its captures by number and name, each false when it took no
-- part (none when nobody gave it a name); false when there is no match
-- @return[2] nil
-- @treturn[2] string message: "pattern too expensive"
-- @treturn[2] string kind: "limit"
function Regex:match(line)
  local captures
  if not self.is_slow then
    captures = match(self.compiled, line)
    self.is_slow = captures == nil
  end
  if captures == nil then
    captures = match_slowly(self, line)
  end
  if captures == nil then
    return nil, "pattern too expensive", "limit"
  end
  return captures
end

return regex
