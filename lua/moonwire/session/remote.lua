--- How files reach a device: which protocol, over which connection, and how its
-- platform calls a file and says what is free.
-- @module moonwire.session.remote
local codec = require "moonwire.codec.scp"
local platforms = require "moonwire.platform"
local scp = require "moonwire.transfer.scp"
local sftp = require "moonwire.transfer.sftp"

local remote = {}

local NONE = {}

local function rules_of(session)
  return session.platform.files or NONE
end

-- The one name of a file: as commands of the device have it, or as transfers have it.
local function renamed(session, name, from, to)
  local mount = rules_of(session).mount
  if mount and name:sub(1, #mount[from]) == mount[from] then
    local rest = name:sub(#mount[from] + 1)
    return mount[to] .. (to == 2 and rest:gsub("^/", "") or rest)
  end
  return name
end

--- The name of a file in a transfer.
-- @tparam Session session
-- @string name
-- @treturn string
function remote.path(session, name)
  return renamed(session, name, 1, 2)
end

-- quoted where there is a shell; a name that would be an option is made none
local function as_word(session, name)
  if not rules_of(session).shell then
    return name
  end
  return codec.quote(name:find "^%-" and "./" .. name or name)
end

--- The name of a file in a command.
-- @tparam Session session
-- @string name
-- @treturn string
function remote.word(session, name)
  return as_word(session, renamed(session, name, 2, 1))
end

--- What is wrong with a name.
-- @tparam Session session
-- @string name
-- @bool is_typed it stands in a command line of the device, and not only in SFTP
-- @treturn string|nil
function remote.complaint(session, name, is_typed)
  local problem = codec.complaint(name)
  if problem then
    return problem
  elseif codec.base(name) == "" or codec.base(name):find "^%.%.?$" then
    return "this is the name of a folder"
  elseif is_typed and not rules_of(session).shell and not codec.is_plain(name) then
    return "a name with such characters cannot be typed on this device"
  end
end

-- ---- channels ----

local open = {}

function open.sftp(_, client, _, _, timeout)
  return sftp.open(client, timeout)
end

function open.scp(session, client, direction, name, timeout)
  local problem = remote.complaint(session, name, true)
  if problem then
    return nil, problem, "invalid"
  end
  local path = as_word(session, remote.path(session, name))
  return scp.open(client, direction, path, timeout)
end

-- Tried in this order. Some devices take one channel to a connection only.
local function ways_of(session, method)
  local known = method ~= "auto" and method or rules_of(session).method
  local methods = known and { known } or { "sftp", "scp" }
  local ways = {}
  for _, is_own in ipairs(rules_of(session).alone and { true } or { false, true }) do
    for _, name in ipairs(methods) do
      ways[#ways + 1] = { method = name, is_own = is_own }
    end
  end
  return ways
end

-- Many devices hang up behind the only channel, so its connection is used once.
local function through_one(session, way, what, act)
  local client, message, kind = session.client, nil, nil
  if way.is_own then
    client, message, kind = session:_connect_again()
  end
  if not client then
    return nil, message, kind
  end
  local _ <close> = way.is_own and client or nil
  local channel <close>, words, why =
    open[way.method](session, client, what.direction, what.name, what.timeout)
  if not channel then
    return nil, words, why
  end
  return act(channel, way.method)
end

--- Do something over the first way to the device's files that exists.
-- @tparam Session session
-- @tparam table what `method` ("auto", "sftp", "scp"), `direction` ("-t" or "-f"),
-- `name`, `timeout`
-- @tparam function act called with an open Sftp or Scp and the method's name; when it
-- gives nil, a message and "channel", nothing has been done, and the next way is tried
-- @return what `act` gave, or nil, message and kind
function remote.through(session, what, act)
  local result, message, kind
  for _, way in ipairs(ways_of(session, what.method)) do
    result, message, kind = through_one(session, way, what, act)
    if result or kind ~= "channel" then
      return result, message, kind
    end
  end
  return nil, "the device takes no files: " .. message, "unsupported"
end

-- ---- what the device's commands tell ----

local function disk_of(session, name)
  local rules = rules_of(session)
  if rules.shell then
    local folder = name:match "^(.*)/[^/]*$"
    return as_word(session, folder == "" and "/" or folder or ".")
  end
  local word = remote.word(session, name)
  return word:match "^[%w_%-]+:" or rules.disk or ""
end

--- How many bytes are free, as the platform's own command says.
-- @tparam Session session
-- @string name of the file that is to be written
-- @treturn int|nil nil: the platform has no such command, or says something else
function remote.free(session, name)
  local rule = rules_of(session).free
  if not rule then
    return nil
  end
  local disk = disk_of(session, name)
  local command = rule[1]:gsub("%%s", function() return disk end)
  local output = session:send_command(command)
  local number = output and output:gsub("(%d),", "%1"):match(rule[2])
  return number and math.tointeger(tonumber(number)) * (rule.unit or 1)
end

--- The algorithm of the platform's own checksums.
-- @tparam Session session
-- @treturn string|nil "md5", "sha256", …; nil when it has none
function remote.algorithm(session)
  local action = platforms.action(session.platform, "checksum")
  return action and (action.run[1]:match "sha%d+" or "md5")
end

local DIGITS = { md5 = 32, sha1 = 40, sha256 = 64, sha512 = 128 }

--- The checksum of a file, computed by the device.
-- @tparam Session session
-- @string name
-- @string algorithm what `remote.algorithm` gave
-- @treturn[1] string in lower case
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind
function remote.checksum(session, name, algorithm)
  local word = remote.word(session, name)
  local output, message, kind = session:_act("checksum", function(command)
    return (command:gsub("%%s", function() return word end))
  end)
  if not output then
    return nil, message, kind
  end
  local value
  for digits in output:gmatch "%f[%x]%x+%f[%X]" do
    value = #digits == DIGITS[algorithm] and digits:lower() or value
  end
  if not value then
    return nil, "the device shows no checksum: " .. codec.printable(output), "rejected"
  end
  return value
end

return remote
