--- ProxyJump: one jump host or several, each as `[user@]host[:port]` or as an address
-- of the form ssh://.
-- @module moonwire.ssh_config.jump
local jump = {}

local function split_port(text)
  local host, port = text:match "^%[([^%]]*)%]:?(.*)$"
  if not host then
    host, port = text:match "^([^:/]*)[:/]?(.*)$"
  end
  return host, port
end

local function unescape(text)
  return (text:gsub("%%(%x%x)", function(digits)
    return string.char(tonumber(digits, 16))
  end))
end

-- Without the path, which nobody may give here.
local function read_address(text)
  local rest = text:match "^ssh://(.*)$"
  if not rest then
    local user, place = text:match "^(.*)@([^@]*)$"
    return user, place or text
  end
  local user, place = rest:match "^([^@]*)@(.*)$"
  place = (place or rest):gsub("/$", "")
  return user and unescape((user:gsub(";.*$", ""))), place
end

local function read_one(text, port_of)
  local user, place = read_address(text)
  local host, port = split_port(place)
  if user == "" or not host or host == "" then
    return nil
  elseif port ~= "" and not port_of(port) then
    return nil
  end
  return { user = user, host = host, port = port ~= "" and port_of(port) or nil }
end

local function write(one)
  local is_number = one.host:find(":", 1, true) or one.host:find "^[%d.]+$"
  return (one.user and one.user .. "@" or "")
    .. (is_number and "[" .. one.host .. "]" or one.host)
    .. (one.port and ":" .. one.port or "")
end

--- Read the value of ProxyJump.
-- @string text
-- @tparam function port_of makes a number of a port or service
-- @treturn[1] string|{table,...} "none"; or the hosts in the order of the way there:
-- `user`, `host`, `port`, and `text`: all three
-- @return[2] nil
-- @treturn[2] string complaint
function jump.read(text, port_of)
  if text:lower() == "none" then -- with a comment behind it, it is a host for ssh
    return "none"
  end
  local bare = text:match "^[^# \t\r\n]*" -- nor does ssh look behind a blank
  local hops = {}
  for part in (bare .. ","):gmatch "([^,]*)," do
    local hop = read_one(part, port_of)
    if not hop then
      return nil, ("bad jump host %q"):format(part)
    end
    hop.text = write(hop)
    hops[#hops + 1] = hop
  end
  return hops
end

return jump
