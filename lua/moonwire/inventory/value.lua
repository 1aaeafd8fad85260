--- One value of an inventory, read as the type that the schema names.
-- A reader gives the value as it will be used, or nil and what is wrong with it. No
-- reader shows a value that could be a secret.
-- @module moonwire.inventory.value
local credential = require "moonwire.inventory.credential"
local duration = require "moonwire.duration"
local text_of = require "host.text"

local value = {}

local is_plain, is_dotted = text_of.is_plain, text_of.is_address

local LONGEST_SHOWN = 40
local GREATEST_PORT = 65535
local LONGEST_HOST = 253

local function show(what)
  local text = type(what) == "string" and ("%q"):format(what) or tostring(what)
  text = text:gsub("\\\n", "\\n")
  return #text > LONGEST_SHOWN and text:sub(1, LONGEST_SHOWN) .. "…" or text
end

local function article(what)
  local kind = type(what)
  return kind == "table" and "a table" or kind == "boolean" and "true or false"
    or "a " .. kind
end

--- Something that whoever gets it checks.
function value.any(what)
  return what
end

-- marks that turn the direction of writing: a name with them is not what it seems
local TURNS = { [0x200E] = true, [0x200F] = true }
for _, range in ipairs { { 0x202A, 0x202E }, { 0x2066, 0x2069 } } do
  for code = range[1], range[2] do
    TURNS[code] = true
  end
end

local function turns(text)
  for _, code in utf8.codes(text) do
    if TURNS[code] then
      return true
    end
  end
  return false
end

local function odd(text)
  if text:find "%c" then
    return "must not contain control characters"
  elseif not utf8.len(text) then
    return "must be UTF-8"
  end
  return turns(text) and "must not contain marks that turn the direction of writing"
end

--- Text that is not empty and has no control characters.
function value.string(what)
  if type(what) ~= "string" then
    return nil, "must be text, not " .. article(what)
  elseif is_plain(what) then
    return what
  elseif what == "" then
    return nil, "must not be empty"
  end
  local complaint = odd(what)
  if complaint then
    return nil, complaint
  end
  return what
end

local function is_address(text)
  local colon = text:find(":", 1, true)
  return colon and text:find(":", colon + 1, true)
    and (text:find "^[%x:][%x:.]*$" or text:find "^[%x:][%x:.]*%%[%w._-]+$")
end

local function is_host_name(text)
  return text:find "^[%w_][%w._-]*$" and not text:find("..", 1, true)
    and not text:find "^[%d.]+$"
end

--- A host name or an address of either kind.
function value.host(what)
  if type(what) == "string" and (is_dotted(what)
    or #what <= LONGEST_HOST and (is_host_name(what) or is_address(what))) then
    return what
  end
  local text, complaint = value.string(what)
  return nil, not text and complaint
    or "must be a host name or an address, and nothing else"
end

--- A TCP port, as a number or as digits.
function value.port(what)
  local number = what
  if type(what) == "string" and what:find "^%d+$" then
    number = tonumber(what)
  end
  number = type(number) == "number" and math.tointeger(number)
  if not number or number < 1 or number > GREATEST_PORT then
    return nil, ("must be 1 to %d, not %s"):format(GREATEST_PORT, show(what))
  end
  return number
end

--- A whole number that is at least one.
function value.count(what)
  local number = type(what) == "number" and math.tointeger(what)
  if not number or number < 1 then
    return nil, "must be a whole number from 1 on, not " .. show(what)
  end
  return number
end

--- A length of time: seconds, or text such as "50ms".
function value.seconds(what)
  if type(what) ~= "number" and type(what) ~= "string" then
    return nil, "must be seconds or a text such as \"50ms\", not " .. article(what)
  end
  local seconds = duration.parse(what)
  if not seconds or seconds == math.huge then
    return nil, "must be seconds or a text such as \"50ms\", not " .. show(what)
  end
  return seconds
end

--- One of a few words.
function value.choice(what, field)
  for _, word in ipairs(field.words) do
    if what == word then
      return word
    end
  end
  local words = table.concat(field.words, '" or "')
  return nil, ('must be "%s", not %s'):format(words, show(what))
end

--- The name of a platform, or "autodetect". Of an alias it makes the name, so that
-- filters and reports see one.
function value.platform(what, _, context)
  local text, complaint = value.string(what)
  if not text then
    return nil, complaint
  elseif text == "autodetect" then
    return text
  end
  local name = context.platforms[text]
  if name then
    return name
  end
  local found, message = require("moonwire.platform").get(text)
  context.platforms[text] = found and found.name
  return found and found.name, message
end

--- A path. `~/` is the home folder; a relative path begins at the inventory's folder.
function value.path(what, _, context)
  local text, complaint = value.string(what)
  if not text then
    return nil, complaint
  end
  return credential.absolute(text, context.record.source.folder)
end

--- A configuration of OpenSSH: a path, or a word for those that ssh itself reads
-- ("default") or for no such file ("none").
function value.ssh_config(what, field, context)
  if what == "default" or what == "none" then
    return what
  end
  return value.path(what, field, context)
end

local ALGORITHMS = {
  profile = true, kex = true, hostkey_types = true, ciphers = true, macs = true,
  publickey_types = true,
}

--- SSH algorithms: the name of a profile, or a table with `profile` and lists by kind.
function value.algorithms(what)
  if type(what) ~= "table" then
    return value.string(what)
  end
  local taken = {}
  for kind, list in pairs(what) do
    if not ALGORITHMS[kind] then
      return nil, "has kex, hostkey_types, ciphers, macs, publickey_types and profile"
    elseif type(list) ~= "string" or not list:find "^[+^-]?[%w@.,*?-]+$" then
      return nil, ("%s must be names with commas in between"):format(kind)
    end
    taken[kind] = list
  end
  return taken
end

--- True or false.
function value.flag(what)
  if type(what) ~= "boolean" then
    return nil, "must be true or false, not " .. article(what)
  end
  return what
end

--- An ssh-agent: the path of its socket, true (that of the environment), false (none).
function value.agent(what, field, context)
  if type(what) == "boolean" or what == "none" or what == "SSH_AUTH_SOCK" then
    return what
  end
  return value.path(what, field, context)
end

--- A password: text, or where it is. It becomes a secret.
function value.secret(what, field, context)
  return credential.read(what, field, context)
end

--- A list of texts.
function value.strings(what)
  if type(what) ~= "table" then
    return nil, "must be a list of texts, not " .. article(what)
  end
  local list, n = {}, 0
  for _ in pairs(what) do
    n = n + 1
  end
  for i = 1, n do
    local text, complaint = value.string(what[i])
    if not text then
      return nil, what[i] == nil and "must be a list of texts" or complaint, i
    end
    list[i] = text
  end
  return list
end

--- A list of paths, each as `value.path` reads one.
function value.paths(what, field, context)
  local list, complaint, at = value.strings(type(what) == "string" and { what } or what)
  for i, path in ipairs(list or {}) do
    list[i] = value.path(path, field, context)
  end
  return list, complaint, at
end

local METHODS = { publickey = true, password = true, ["keyboard-interactive"] = true }

--- Ways to log in, in the order in which they are tried.
function value.methods(what)
  local list, complaint = value.strings(type(what) == "string" and { what } or what)
  local seen = {}
  for _, method in ipairs(list or {}) do
    if not METHODS[method] or seen[method] then
      return nil, "must be a list of publickey, password and keyboard-interactive, "
        .. "each once"
    end
    seen[method] = true
  end
  return list, complaint
end

local MOST_ANSWERS = 16

--- Answers by a part of the question's text, given as secrets are.
-- @treturn {table,...} `question`, `answer`; the longest question first, since it is
-- the most exact one
function value.answers(what, field, context)
  if type(what) ~= "table" then
    return nil, "must be a table from questions to answers, not " .. article(what)
  end
  local list = {}
  for question, given in pairs(what) do
    local text, complaint = value.string(question)
    local answer
    if text then
      answer, complaint = value.secret(given, field, context)
    end
    if not answer then
      return nil, complaint
    end
    list[#list + 1] = { question = text, answer = answer }
  end
  if #list > MOST_ANSWERS then
    return nil, ("must be %d at most"):format(MOST_ANSWERS)
  end
  table.sort(list, function(a, b)
    if #a.question ~= #b.question then
      return #a.question > #b.question
    end
    return a.question < b.question
  end)
  return list
end

--- Fingerprints of host keys: one text, or a list of them.
function value.pins(what)
  local list, complaint = value.strings(type(what) == "string" and { what } or what)
  if not list then
    return nil, complaint
  end
  for _, pin in ipairs(list) do
    if not pin:find "^SHA256:[%w+/]+=*$" then
      return nil, 'must be "SHA256:" and a fingerprint, or a list of such'
    end
  end
  return list
end

local PLAIN = { string = true, number = true, boolean = true }

--- Labels: texts, numbers and booleans by name.
function value.labels(what)
  if type(what) ~= "table" then
    return nil, "must be a table of labels, not " .. article(what)
  end
  local labels = {}
  for name, label in pairs(what) do
    if type(name) ~= "string" or not PLAIN[type(label)] then
      return nil, "labels are texts, numbers or true and false, by name"
    end
    labels[name] = label
  end
  return labels
end

return value
