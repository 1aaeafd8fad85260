--- How the lines of a configuration are sent: which go together, and which alone.
-- Nothing here waits or talks.
-- @module moonwire.session.plan
local ending = require "moonwire.parse.ending"

local plan = {}

local function split(text, into)
  if text ~= "" and text:sub(-1) ~= "\n" then
    text = text .. "\n"
  end
  for line in text:gmatch "([^\n]*)\n" do
    into[#into + 1] = ending.trimmed(line)
  end
end

--- Lines of a text, or of a list of texts, without blanks at their ends.
-- @tparam string|{string,...} given
-- @treturn[1] {string,...}
-- @return[2] nil when it is something else
function plan.lines(given)
  local lines = {}
  if type(given) == "string" then
    split(given, lines)
    return lines
  elseif type(given) ~= "table" then
    return nil
  end
  for _, text in ipairs(given) do
    if type(text) ~= "string" then
      return nil
    end
    split(text == "" and "\n" or text, lines)
  end
  return lines
end

local function is_idle(platform, line)
  local comment = platform.comment
  local words = line:match "^%s*(.*)$"
  return words == "" or (comment and words:sub(1, #comment) == comment)
end

-- A line that opens a text of several lines: how its last line is recognised.
local function text_opened_by(push, line)
  for _, rule in ipairs(push.text or {}) do
    local _, last, delimiter = line:find(rule[1])
    if last and rule.stop then
      return rule.stop
    elseif last then
      local stop = delimiter:gsub("%p", "%%%0")
      return not line:find(stop, last + 1) and stop or nil
    end
  end
end

local function find_stop(lines, first, stop)
  for i = first, #lines do
    if lines[i]:find(stop) then
      return i
    end
  end
end

local function is_alone(push, line)
  local words = line:match("^%s*(.*)$"):lower()
  for _, pattern in ipairs(push.alone or {}) do
    if words:find(pattern) then
      return true
    end
  end
  return false
end

local function unit_at(platform, lines, first)
  local push = platform.push or {}
  local stop = text_opened_by(push, lines[first])
  if stop then
    local last = find_stop(lines, first + 1, stop)
    if not last then
      return nil, ("line %d opens a text that no line ends"):format(first)
    end
    return { first = first, last = last, is_alone = true }
  elseif lines[first]:find "[%c?]" then
    local message = "line %d holds a key of the device's line editor: %s"
    local key = lines[first]:match "[%c?]":gsub("%c", "a control character")
    return nil, message:format(first, key)
  end
  return { first = first, last = first, is_alone = is_alone(push, lines[first]) }
end

--- Put lines into units that are sent as a whole, without comments and empty lines.
-- @tparam table platform
-- @tparam {string,...} lines
-- @treturn[1] {table,...} each with `first` and `last` (numbers of lines) and
-- `is_alone` (it may ask, change the prompt, or swallow what comes behind it)
-- @return[2] nil
-- @treturn[2] string message, with the line's number
function plan.units(platform, lines)
  local units, at = {}, 1
  while at <= #lines do
    if is_idle(platform, lines[at]) then
      at = at + 1
    else
      local unit, message = unit_at(platform, lines, at)
      if not unit then
        return nil, message
      end
      units[#units + 1] = unit
      at = unit.last + 1
    end
  end
  return units
end

--- The units that are sent together: one that goes alone, or as many as fit.
-- @tparam {table,...} units
-- @int first
-- @tparam {string,...} lines
-- @int bytes how much fits; one unit always does
-- @treturn int the last unit of the window
function plan.window(units, first, lines, bytes)
  local size, last = 0, first
  for i = first, #units do
    if units[i].is_alone then
      break
    end
    size = size + #lines[units[i].first] + 1
    if size > bytes then
      break
    end
    last = i
  end
  return last
end

return plan
