--- What lines of configuration do that have an effect of their own. Each function takes
-- the session, what the grammar found, and whether "no" came before.
-- @module moonwire.lab.cisco_ios.setting
local complaint = require "moonwire.lab.cisco_ios.complaint"
local interface = require "moonwire.lab.cisco_ios.interface"

local setting = {}

-- what was entered, with its keywords in full
local function canonical(found)
  return found[1] and found.path .. " " .. table.concat(found, " ") or found.path
end

local function enter(session, mode, header)
  session.mode, session.section = mode, header
  if not session.device:configuration():find(header) then
    session.device:change():section(header)
  end
end

-- the configuration, to be changed, and the section that the session is in
local function open(session)
  local now = session.device:change()
  return now, session.section and now:section(session.section)
end

--- Keep the line as it was entered.
function setting.keep(session, found, is_no)
  local now, section = open(session)
  if is_no then
    now:remove(section, canonical(found))
  else
    now:set(section, canonical(found))
  end
end

--- "hostname": the name in the prompt.
function setting.hostname(session, found, is_no)
  if is_no then
    session.device:change():remove(nil, "hostname")
  elseif not found[1]:find "^%a[%w_.%-]*$" or #found[1] > 63 then
    session:write "% Hostname contains one or more illegal characters.\r\n"
  else
    session.device:change():set(nil, "hostname " .. found[1])
  end
end

--- "interface": enter its section; only those that are no hardware are made.
function setting.interface(session, found, is_no)
  local name, is_physical = interface.name(found[1])
  local exists = name and session.device:configuration():find("interface " .. name)
  if not name or (is_physical and not exists) then
    return complaint.invalid(session, found.columns[1])
  elseif not is_no then
    return enter(session, "config-if", "interface " .. name)
  elseif is_physical then
    session:write "% Removal of physical interfaces is not permitted\r\n"
  else
    session.device:change():remove(nil, "interface " .. name)
  end
end

--- A line that opens a section.
-- @string mode of the section, such as "config-vlan"
-- @treturn function
function setting.section(mode)
  return function(session, found, is_no)
    if is_no then
      return setting.keep(session, found, true)
    end
    enter(session, mode, canonical(found))
  end
end

local function is_mask(text)
  local bits = 0
  for octet in text:gmatch "%d+" do
    bits = bits << 8 | math.tointeger(octet)
  end
  local inverted = ~bits & 0xFFFFFFFF
  return inverted & (inverted + 1) == 0, bits
end

local function is_switched(session)
  local _, is_physical = interface.name(session.section:match "%S+$")
  local now = session.device:configuration()
  local section = now:find(session.section)
  return is_physical and now:value(section, "no switchport") == nil
end

--- "ip address": the mask has to be one, and the port has to be routed.
function setting.address(session, found, is_no)
  if is_no then
    local now, section = open(session)
    now:remove(section, "ip address")
    now:set(section, "no ip address")
    return
  end
  local fits, bits = is_mask(found[2])
  if not fits then
    session:write(("Bad mask 0x%X for address %s\r\n"):format(bits, found[1]))
  elseif is_switched(session) then
    session:write "% IP addresses may not be configured on L2 links.\r\n"
  else
    setting.keep(session, found)
  end
end

--- "switchport": IOS shows only that a port is none.
function setting.switchport(session, _, is_no)
  local now, section = open(session)
  now:remove(section, is_no and "switchport" or "no switchport")
end

--- "shutdown": stands in the section or does not.
function setting.shutdown(session, _, is_no)
  local now, section = open(session)
  if is_no then
    now:remove(section, "shutdown")
  else
    now:set(section, "shutdown")
  end
end

-- "secret word" as the configuration shows it
local function hide(session, text)
  return (text:gsub("%f[%w]secret%s+(.+)$", function(rest)
    local is_hidden = rest:find "^[1-9]%s"
    local word = rest:match "^0%s+(.+)$" or rest
    return "secret " .. (is_hidden and rest or "5 " .. session.device:hide(word))
  end))
end

--- "username": shown without its password; removed when that is confirmed.
function setting.username(session, found, is_no)
  if not is_no then
    session.device:change():set(nil, hide(session, canonical(found)))
    return
  end
  local warning = "This operation will remove all username related configurations "
    .. "with same name.Do you want to continue? [confirm]"
  if session:confirm(warning) then
    session.device:change():remove(nil, "username " .. found[1])
  end
end

--- "enable secret": shown as a hash.
function setting.enable_secret(session, found, is_no)
  if is_no then
    session.device:change():remove(nil, "enable secret")
  else
    session.device:change():set(nil, hide(session, canonical(found)))
  end
end

local function read_banner(session, delimiter, text)
  session:write(
    ("Enter TEXT message.  End with the character '%s'.\r\n"):format(delimiter)
  )
  local lines = { text }
  while true do
    local line, ending =
      session:read_line { help = false, tab = false, history = false }
    if not line or ending == "interrupt" then
      return nil
    end
    local last = line:find(delimiter, 1, true)
    lines[#lines + 1] = last and line:sub(1, last - 1) or line
    if last then
      return table.concat(lines, "\n")
    end
  end
end

--- "banner": text of several lines up to a delimiter.
function setting.banner(session, found, is_no)
  if is_no then
    session.device:change():remove(nil, found.path)
    return
  end
  local delimiter, text = found[1]:match "^(.)(.*)$"
  local whole = text:match("^(.-)%" .. delimiter)
  whole = whole or read_banner(session, delimiter, text)
  if whole then
    session.device:change():set(nil, ("%s ^C\n%s\n^C"):format(found.path, whole))
  end
end

--- "crypto key generate rsa": asks how long, and is in no configuration.
function setting.key(session)
  local host = session.device:hostname()
  session:write(("The name for the keys will be: %s.lab.example\r\n"):format(host))
  local bits = session:ask "How many bits in the modulus [1024]: "
  if bits then
    bits = bits == "" and "1024" or bits
    local text = "%% Generating %s bit RSA keys, keys will be non-exportable...\r\n"
    session:print(text:format(bits) .. "[OK] (elapsed time was 0 seconds)\r\n")
  end
end

return setting
