--- The way to a device, as it is written: jump hosts, one behind the other, or a
-- command. Nothing is connected in here.
-- @module moonwire.transport.hop
local hop = {}

local MOST = 16 -- hops; more is a circle
local SSH = 22

-- What a jump host that is only a name does not have from the device behind it. Its
-- password is not for others to see.
local OWN = {
  "name", "host", "port", "password", "secret", "host_key", "jump", "jump_limit",
  "proxy_command", "transport", "device_type", "groups", "labels", "timeout", "answers",
}

local function is_host(text)
  return #text <= 253 and (text:find "^[%w_][%w._:%%-]*$" or text:find "^::[%x:.]*$")
end

local function split_port(text)
  local host, port = text:match "^%[(.*)%]:?(%d*)$"
  if not host then
    host, port = text:match "^([^:]*):(%d+)$"
  end
  return host or text, port
end

local function read_port(text)
  if text == nil or text == "" then
    return SSH
  end
  local port = math.tointeger(tonumber(text))
  return port and port >= 1 and port <= 65535 and port
end

-- [user@]host[:port], also as a URI.
local function parse(text)
  local rest = text:match "^ssh://(.*)$" or text
  local user, address = rest:match "^(.*)@([^@]*)$"
  local host, port = split_port(address or rest)
  port = read_port(port)
  if not is_host(host) or user == "" or not port then
    return nil, ("%q is no jump host: write [user@]host[:port]"):format(text), "invalid"
  end
  return { host = host, port = port, username = user }
end

-- The device may stand before the one in the inventory, with a user's name that has
-- options of its platform in it, or the port of its transport.
local function original(device)
  local before = getmetatable(device)
  return before and before.__index and original(before.__index) or device
end

local function inherit(taken, device)
  for name, value in pairs(original(device)) do
    if taken[name] == nil then
      taken[name] = value
    end
  end
  for _, name in ipairs(OWN) do
    if name ~= "host" and name ~= "port" then
      taken[name] = nil
    end
  end
  return taken
end

local add -- a way may be part of a way

local function add_text(hops, text, device)
  for part in text:gmatch "[^,]+" do
    local taken, message, kind = parse(part:match "^%s*(.-)%s*$")
    if not taken then
      return nil, message, kind
    end
    hops[#hops + 1] = inherit(taken, device)
  end
  return hops
end

-- Its own way comes before it.
local function add_table(hops, given, device, depth)
  local ok, message, kind = add(hops, given, depth + 1)
  if not ok then
    return nil, message, kind
  end
  if not given.username then
    local username = original(device).username
    given = setmetatable({ username = username }, { __index = given })
  end
  hops[#hops + 1] = given
  return hops
end

local function add_one(hops, one, device, depth)
  if type(one) == "string" then
    return add_text(hops, one, device)
  elseif type(one) ~= "table" or not one.host then
    return nil, "jump must be a name, a device, or a list of such", "invalid"
  end
  return add_table(hops, one, device, depth)
end

function add(hops, device, depth)
  local jump = device.jump
  if jump == nil or jump == "none" then
    return hops
  elseif depth > MOST then
    return nil, "the jump hosts go in a circle", "invalid"
  elseif type(jump) ~= "table" or jump.host then
    return add_one(hops, jump, device, depth)
  end
  for _, one in ipairs(jump) do
    local ok, message, kind = add_one(hops, one, device, depth)
    if not ok then
      return nil, message, kind
    end
  end
  return hops
end

--- The jump hosts on the way to a device, in the order in which they are passed.
-- `device.jump` is `[user@]host[:port]`, several of those with commas between them, a
-- table with the fields of a device, or a list of these. A jump host that is only a
-- name has its user, its key and its known_hosts from the device, never the password.
-- @tparam table device
-- @treturn[1] table list of devices
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: invalid
function hop.list(device)
  return add({}, device, 0)
end

--- What a jump host is called in messages.
-- @tparam table device
-- @treturn string
function hop.label(device)
  local port = device.port or SSH
  return device.name or port == SSH and device.host
    or ("%s:%d"):format(device.host, port)
end

local function checked(what, text)
  local is_good = what == "host" and is_host(text)
    or what == "user" and text:find "^[%w_][%w._@+-]*$"
  if not is_good then
    local message = "the proxy command is not run: the %s %q is not plain"
    return nil, message:format(what, text)
  end
  return text
end

--- The command that is the connection to a device, with the tokens of ssh_config(5):
-- `%h` and `%n` the host, `%p` the port, `%r` the user, `%%` a percent sign.
-- The shell will read it, so a host or user that is not plain is refused.
-- @tparam table device
-- @treturn[1] string|nil nil: there is no such command
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: invalid
function hop.command(device)
  local text = device.proxy_command
  if text == nil or text == "none" then
    return nil
  end
  local complaint
  local function put(what, value)
    local plain, message = checked(what, value)
    complaint = complaint or message
    return plain
  end
  local tokens = {
    ["%"] = function() return "%" end,
    h = function() return put("host", device.host) end,
    n = function() return put("host", device.host) end,
    p = function() return ("%d"):format(device.port or SSH) end,
    r = function() return put("user", device.username or "") end,
  }
  local command = text:gsub("%%(.)", function(token)
    return tokens[token] and tokens[token]()
  end)
  if complaint then
    return nil, complaint, "invalid"
  end
  return command
end

return hop
