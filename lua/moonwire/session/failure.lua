--- The words of a failure: what was done, what was awaited, what came instead, and
-- which rule nearly took it for what was awaited.
-- @module moonwire.session.failure
local platforms = require "moonwire.platform"
local secrets = require "host.secret"

local failure = {}

local SHOWN = 300 -- bytes of what the device said last
local LINE = 256 -- bytes from a line's end: rules are tried at each of them

--- So many bytes of what was said last are scrubbed, before they are cut: what stands
-- before them may be large, and is not asked for.
failure.LOOKED_AT = 4096

local function show_byte(byte)
  return ("\\x%02x"):format(byte:byte())
end

--- The last bytes of a device's text, in one printable line.
-- @string text
-- @treturn string
function failure.tail(text)
  local cut = text:sub(-SHOWN)
  cut = cut:gsub("\n", "\\n"):gsub("\t", "\\t"):gsub("[%c\127-\255]", show_byte)
  return (#text > SHOWN and "…" or "") .. cut
end

--- Hide what must not be seen: the device's own secrets, and those that the platform
-- recognises in a configuration.
-- @string text
-- @tparam table platform
-- @tparam[opt] {secret,...} known
-- @treturn string
function failure.scrub(text, platform, known)
  for _, secret in ipairs(known or {}) do
    text = secrets.scrub(text, secret)
  end
  return (text:gsub("[^\n]+", function(line)
    return platforms.scrub(platform, line)
  end))
end

local function finds(text, pattern)
  local ok, first = pcall(string.find, text, pattern)
  return ok and first ~= nil
end

-- a pattern without what holds it to the ends of the line
local function without_start(pattern)
  return pattern:match "^%^(.+)$"
end

local function without_end(pattern)
  return pattern:match "^(.+)%%s%*%$$" or pattern:match "^(.+) %?%$$"
    or pattern:match "^(.+)%$$"
end

local function near_rule(rule, line, previous)
  local pattern = rule[1]
  local start, stop = without_start(pattern), without_end(pattern)
  if line:find(pattern) then
    if rule.prev and not previous:find(rule.prev) then
      return "but for the line above it"
    end
    return "but for something that must not be in it"
  elseif start and finds(line, start) then
    return "but something stands before it"
  elseif stop and finds(line, stop) then
    return "but more follows it"
  end
end

local function near_mode(platform, line, previous)
  for _, mode in ipairs(platform.modes_of) do
    for _, rule in ipairs(mode.alternatives) do
      local why = near_rule(rule, line, previous)
      if why then
        return ("the prompt of mode %s (%s), %s"):format(mode.name, rule[1], why)
      end
    end
  end
end

local function near_question(platform, line)
  for _, rule in ipairs(platform.questions or {}) do
    local stop = without_end(rule[1])
    if line:find(rule[1]) then
      return ("a question (%s), but it was not announced"):format(rule[1])
    elseif stop and finds(line, stop) then
      return ("a question (%s), but more follows it"):format(rule[1])
    end
  end
end

local function near_prompt(platform, line, previous, host)
  local mode = platforms.mode_of(platform, line, previous)
  if not mode then
    return nil
  end
  local other = platforms.host_of(platform, line)
  if host and other ~= host then
    return ("a prompt of mode %s, but of the host %q"):format(mode, other or "")
  end
  return ("a prompt of mode %s, but what was sent did not come back behind it"):format(
    mode
  )
end

-- The end of a line. What was cut off must not let a rule for its start match.
local function end_of(line)
  return #line > LINE and "\0" .. line:sub(1 - LINE) or line
end

-- The last line, and the one above it. A pattern from the text's start would look at
-- each of its bytes from each of them.
local function last_lines(text)
  local start = text:match "^.*\n()" or 1
  local above = text:sub(1, math.max(0, start - 2))
  return end_of(above:match "^.*\n(.*)$" or above), end_of(text:sub(start))
end

--- The rule that the last line of a text nearly matches.
-- @string text
-- @tparam table platform
-- @tparam[opt] string host whose prompts are awaited
-- @treturn string|nil what it nearly is, and why it is not
function failure.nearly(text, platform, host)
  local previous, line = last_lines(text:sub(-failure.LOOKED_AT))
  if line == "" then
    return nil
  end
  return near_prompt(platform, line, previous, host)
    or near_question(platform, line)
    or near_mode(platform, line, previous)
end

--- A message for a wait that ended without what was awaited.
-- @tparam table what `doing` (such as `command "show version"`), `message` (what the
-- connection said), `awaited` (such as "the prompt R1#"), `text` (what the device had
-- said so far), `platform`; optional: `phase`, `mode`, `host`, `secrets`
-- @treturn string
function failure.message(what)
  local text = what.text:sub(-failure.LOOKED_AT)
  local shown = failure.scrub(text, what.platform, what.secrets)
  local seen = shown ~= "" and ('; it said last: "' .. failure.tail(shown) .. '"')
    or "; it said nothing"
  local near = failure.nearly(shown, what.platform, what.host)
  local where = what.phase and ("phase %s, mode %s"):format(
    what.phase, what.mode or "not known"
  )
  return ("%s: %s while waiting for %s%s%s%s"):format(
    what.doing, what.message, what.awaited, where and " (" .. where .. ")" or "", seen,
    near and "; nearly " .. near or ""
  )
end

return failure
