--- Passwords, and where they are kept. What comes out is a secret, never a string.
-- @module moonwire.inventory.credential
local secret = require "host.secret"

local credential = {}

-- from_env reads a variable once and takes it away: others may refer to it later
local from_environment = {}

local REFERENCE = 'must be text, { env = "NAME" } or { file = "path" }'

--- A path as the program can use it.
-- @string path `~/` is the home folder
-- @tparam string|nil folder that a relative one begins at
-- @treturn string
function credential.absolute(path, folder)
  if path:find "^~/" then
    return (os.getenv "HOME" or "~") .. path:sub(2)
  elseif path:find "^/" or folder == nil then
    return path
  end
  return folder .. "/" .. path
end

local readers = {}

function readers.env(name)
  if not from_environment[name] then
    local held, message = secret.from_env(name)
    if not held then
      return nil, message
    end
    from_environment[name] = held
  end
  return from_environment[name]
end

function readers.file(path, context)
  return secret.from_file(credential.absolute(path, context.record.source.folder))
end

-- which file a literal password stands in
local function source_of(record, field)
  if record.own and record.own[field.name] == nil and record.from[field.name] then
    return record.from[field.name].source
  end
  return record.source
end

-- A fleet has few passwords for many devices: each is kept once.
local function literal(text, field, context)
  local source = source_of(context.record, field)
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

-- the one way that a reference names
local function way_of(what)
  local way = next(what)
  if readers[way] and next(what, way) == nil and type(what[way]) == "string" then
    return way
  end
end

--- Read the field of a device that holds a password.
-- @param what what somebody wrote
-- @tparam table field of the schema
-- @tparam table context see `moonwire.inventory.device.read_fields`
-- @treturn[1] secret
-- @return[2] nil
-- @treturn[2] string complaint
function credential.read(what, field, context)
  if secret.is_secret(what) then
    return what
  elseif what == "" then
    return nil, "must not be empty"
  elseif type(what) == "string" then
    return literal(what, field, context)
  end
  local way = type(what) == "table" and way_of(what)
  if not way then
    return nil, REFERENCE
  end
  return readers[way](what[way], context)
end

return credential
