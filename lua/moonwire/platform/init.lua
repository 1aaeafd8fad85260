--- What is known about each kind of device: prompts, modes, pager, questions, errors.
-- A platform is data, one file each beside this one, checked when it is loaded. Client
-- and simulated device read the same table. Nothing in here talks to a device.
-- @module moonwire.platform
local schema = require "moonwire.platform.schema"

local platform = {}

-- one line for each file of this folder
local NAMES = { "cisco_ios" }

local loaded -- by name and by alias, once somebody asked

local function alternatives_of(mode)
  local alternatives = {}
  for i = 2, #mode do
    local alternative = mode[i]
    if type(alternative) == "string" then
      alternative = { alternative }
    end
    alternatives[#alternatives + 1] = alternative
  end
  return alternatives
end

-- "sh[ow]": at least "sh", at most "show"
local function verb_of(text)
  local least, rest = text:match "^([^%[]*)%[?([^%]]*)%]?$"
  return { words = least .. rest, least = #least }
end

local function prepare(name, value)
  value.name = name
  value.modes_of = {}
  for _, mode in ipairs(value.modes) do
    local rules = alternatives_of(mode)
    table.insert(value.modes_of, { name = mode[1], alternatives = rules })
  end
  value.verbs = {}
  for _, text in ipairs(value.read_only) do
    table.insert(value.verbs, verb_of(text))
  end
  return value
end

--- Define a platform: `return platform.define "cisco_ios" { … }`.
-- Raises when the table is not as it should be, naming the file and the field.
-- @string name
-- @treturn function that takes the table and gives the platform
function platform.define(name)
  local file = debug.getinfo(2, "S").short_src
  return function(value)
    local complaint = schema.complaint(value)
    if complaint then
      error(("%s: platform '%s': %s"):format(file, name, complaint), 0)
    end
    return prepare(name, value)
  end
end

--- The names of all platforms, without their aliases.
-- @treturn {string,...}
function platform.names()
  return table.move(NAMES, 1, #NAMES, 1, {})
end

local function load_all()
  local found = {}
  for _, name in ipairs(NAMES) do
    local value = require("moonwire.platform." .. name)
    found[name] = value
    for _, alias in ipairs(value.aliases or {}) do
      found[alias] = value
    end
  end
  loaded = found
end

-- how many letters to change, add or leave out to make 'b' of 'a'
local function distance(a, b)
  local row = {}
  for j = 0, #b do
    row[j] = j
  end
  for i = 1, #a do
    local diagonal = row[0]
    row[0] = i
    for j = 1, #b do
      local above = row[j]
      local change = a:byte(i) == b:byte(j) and 0 or 1
      row[j] = math.min(above + 1, row[j - 1] + 1, diagonal + change)
      diagonal = above
    end
  end
  return row[#b]
end

local function nearest(name)
  local best, best_distance = nil, math.huge
  for known in pairs(loaded) do
    local d = distance(name, known)
    if d < best_distance or (d == best_distance and known < best) then
      best, best_distance = known, d
    end
  end
  return best_distance <= math.max(2, #name // 3) and best or nil
end

--- Find a platform by its name or an alias of it.
-- @string name such as "cisco_ios"
-- @treturn[1] table the platform
-- @return[2] nil
-- @treturn[2] string message, with the name that was probably meant
-- @treturn[2] string kind: "invalid"
function platform.get(name)
  if not loaded then
    load_all()
  end
  local found = loaded[name]
  if found then
    return found
  end
  local text = tostring(name)
  local known = nearest(text)
  local advice = known and ("did you mean '%s'?"):format(known)
    or "known are " .. table.concat(NAMES, ", ")
  return nil, ("there is no platform '%s': %s"):format(text, advice), "invalid"
end

--- Which mode a prompt belongs to.
-- @tparam table self the platform
-- @string line the last line of the device's text, with no line end
-- @string[opt=""] previous_line the line above it
-- @treturn string|nil the mode's name; nil when the line is no prompt
function platform.mode_of(self, line, previous_line)
  local previous = previous_line or ""
  for _, mode in ipairs(self.modes_of) do
    for _, rule in ipairs(mode.alternatives) do
      if
        line:find(rule[1])
        and (not rule.prev or previous:find(rule.prev))
        and not (rule.no and line:find(rule.no))
      then
        return mode.name
      end
    end
  end
  return nil
end

--- The host name in a prompt. In some modes it is clipped; see `host.clip`.
-- @tparam table self the platform
-- @string line
-- @treturn string|nil
function platform.host_of(self, line)
  return line:match(self.host.pattern)
end

-- "sh ip route" begins with the verb "sh[ow]", "shut" does not
local function begins_with(words, verb)
  local same = 0
  while same < #verb.words and words:byte(same + 1) == verb.words:byte(same + 1) do
    same = same + 1
  end
  return same >= verb.least and (same == #words or words:find("^%s", same + 1) ~= nil)
end

--- Whether a command only reads and cannot ask a question, so that more may be sent
-- behind it before it has been answered.
-- @tparam table self the platform
-- @string command
-- @treturn boolean
function platform.is_read_only(self, command)
  local words = command:match("^ *(.-) *$"):lower()
  if words:find "[%c?]" then
    return false -- keys of the line editor, not a command
  end
  for _, exception in ipairs(self.not_read_only or {}) do
    if words:find(exception) then
      return false
    end
  end
  for _, verb in ipairs(self.verbs) do
    if begins_with(words, verb) then
      return true
    end
  end
  return false
end

--- Whether no part of a command would do harm if its beginning got lost, as when a
-- pager takes it for keys: "show reload" would.
-- @tparam table self the platform
-- @string command
-- @treturn boolean
function platform.is_harmless(self, command)
  local rest = command:lower():gsub("^%s*%S+", "")
  for word in rest:gmatch "%S+" do
    for _, harmful in ipairs(self.harmful or {}) do
      if word:sub(1, #harmful) == harmful then
        return false
      end
    end
  end
  return true
end

return platform
