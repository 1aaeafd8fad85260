--- Recordings of other tools as scripts. Each of their formats is read by what it says,
-- from a file that its owner names; nothing of theirs is kept here.
--
--  * Ansible's network_cli writes a line of JSON for each command: `command`,
--    `response`, `timestamp` (ansible.netcommon, pull request 772);
--  * scrapli_replay's sessions are `interactions`, each with `channel_output` and the
--    `expected_channel_input` behind it, line ends on their own (its documentation);
--  * Oxidized's simulations have an `init_prompt` and `commands`, whose texts hold echo
--    and prompt, with the escapes of a Ruby string (its spec/model/data);
--  * cisshgo's maps name a file for each command of a platform, and the prompts' ends
--    by the command that leads to them (its docs/transcripts.md).
-- @module moonwire.replay.foreign
local json = require "moonwire.inventory.json"
local script = require "moonwire.replay.script"
local yaml = require "moonwire.inventory.yaml"

local foreign = {}

local MOST_OF_A_FILE = 64 << 20 -- bytes

local function text_of(value)
  return type(value) == "string" and value or nil
end

-- The keys of a mapping; each is looked for by itself, so any order is right.
local function keys_of(map)
  local keys = {}
  for key in pairs(json.is_object(map) and map or {}) do
    keys[#keys + 1] = key
  end
  table.sort(keys)
  return keys
end

-- Names with what is under them: a mapping or, as older files have it, a list of some.
local function pairs_of(value)
  local list = {}
  for _, map in ipairs(json.is_array(value) and value or { value }) do
    for _, key in ipairs(keys_of(map)) do
      list[#list + 1] = { key, map[key] }
    end
  end
  return list
end

local function said(text)
  return { { 0, script.terminal(text) } }
end

-- ---- Ansible ----

local function ansible_step(line)
  local value = json.decode(line)
  if not json.is_object(value) then
    return nil
  end
  local command, response = text_of(value.command), text_of(value.response)
  if not command or not response then
    return nil
  end
  return { input = command:gsub("%s+$", ""), at = 0, body = script.terminal(response) }
end

--- Ansible's.
-- @string text
-- @string name of the file, `HOST_PORT` as it is written
-- @treturn[1] {table,...} one script
-- @return[2] nil
-- @treturn[2] string message
function foreign.ansible(text, name)
  local steps, number = {}, 0
  for line in text:gmatch "[^\n]+" do
    number = number + 1
    local step = ansible_step(line)
    if step then
      steps[#steps + 1] = step
    elseif line:find "%S" then
      return nil, ("line %d has no command and response"):format(number)
    end
  end
  local host = name:gsub("_%d+$", "")
  return { { name = host, greeting = {}, steps = steps, prompt = host .. "#" } }
end

-- ---- scrapli_replay ----

-- What is said between a line and its end is the line's echo.
local function add_interaction(steps, pending, one, output)
  local input = text_of(one.expected_channel_input) or ""
  local is_any = one.expected_channel_input_redacted == true or nil
  local last = pending.input and pending.echo or steps[#steps].output
  last[#last + 1] = { 0, script.terminal(output) }
  if input ~= "\n" and not is_any then
    pending.input = (pending.input or "") .. script.newlines(input):gsub("\n$", "")
    if not input:find "\n$" then
      return
    end
  end
  steps[#steps + 1] =
    { input = pending.input or "", is_any = is_any, at = 0, output = pending.echo }
  pending.input, pending.echo = nil, {}
end

local function host_of(profile)
  return json.is_object(profile) and text_of(profile.host) or nil
end

--- scrapli_replay's.
-- @string text
-- @string name
-- @treturn[1] {table,...} one script
-- @return[2] nil
-- @treturn[2] string message
function foreign.scrapli(text, name)
  local value, message = yaml.decode(text)
  local list = json.is_object(value) and value.interactions
  if not json.is_array(list) then
    return nil, text_of(message) or "it has no interactions"
  end
  local steps, pending = { { output = {} } }, { echo = {} }
  for i, one in ipairs(list) do
    local output = json.is_object(one) and text_of(one.channel_output)
    if not output then
      return nil, ("interaction %d has no channel_output"):format(i)
    end
    add_interaction(steps, pending, one, output)
  end
  local greeting = table.remove(steps, 1).output
  name = host_of(value.connection_profile) or name
  return { { name = name, greeting = greeting, steps = steps } }
end

-- ---- Oxidized ----

local LETTERS = { n = "\n", r = "\r", t = "\t", e = "\27", a = "\a", b = "\b", s = " " }

-- The escapes of a Ruby string; what is none stays.
local function unescape(text)
  text = text:gsub("\\x(%x%x?)", function(digits)
    return string.char(tonumber(digits, 16))
  end)
  return (text:gsub("\\(.)", function(letter)
    return LETTERS[letter] or letter
  end))
end

--- Oxidized's.
-- @string text
-- @string name
-- @treturn[1] {table,...} one script
-- @return[2] nil
-- @treturn[2] string message
function foreign.oxidized(text, name)
  local value, details = yaml.decode(text)
  local commands = json.is_object(value) and value.commands
  if type(commands) ~= "table" then
    return nil, text_of(details) or "it has no commands"
  end
  local steps = {}
  for _, pair in ipairs(pairs_of(commands)) do
    local output = text_of(pair[2])
    if not output then
      return nil, "a command has no text"
    end
    local input = script.newlines(unescape(pair[1])):gsub("\n$", "")
    steps[#steps + 1] = { input = input, at = 0, output = said(unescape(output)) }
  end
  return { {
    name = name,
    greeting = said(unescape(text_of(value.init_prompt) or "")),
    steps = steps,
    ends_by = { exit = true, quit = true, logout = true },
  } }
end

-- ---- cisshgo ----

local function read_file(path)
  local file <close> = io.open(path, "rb")
  return file and file:read(MOST_OF_A_FILE) or nil
end

-- Paths in a map begin where cisshgo is started: above the folder of the map.
local function transcript(folder, path, values)
  if path:find "^/" or ("/" .. path .. "/"):find("/../", 1, true) then
    return nil, ("%s leads out of the folder of the map"):format(path)
  end
  local text = read_file(folder .. "/" .. path) or read_file(folder .. "/../" .. path)
  if not text then
    return nil, ("there is no %s beside the map"):format(path)
  end
  return (text:gsub("{{%s*%.(%a+)%s*}}", values))
end

local function context_of(platform, name)
  local contexts = platform[name]
  local copy = {}
  for key, value in pairs(json.is_object(contexts) and contexts or {}) do
    copy[key] = text_of(value)
  end
  return copy
end

local function cisshgo_script(name, platform, folder)
  local host = text_of(platform.hostname) or name
  local commands = platform.command_transcripts
  local values = {
    Hostname = host, Platform = name, Vendor = text_of(platform.vendor) or "",
  }
  local steps = {}
  for _, command in ipairs(keys_of(commands)) do
    local body, message = transcript(folder, text_of(commands[command]) or "", values)
    if not body then
      return nil, message
    end
    steps[#steps + 1] = { input = command, at = 0, body = script.terminal(body) }
  end
  local search = context_of(platform, "context_search")
  return {
    name = host,
    greeting = {},
    steps = steps,
    prompt = host .. (search.base or "#"),
    contexts = { host = host, into = search,
      above = context_of(platform, "context_hierarchy") },
  }
end

--- cisshgo's.
-- @string text
-- @string _ not used
-- @string folder where the map is
-- @treturn[1] {table,...} a script for each platform
-- @return[2] nil
-- @treturn[2] string message
function foreign.cisshgo(text, _, folder)
  local value, details = yaml.decode(text)
  local platforms = json.is_object(value) and value.platforms
  if type(platforms) ~= "table" then
    return nil, text_of(details) or "it has no platforms"
  end
  local scripts = {}
  for _, pair in ipairs(pairs_of(platforms)) do
    local name, platform = pair[1], pair[2]
    if not json.is_object(platform) then
      return nil, ("platform %s is no mapping"):format(name)
    end
    local one, message = cisshgo_script(name, platform, folder)
    if not one then
      return nil, message
    end
    scripts[#scripts + 1] = one
  end
  return scripts
end

return foreign
