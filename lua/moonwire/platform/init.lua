--- What is known about each kind of device: prompts, modes, pager, questions, errors.
-- A platform is data, one file each beside this one, checked when it is loaded. Client
-- and simulated device read the same table. Nothing in here talks to a device.
-- `moonwire.platform.schema` tells what a table may hold. Files of one's own go to
-- `~/.config/moonwire/platform/` or a folder of `MOONWIRE_PLATFORM_PATH`.
-- @module moonwire.platform
local needle = require "moonwire.platform.needle"
local prepare = require "moonwire.platform.prepare"
local schema = require "moonwire.platform.schema"
local store = require "moonwire.platform.store"

local platform = {}

local HIDDEN = "<removed>" -- stands where a secret was

local function inherit(name, value)
  local like = value.like
  if type(like) ~= "string" then
    return nil
  end
  local parent, message
  if like == name then
    parent = store.builtin(name)
  else
    parent, message = store.find(like)
  end
  if not parent then
    return message or ("like: there is no platform '%s'"):format(like)
  end
  schema.inherit(value, parent)
end

--- Define a platform: `return platform.define "cisco_ios" { … }`. With `like` it takes
-- from another one what it does not say itself; with its own name there, from the
-- built-in one.
-- Raises when the table is not as it should be, naming the file and the field.
-- @string name
-- @treturn function that takes the table and gives the platform
function platform.define(name)
  local file = debug.getinfo(2, "S").source:gsub("^@", "")
  return function(value)
    local complaint = type(value) == "table" and inherit(name, value)
      or schema.complaint(value)
    if complaint then
      error(("%s: platform '%s': %s"):format(file, name, complaint), 0)
    end
    value.name = name
    return prepare.complete(value)
  end
end

--- The names of all platforms, without their aliases.
-- @treturn {string,...}
function platform.names()
  return store.names()
end

--- Search a folder for platforms: `name.lua` in it wins over a built-in `name`. Folders
-- are searched in the order of their coming, before those of `MOONWIRE_PLATFORM_PATH`.
-- @string folder
function platform.add_path(folder)
  if type(folder) ~= "string" then
    error("the path of a folder must be a string", 2)
  end
  store.add_path(folder)
end

--- The folders that are searched before the built-in platforms, in this order.
-- @treturn {string,...}
function platform.paths()
  return store.paths()
end

--- Find a platform by its name or an alias of it.
-- @string name such as "cisco_ios"
-- @treturn[1] table the platform
-- @return[2] nil
-- @treturn[2] string message, with the name that was probably meant, or with the file
-- and field that are wrong
-- @treturn[2] string kind: "invalid"
function platform.get(name)
  local found, message = store.find(name)
  if found then
    return found
  elseif message then
    return nil, message, "invalid"
  end
  local text = tostring(name)
  local meant = store.nearest(text)
  local advice = meant and ("did you mean '%s'?"):format(meant)
    or "`moonwire platform list` shows those there are"
  return nil, ("there is no platform '%s': %s"):format(text, advice), "invalid"
end

--- Whether a line with the line above it matches one way to recognise a mode.
-- @tparam table rule
-- @string line
-- @string previous
-- @treturn boolean
function platform.fits(rule, line, previous)
  return line:find(rule[1]) ~= nil
    and (not rule.prev or previous:find(rule.prev) ~= nil)
    and not (rule.no and line:find(rule.no))
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
      if platform.fits(rule, line, previous) then
        return mode.name
      end
    end
  end
  return nil
end

--- The host name in a prompt. In some modes it is clipped; see `host.clip`.
-- @tparam table self the platform
-- @string line
-- @treturn string|nil nil where the prompt does not show it
function platform.host_of(self, line)
  local known = self.host and self.host.pattern
  for _, pattern in ipairs(type(known) == "table" and known or { known }) do
    local host = line:match(pattern)
    if host then
      return host
    end
  end
  return nil
end

--- A prompt without what changes by itself, such as a counter.
-- @tparam table self the platform
-- @string prompt
-- @treturn string
function platform.plain(self, prompt)
  local plain = self.hooks and self.hooks.plain
  return plain and plain(prompt) or prompt
end

--- The name to log in with, where options of the terminal go behind it.
-- @tparam table self the platform
-- @string username
-- @treturn string
function platform.login_name(self, username)
  local suffix = self.ssh and self.ssh.user_suffix
  if not suffix or username:find("+", 1, true) then
    return username -- with none, or with options of the user's own
  end
  return username .. suffix
end

--- How something is done.
-- @tparam table self the platform
-- @string name a verb of `config`, "logout", "paging_off" or "paging_on"
-- @treturn table|nil `run` (a list of commands), `ask` (a list of questions), and where
-- known `mode`, `done`, `unit`, `timeout`; nil when the platform cannot do it
function platform.action(self, name)
  return self.actions[name]
end

--- The modes for configuration. Where one cannot get to the first, the next is meant.
-- @tparam table self the platform
-- @treturn {string,...}
function platform.config_modes(self)
  local config = self.config or {}
  return config.modes or { config.enter }
end

--- How to ask what may follow, in a mode.
-- @tparam table self a platform
-- @string mode
-- @treturn table|nil `ask` and `take_back`, keys, and how the answer is laid out; nil
-- where none is known
function platform.help_in(self, mode)
  local keys = self.help
  if not keys or not keys.modes then
    return keys
  end
  for _, name in ipairs(keys.modes) do
    if name == mode then
      return keys
    end
  end
end

--- The questions of an edge, as a list.
-- @tparam table edge
-- @treturn {table,...}
function platform.questions_of(edge)
  return prepare.questions(edge.ask)
end

-- "sh ip route" begins with the verb "sh[ow]", "shut" does not
local function begins_with(words, verb)
  local same = 0
  while same < #verb.words and words:byte(same + 1) == verb.words:byte(same + 1) do
    same = same + 1
  end
  return same >= verb.least and (same == #words or words:find("^%s", same + 1) ~= nil)
end

local function matches_any(text, patterns)
  for _, pattern in ipairs(patterns or {}) do
    if text:find(pattern) then
      return true
    end
  end
  return false
end

local function only_reads(self, command)
  local words = command:match("^ *(.-) *$"):lower()
  if words:find "[%c?]" then
    return false -- keys of the line editor, not a command
  elseif matches_any(words, self.not_read_only) then
    return false
  end
  for _, verb in ipairs(self.verbs) do
    if begins_with(words, verb) then
      return true
    end
  end
  return matches_any(words, self.read_patterns)
end

local function does_no_harm(self, command)
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

local MOST_VERDICTS = 500 -- commands that are remembered

-- A fleet hears the same commands over and over.
local function verdict_on(self, command)
  local verdict = self.verdicts[command]
  if verdict then
    return verdict
  end
  self.verdict_count = (self.verdict_count or 0) + 1
  if self.verdict_count > MOST_VERDICTS then
    self.verdicts, self.verdict_count = {}, 1
  end
  verdict = {
    reads = only_reads(self, command),
    is_harmless = does_no_harm(self, command),
  }
  self.verdicts[command] = verdict
  return verdict
end

--- Whether a command only reads and cannot ask a question, so that more may be sent
-- behind it before it has been answered.
-- @tparam table self the platform
-- @string command
-- @treturn boolean
function platform.is_read_only(self, command)
  return verdict_on(self, command).reads
end

--- Whether no part of a command would do harm if its beginning got lost, as when a
-- pager takes it for keys: "show reload" would.
-- @tparam table self the platform
-- @string command
-- @treturn boolean
function platform.is_harmless(self, command)
  return verdict_on(self, command).is_harmless
end

--- A command that only reads, whatever it shows: by preference "show interfaces".
-- @tparam table self the platform
-- @treturn string|nil nil when none is known
function platform.reading_of(self)
  local first
  for _, verb in ipairs(self.verbs) do
    local command = verb.words .. (verb.words == "show" and " interfaces" or "")
    if platform.is_read_only(self, command) then
      first = first or command
      if verb.words == "show" then
        return command
      end
    end
  end
  return first
end

--- Whether a text may hold a line by which the device rejects something. Quick; when it
-- says so, each line has to be looked at.
-- @tparam table self the platform
-- @string text
-- @treturn boolean
function platform.may_reject(self, text)
  return needle.may_match(text, self.error_needles)
end

--- Whether a line of a configuration or another output changes by itself, as with the
-- time, or names the one device, as with its serial number.
-- @tparam table self the platform
-- @string line
-- @treturn boolean
function platform.is_volatile(self, line)
  return matches_any(line, self.volatile)
end

--- Hide the secrets in a line of a configuration.
-- @tparam table self the platform
-- @string line
-- @treturn string
function platform.scrub(self, line)
  for _, pattern in ipairs(self.scrub or {}) do
    line = line:gsub(pattern, function(before, after)
      local gap = before:find "%w$" and " " or ""
      return before .. gap .. HIDDEN .. (after or "")
    end)
  end
  return line
end

return platform
