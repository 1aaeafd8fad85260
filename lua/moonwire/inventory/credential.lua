--- Passwords, and where they are kept. What comes out is a secret, never a string.
--
--  * `"text"`, in a file that others cannot read;
--  * `{ env = "NAME" }`: the environment, which forgets it then;
--  * `{ file = "path" }`: the first line of a file with mode 0600 or 0640;
--  * `{ command = { "pass", "show", "x" } }`: the first line that a program prints; no
--    shell; it has a minute;
--  * `{ prompt = "Password" }`: asked on the terminal, never without one;
--  * `{ encrypted = "path", passphrase = … }`: a file of `moonwire secret encrypt`, its
--    passphrase in any of these ways, asked for when left out;
--  * `{ credential = "name" }`: what systemd's `LoadCredential=` put there.
--
-- Devices that refer to the same share one secret: it is read, asked or run once.
-- @module moonwire.inventory.credential
local inherit = require "moonwire.inventory.inherit"
local secret = require "host.secret"
local uv = require "luv"

local credential = {}

local REFERENCE = 'must be text, { env = "NAME" } or { file = "path" }, or another way '
  .. "of moonwire.inventory.credential"

--- A path as the program can use it.
-- @string path `~/` is the home folder
-- @tparam string|nil folder that a relative one begins at
-- @treturn string
function credential.absolute(path, folder)
  if path:find "^~/" then
    return (uv.os_homedir() or "~") .. path:sub(2)
  elseif path:find "^/" or folder == nil then
    return path
  end
  return folder .. "/" .. path
end

-- A fleet has few passwords for many devices: each is kept once.
local function literal(text, field, context)
  local source = inherit.owner(context.record, field.name).source
  if source.is_open and not context.told[source] then
    context.told[source] = true
    local complaint = "a password in a file that others can read: chmod 600 %s"
    return nil, complaint:format(source.name)
  end
  local held = context.secrets[text]
  if not held then
    held = secret.from_string(text)
    context.secrets[text] = held
  end
  return held
end

local function is_text(what)
  return type(what) == "string" and what ~= "" and not what:find "%c"
end

local function is_command(what)
  if type(what) ~= "table" or #what == 0 then
    return false
  end
  for key, word in pairs(what) do
    if math.type(key) ~= "integer" or type(word) ~= "string" or word:find "%z" then
      return false
    end
  end
  return true
end

-- how each way is written
local WAYS = {
  env = is_text,
  file = is_text,
  command = is_command,
  prompt = is_text,
  encrypted = is_text,
  credential = function(what)
    return is_text(what) and not what:find "/" and not what:find "^%."
  end,
}

local function is_reference(what, depth)
  local found = 0
  for key, value in pairs(what) do
    if WAYS[key] and WAYS[key](value) then
      found = found + 1
    elseif key ~= "passphrase" or not what.encrypted or type(value) ~= "table"
      or depth > 1 or not is_reference(value, depth + 1) then
      return false
    end
  end
  return found == 1
end

--- Read the field of a device that holds a password. A reference stays one, until
-- `moonwire.inventory.keyring` resolves it.
-- @param what what somebody wrote
-- @tparam table field of the schema
-- @tparam table context see `moonwire.inventory.fields`; `has_references` is said there
-- @return[1] a secret, or a table that is a reference
-- @return[2] nil
-- @treturn[2] string complaint
function credential.read(what, field, context)
  if secret.is_secret(what) then
    return what
  elseif what == "" then
    return nil, "must not be empty"
  elseif type(what) == "string" then
    return literal(what, field, context)
  elseif type(what) == "table" and is_reference(what, 1) then
    context.has_references = true
    return what
  end
  return nil, REFERENCE
end

--- The folder that a relative path in a field of a record begins at.
-- @tparam table record
-- @string name of the field
-- @treturn string|nil
function credential.folder_of(record, name)
  return inherit.owner(record, name).source.folder
end

return credential
