--- What a device is to OpenSSH's ssh: an ssh_config of its own, made of the device.
-- What it says wins; behind it comes the file that the device names, for what only ssh
-- can do. No secret is ever in it.
-- @module moonwire.transport.openssh_config
local certificate = require "moonwire.transport.certificate"
local hop = require "moonwire.transport.hop"
local identity = require "moonwire.transport.identity"
local offer = require "moonwire.transport.offer"
local openssh = require "moonwire.ssh_config.algorithm"
local ssh_config = require "moonwire.ssh_config"
local uv = require "luv"

local config = {}

local OPTION_OF = {
  kex = "KexAlgorithms", hostkey_types = "HostKeyAlgorithms", ciphers = "Ciphers",
  macs = "MACs", publickey_types = "PubkeyAcceptedAlgorithms",
}

-- what a session has no use for, or must not have
local ALWAYS = [[
  BatchMode %s
  CanonicalizeHostname no
  CheckHostIP no
  ClearAllForwardings yes
  ControlMaster no
  ControlPath none
  EscapeChar none
  ForwardAgent no
  ForwardX11 no
  HashKnownHosts no
  LogLevel %s
  NumberOfPasswordPrompts 1
  PermitLocalCommand no
  Tunnel no
  UpdateHostKeys no]]

-- ssh takes a backslash in quotes as itself, unless a quote is behind it
local function quoted(text)
  assert(not text:find '[%c"]', "a path with a quote or control character in it")
  return '"' .. text .. '"'
end

local function escaped(text)
  return (text:gsub("%%", "%%%%"))
end

local function quoted_paths(paths)
  local list = {}
  for i, path in ipairs(paths) do
    list[i] = quoted(escaped(path))
  end
  return list
end

-- The names that ssh has of what is wanted; our own list first, then what only ssh has.
local function names_of(lists, kind)
  local names = {}
  for name in lists[kind]:gmatch "[^,]+" do
    names[#names + 1] = name
  end
  table.move(lists.lacking[kind] or {}, 1, #(lists.lacking[kind] or {}), #names + 1,
    names)
  local known = {}
  for _, name in ipairs(names) do
    local option = OPTION_OF[kind]:lower()
    known[#known + 1] = openssh.is_known(option, name) and name or nil
  end
  return known
end

local function add_algorithms(lines, device)
  if device.algorithms == nil then
    return true -- ssh has a list of its own
  end
  local lists, message, kind = offer.lists(device)
  if not lists then
    return nil, message, kind
  end
  for _, one in ipairs(offer.kinds) do
    local names = names_of(lists, one)
    if one == "hostkey_types" and device.wants_certificate then
      names = certificate.prefer(names)
    end
    lines[#lines + 1] = ("  %s %s"):format(OPTION_OF[one], table.concat(names, ","))
  end
  return true
end

local function pins_of(device)
  local pins = device.host_key
  return type(pins) == "string" and { pins } or pins
end

-- A pin is a fingerprint, ssh wants a key: it shows us the one that it was shown.
local function known_hosts_command(pins)
  local words = { quoted(escaped(uv.exepath())), "keys pinned %H %t %K" }
  for _, pin in ipairs(pins) do
    assert(pin:find "^[%w:+/=]+$", "a pin is SHA256:…")
    words[#words + 1] = pin
  end
  return table.concat(words, " ")
end

local function file_list(files)
  files = type(files) == "string" and { files } or files
  return files[1] and table.concat(quoted_paths(files), " ") or "none"
end

local function add_host_key(lines, device, policy)
  local function add(text) lines[#lines + 1] = "  " .. text end
  local pins, files = pins_of(device), device.known_hosts
  add("StrictHostKeyChecking " .. (policy == "accept-new" and policy or "yes"))
  if pins then
    add("KnownHostsCommand " .. known_hosts_command(pins))
  end
  if files or pins then
    add("UserKnownHostsFile " .. file_list(files or {}))
    add "GlobalKnownHostsFile none"
  end
  if device.host_key_alias then
    add("HostKeyAlias " .. device.host_key_alias)
  end
end

local function add_identity(lines, device)
  local function add(text) lines[#lines + 1] = "  " .. text end
  local files = identity.key_files(device)
  for _, path in ipairs(quoted_paths(files)) do
    add("IdentityFile " .. path)
  end
  for _, path in ipairs(quoted_paths(device.certificate_files or {})) do
    add("CertificateFile " .. path)
  end
  if device.identities_only ~= nil then
    add("IdentitiesOnly " .. (device.identities_only and "yes" or "no"))
  end
  if type(device.agent) == "string" then
    add("IdentityAgent " .. quoted(device.agent))
  elseif device.agent == false then
    add "IdentityAgent none"
  end
  if device.auth_methods then
    add("PreferredAuthentications " .. table.concat(device.auth_methods, ","))
  end
end

local function plain(what, text)
  if not text:find "^[%w_:.][%w_.:%%@+-]*$" then
    return nil, ("the %s %q is not plain enough for ssh"):format(what, text), "invalid"
  end
  return text
end

-- One Host block. `role`: what differs between the device and its jump hosts.
local function add_host(lines, device, role)
  local host, message, kind = plain("host", device.host)
  if not host then
    return nil, message, kind
  end
  lines[#lines + 1] = "Host " .. role.name
  lines[#lines + 1] = "  HostName " .. escaped(host)
  lines[#lines + 1] = ("  Port %d"):format(device.port or 22)
  if device.username then
    assert(not device.username:find '[%c"]', "a user's name with a quote in it")
    lines[#lines + 1] = ("  User %s"):format(quoted(device.username))
  end
  lines[#lines + 1] = ("  ConnectTimeout %d"):format(math.ceil(role.timeout))
  if device.keepalive then
    local seconds, count = math.ceil(device.keepalive), device.keepalive_count or 3
    lines[#lines + 1] = ("  ServerAliveInterval %d"):format(seconds)
    lines[#lines + 1] = ("  ServerAliveCountMax %d"):format(count)
  end
  lines[#lines + 1] = ALWAYS:format(role.batch, role.log_level)
  add_host_key(lines, device, role.policy)
  add_identity(lines, device)
  return add_algorithms(lines, device)
end

-- Jump hosts are not asked for passwords: ssh could not say whose.
local function add_hops(lines, hops, options)
  local names = {}
  for i, one in ipairs(hops) do
    names[i] = "moonwire-hop-" .. i
    local ok, message, kind = add_host(lines, one, {
      name = names[i], batch = "yes", log_level = "ERROR", timeout = options.timeout,
      policy = "strict",
    })
    if not ok then
      return nil, message, kind
    end
  end
  return names
end

local function add_way(lines, device, names)
  if names[1] then
    lines[#lines + 1] = "  ProxyJump " .. table.concat(names, ",")
    return true
  end
  local command, message, kind = hop.command(device)
  if kind then
    return nil, message, kind
  elseif command then
    lines[#lines + 1] = "  ProxyCommand " .. escaped(command)
  end
  return true
end

local function add_file(lines, path)
  if not path or path == "none" then
    return
  end
  lines[#lines + 1] = "Match all"
  local files = path == "default" and ssh_config.usual() or { { path = path } }
  for _, one in ipairs(files) do
    local absolute = uv.fs_realpath(one.path) -- nil: it is not there, as it may be
    lines[#lines + 1] = absolute and "  Include " .. quoted(absolute)
  end
end

--- The text of the file.
-- @tparam table device
-- @tparam table options `policy` (of host keys), `timeout` (seconds to connect)
-- @treturn[1] string
-- @treturn[1] string what the device is called in it
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: invalid, algorithm
function config.text(device, options)
  local lines = { "# made by moonwire for one connection" }
  local asked = device.asked or {}
  local name, message, kind = plain("host", asked.host or device.host)
  local hops, names, ok
  if name then
    hops, message, kind = hop.list(device)
  end
  if hops then
    names, message, kind = add_hops(lines, hops, options)
  end
  if names then
    ok, message, kind = add_host(lines, device, {
      name = name, batch = "no", log_level = "VERBOSE", timeout = options.timeout,
      policy = options.policy,
    })
  end
  if ok then
    ok, message, kind = add_way(lines, device, names)
  end
  if not ok then
    return nil, message, kind
  end
  add_file(lines, asked.file)
  lines[#lines + 1] = ""
  return table.concat(lines, "\n"), name
end

return config
