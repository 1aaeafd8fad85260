--- One value of an inventory, read as the type that the schema names.
-- A reader gives the value as it will be used, or nil and what is wrong with it. No
-- reader shows a value that could be a secret.
-- @module moonwire.inventory.value
local duration = require "moonwire.duration"
local secret = require "host.secret"

local value = {}

local LONGEST_SHOWN = 40
local GREATEST_PORT = 65535

-- from_env reads a variable once and takes it away: others may refer to it later
local from_environment = {}

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

--- Text that is not empty and has no control characters.
function value.string(what)
  if type(what) ~= "string" then
    return nil, "must be text, not " .. article(what)
  elseif what == "" then
    return nil, "must not be empty"
  elseif what:find "%c" then
    return nil, "must not contain control characters"
  end
  return what
end

--- A host name or an address of either kind.
function value.host(what)
  local text, complaint = value.string(what)
  if not text then
    return nil, complaint
  end
  local is_name = text:find "^%w[%w._:%%-]*$" or text:find "^::[%x:.]*$"
  if not is_name or #text > 253 then
    return nil, "must be a host name or an address, and nothing else"
  end
  return text
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

--- The name of a platform, or "autodetect".
function value.platform(what)
  local text, complaint = value.string(what)
  if not text then
    return nil, complaint
  elseif text == "autodetect" then
    return text
  end
  local found, message = require("moonwire.platform").get(text)
  return found and text, message
end

local function absolute(path, folder)
  if path:find "^~/" then
    return (os.getenv "HOME" or "~") .. path:sub(2)
  elseif path:find "^/" or folder == nil then
    return path
  end
  return folder .. "/" .. path
end

--- A path. `~/` is the home folder; a relative path begins at the inventory's folder.
function value.path(what, _, context)
  local text, complaint = value.string(what)
  if not text then
    return nil, complaint
  end
  return absolute(text, context.folder)
end

local function read_environment(name)
  if not from_environment[name] then
    local held, message = secret.from_env(name)
    if not held then
      return nil, message
    end
    from_environment[name] = held
  end
  return from_environment[name]
end

-- A fleet has few passwords for many devices: each is kept once.
local function literal(text, context)
  local held = context.secrets[text]
  if not held then
    held = secret.from_string(text)
    context.secrets[text] = held
  end
  return held
end

--- A password: text, `{ env = "NAME" }` or `{ file = "path" }`. It becomes a secret.
function value.secret(what, _, context)
  if secret.is_secret(what) then
    return what
  elseif what == "" then
    return nil, "must not be empty"
  elseif type(what) == "string" then
    return literal(what, context)
  elseif type(what) == "table" and type(what.env) == "string" then
    return read_environment(what.env)
  elseif type(what) == "table" and type(what.file) == "string" then
    return secret.from_file(absolute(what.file, context.folder))
  end
  return nil, 'must be text, { env = "NAME" } or { file = "path" }'
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
