--- A device as ssh_config completes it: what the inventory says wins, and what only the
-- file says is filled in. The device itself is never changed.
--
-- Which file: the device's `ssh_config_file`, or the one that `ssh_config.set_default`
-- was given; "default" are the user's and the system's, "none" is none.
-- @module moonwire.transport.resolve
local jump = require "moonwire.ssh_config.jump"
local log = require "moonwire.log"
local once = require "moonwire.transport.once"
local ssh_config = require "moonwire.ssh_config"
local uv = require "luv"
local value = require "moonwire.ssh_config.value"

local resolve = {}

local USER_STORES = { "/.ssh/known_hosts", "/.ssh/known_hosts2" }
local SYSTEM_STORES = { "/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2" }
local USUAL_KEYS = { "id_rsa", "id_ecdsa", "id_ed25519" }
local MOST_HOPS = 16
local METHODS = { "publickey", "keyboard-interactive", "password" }

-- read once per program (and thread)
local configs = once.new(function(path)
  return ssh_config.load(path == "default" and ssh_config.usual() or path)
end)

local there = {} -- whether files are there, by path

local function is_there(path)
  if there[path] == nil then
    there[path] = uv.fs_stat(path) ~= nil
  end
  return there[path]
end

-- ssh passes over a key that it does not find
local function present(paths)
  local list = {}
  for _, path in ipairs(paths) do
    if path ~= "none" and is_there(path) then
      list[#list + 1] = path
    end
  end
  return list
end

local function usual_keys()
  local list = {}
  for i, name in ipairs(USUAL_KEYS) do
    list[i] = (uv.os_homedir() or "") .. "/.ssh/" .. name
  end
  return list
end

local function note_policy(policy, place)
  local text = "%s: StrictHostKeyChecking %s is not followed: an unknown host key is"
    .. " refused, as by yes"
  log.once(text:format(place, policy), "StrictHostKeyChecking " .. policy)
end

local function known_hosts(options)
  local user, system = options.userknownhostsfile, options.globalknownhostsfile
  if not user then
    local home = uv.os_homedir() or ""
    user = { home .. USER_STORES[1], home .. USER_STORES[2] }
  end
  local list = {}
  for _, paths in ipairs { user, system or SYSTEM_STORES } do
    for _, path in ipairs(paths) do
      list[#list + 1] = path:lower() ~= "none" and path or nil
    end
  end
  return list
end

local ALLOWED_BY = {
  publickey = "pubkeyauthentication",
  ["keyboard-interactive"] = "kbdinteractiveauthentication",
  password = "passwordauthentication",
}

local function methods(options)
  local wanted = options.preferredauthentications or table.concat(METHODS, ",")
  local list = {}
  for name in wanted:gmatch "[^,]+" do
    local option = ALLOWED_BY[name]
    if option and options[option] ~= "no" then
      list[#list + 1] = name
    end
  end
  return list
end

-- %n and %k are nothing that the device itself knows any more
local function command(text, device, options)
  local names = {
    n = device.host,
    k = options.hostkeyalias or device.host,
  }
  return (text:gsub("%%(.)", function(token)
    return names[token] and names[token]:gsub("%%", "%%%%")
  end))
end

local function set_known_hosts(taken, _, options)
  taken.known_hosts = taken.known_hosts or known_hosts(options)
end

local function set_methods(taken, _, options)
  taken.auth_methods = taken.auth_methods or methods(options)
end

-- Lists in the inventory, if only of one kind, are meant to be all that there is.
local function list_setter(kind)
  return function(taken, text, _, device)
    if not device.algorithms then
      taken.algorithms = taken.algorithms or {}
      taken.algorithms[kind] = text
    end
  end
end

--- What moonwire follows, and how: each is given the device to be filled in, the value,
-- all options, the device as it was and where the option stands.
local FOLLOWED = {
  hostname = function(taken, host)
    taken.host = host
  end,
  port = function(taken, port)
    taken.port = port
  end,
  user = function(taken, user)
    taken.username = user
  end,
  identityfile = function(taken, paths)
    if not taken.key_file then
      taken.key_files = taken.key_files or present(paths)
    end
  end,
  identitiesonly = function(taken, flag)
    if taken.identities_only == nil then
      taken.identities_only = flag == "yes"
    end
  end,
  certificatefile = function(taken, paths)
    taken.certificate_files = taken.certificate_files or present(paths)
  end,
  identityagent = function(taken, agent)
    if taken.agent == nil then
      taken.agent = agent:lower() ~= "none" and agent
    end
  end,
  userknownhostsfile = set_known_hosts,
  globalknownhostsfile = set_known_hosts,
  hostkeyalias = function(taken, alias)
    taken.host_key_alias = taken.host_key_alias or alias
  end,
  stricthostkeychecking = function(taken, policy, _, _, place)
    if not taken.host_key_policy then
      local is_known = policy == "accept-new" or policy == "yes"
      taken.host_key_policy = policy == "accept-new" and policy or "strict"
      if not is_known then
        note_policy(policy, place)
      end
    end
  end,
  proxycommand = function(taken, text, options, device)
    if not device.jump and not device.proxy_command then
      taken.proxy_command = command(text, device, options)
    end
  end,
  proxyjump = function(taken, hops, _, device)
    if not device.jump and not device.proxy_command then
      taken.jump = hops
    end
  end,
  connecttimeout = function(taken, seconds)
    taken.connect_timeout = taken.connect_timeout or seconds > 0 and seconds or nil
  end,
  serveraliveinterval = function(taken, seconds)
    taken.keepalive = taken.keepalive or seconds
  end,
  serveralivecountmax = function(taken, count)
    taken.keepalive_count = taken.keepalive_count or math.max(1, count)
  end,
  preferredauthentications = set_methods,
  passwordauthentication = set_methods,
  pubkeyauthentication = set_methods,
  kbdinteractiveauthentication = set_methods,
  kexalgorithms = list_setter "kex",
  hostkeyalgorithms = list_setter "hostkey_types",
  ciphers = list_setter "ciphers",
  macs = list_setter "macs",
  pubkeyacceptedalgorithms = list_setter "publickey_types",
}

-- What moonwire does anyway, or what is about a person at a terminal.
local AS_IT_IS = {
  addkeystoagent = "no", addressfamily = "any", batchmode = true, checkhostip = "no",
  canonicalizehostname = "no", clearallforwardings = true, compression = "no",
  controlmaster = "no", controlpath = true, controlpersist = true, escapechar = true,
  enableescapecommandline = "no", exitonforwardfailure = true,
  fingerprinthash = "SHA256",
  forkafterauthentication = "no", forwardagent = "no", forwardx11 = "no",
  forwardx11timeout = true, forwardx11trusted = true, gatewayports = true,
  gssapiauthentication = "no", gssapikeyexchange = "no", hashknownhosts = "no",
  hostbasedauthentication = "no", ignoreunknown = true, loglevel = true,
  logverbose = true, nohostauthenticationforlocalhost = "no",
  numberofpasswordprompts = true, permitlocalcommand = "no", proxyusefdpass = "no",
  requesttty = true, stdinnull = true,
  streamlocalbindmask = true, streamlocalbindunlink = true, syslogfacility = true,
  tcpkeepalive = "yes", tunnel = "no", updatehostkeys = "no", verifyhostkeydns = "no",
  visualhostkey = true, xauthlocation = true,
}

local function note_option(option, held, place)
  local same = AS_IT_IS[option]
  if same ~= true and same ~= held and place then
    log.once(("%s: the option %q is not followed"):format(place, option), option)
  end
end

local function fill_in(device, path, options, places)
  local taken = {}
  for field, held in pairs(device) do
    taken[field] = held
  end
  taken.ssh_config_file = "none" -- it has been asked
  taken.asked = { host = device.host, file = path }
  for option, held in pairs(options) do
    local follow = FOLLOWED[option]
    if follow then
      follow(taken, held, options, device, places[option])
    else
      note_option(option, held, places[option])
    end
  end
  return taken
end

local function look_up(config, path, device)
  local options, places, kind = config:lookup(device.host, {
    user = device.username,
    port = device.port,
  })
  if not options then
    return nil, places, kind
  end
  local taken = fill_in(device, path, options, places)
  if not taken.password and not taken.key_file and not taken.key_files then
    taken.key_files = present(usual_keys())
  end
  return taken
end

local KEY_FIELDS = {
  "key_file", "key_files", "key_passphrase", "certificate_files", "agent",
  "identities_only",
}

-- A jump host is a host like others to the configuration. Where that has no key for it,
-- it is shown those of the device; never a password.
local function resolve_hop(config, hop, device, is_first)
  local taken, message, kind = look_up(config, nil, {
    name = hop.host,
    host = hop.host,
    port = hop.port,
    username = hop.user,
    known_hosts = device.known_hosts,
  })
  if not taken then
    return nil, message, kind
  elseif not taken.key_files or not taken.key_files[1] then
    for _, field in ipairs(KEY_FIELDS) do
      taken[field] = device[field]
    end
  end
  if not is_first then -- the list says how to get there
    taken.jump, taken.proxy_command = nil, nil
  end
  return taken
end

-- a jump host that the inventory describes itself
local function is_device(hop)
  return hop.text == nil
end

-- as it is written in the inventory, or taken apart by ssh_config already
local function hops_of(way)
  if type(way) == "string" then
    return jump.read(way, value.port_of)
  elseif way.host then
    return { way }
  end
  local hops = {}
  for _, one in ipairs(way) do
    local more, message = hops_of(one)
    if not more then
      return nil, message
    end
    more = more ~= "none" and more or {}
    table.move(more, 1, #more, #hops + 1, hops)
  end
  return hops
end

local function resolve_jump(config, taken, device, depth)
  if not taken.jump or taken.jump == "none" then
    return taken
  elseif depth > MOST_HOPS then
    return nil, ("%s: the jump hosts go in a circle"):format(device.host), "invalid"
  end
  local hops, message = hops_of(taken.jump)
  if not hops then
    return nil, ("%s: %s"):format(device.host, message), "invalid"
  end
  local list = {}
  for i, hop in ipairs(hops) do
    local one, kind = hop, nil
    if not is_device(hop) then
      one, message, kind = resolve_hop(config, hop, device, i == 1)
      if one then
        one, message, kind = resolve_jump(config, one, device, depth + 1)
      end
    end
    if not one then
      return nil, message, kind
    end
    list[i] = one
  end
  taken.jump = list
  return taken
end

--- Complete a device by its ssh_config. It waits while `Match exec` runs a command.
-- @tparam table device
-- @treturn[1] table the device itself when there is nothing to ask; otherwise a copy
-- with `host`, `port`, `username`, `key_files`, `certificate_files`, `agent`,
-- `identities_only`, `auth_methods`, `known_hosts` (a list), `host_key_alias`,
-- `host_key_policy`, `jump` (a list of devices), `proxy_command`, `connect_timeout`
-- (seconds), `keepalive` (seconds), `keepalive_count` and `algorithms` filled in
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: "local", "invalid", "timeout"
function resolve.device(device)
  local path = device.ssh_config_file or ssh_config.default()
  if path == nil or path == "none" then
    return device
  end
  local config, message, kind = configs:get(path)
  local taken
  if config then
    taken, message, kind = look_up(config, path, device)
  end
  if taken then
    taken, message, kind = resolve_jump(config, taken, device, 0)
  end
  return taken, message, kind
end

--- Read a configuration anew when it is asked next.
-- @string path
function resolve.forget(path)
  configs:forget(path)
end

--- The options of ssh_config that moonwire follows, by name.
-- @treturn {string,...}
function resolve.followed()
  local names = {}
  for option in pairs(FOLLOWED) do
    names[#names + 1] = option
  end
  table.sort(names)
  return names
end

return resolve
