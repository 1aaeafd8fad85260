--- Commands that only read: what they print, and the words behind a bar that sieve it.
-- @module moonwire.lab.twin.reading
local filter = require "moonwire.lab.filter"
local output = require "moonwire.lab.twin.output"
local platforms = require "moonwire.platform"

local reading = {}

-- words behind a bar, as platforms have them, and what IOS calls that
local SIEVES = {
  include = "include", match = "include", grep = "include",
  exclude = "exclude", except = "exclude",
  begin = "begin", find = "begin", section = "section", count = "count",
}

-- "show log | include x" without what stands behind the bar, and a function for that
local function sieved(line)
  local command, word, expression = line:match "^(.-)%s*|%s*(%l+)%s+(.+)$"
  local sieve = word and SIEVES[word]
    and filter.compile(SIEVES[word], expression:match '^"(.*)"$' or expression)
  if not sieve then
    return line
  end
  return command, sieve
end

-- a command that only tells what the device is reads, too
local function tells_itself(platform, line)
  for _, rule in ipairs(platform.detect or {}) do
    if rule[1] == line then
      return true
    end
  end
  return false
end

--- Run a command that only reads.
-- @tparam Vty session
-- @string line
-- @treturn boolean false when it is none
function reading.run(session, line)
  local platform = session.platform
  if not (platforms.is_read_only(platform, line) or tells_itself(platform, line)) then
    return false
  end
  local command, sieve = sieved(line)
  local text = output.of(session.platform, session.device, command, session)
  session:print(sieve and sieve(text) or text)
  return true
end

return reading
