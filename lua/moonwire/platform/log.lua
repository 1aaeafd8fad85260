--- Messages of the log that a device writes between its answers, on its own account.
-- @module moonwire.platform.log
local needle = require "moonwire.platform.needle"

local log = {}

--- What to look for before the patterns are tried. Signs are rare in an output, so that
-- two bytes are enough.
-- @tparam {string,...} patterns of a platform's log
-- @treturn {string,...}
function log.needles(patterns)
  local list = {}
  for i, pattern in ipairs(patterns) do
    list[i] = needle.of(pattern, 2) or ""
  end
  return list
end

--- Whether a line is a message.
-- @tparam table platform
-- @string line
-- @treturn boolean
function log.is(platform, line)
  for _, pattern in ipairs(platform.log or {}) do
    if line:find(pattern) then
      return true
    end
  end
  return false
end

--- Whether a closer look is worth it. It costs next to nothing.
-- @tparam table platform
-- @string text
-- @treturn boolean
function log.may_be_in(platform, text)
  return needle.may_match(text, platform.log_needles)
end

--- Whether one of the lines is a message.
-- @tparam table platform
-- @string text
-- @treturn boolean
function log.is_in(platform, text)
  for line in text:gmatch "[^\n]+" do
    if log.is(platform, line) then
      return true
    end
  end
  return false
end

-- What messages begin with on most systems: a time of day with its date, or a facility
-- with a severity, as RFC 3164 has the one and Cisco's devices the other.
local USUAL = {
  "^[%*%.]?%u%l%l +%d%d? %d%d:%d%d:%d%d", "^%d%d%d%d%-%d%d%-%d%d[T ]%d%d:%d%d:%d%d",
  "^%%[%u][%u%d_]*%-%d%-[%u%d_]+:",
}

--- Whether what stands on the line of a prompt, where nothing was typed, is a message:
-- of the platform's kind or of any usual one, since nothing else comes there.
-- @tparam table platform
-- @string text
-- @treturn boolean
function log.is_at_prompt(platform, text)
  for _, pattern in ipairs(USUAL) do
    if text:find(pattern) then
      return true
    end
  end
  return log.is(platform, text)
end

return log
