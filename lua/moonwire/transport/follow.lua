--- What is followed of the options that ssh_config gives a device, and how.
-- @module moonwire.transport.follow
local log = require "moonwire.log"
local uv = require "luv"

local follow = {}

local USER_STORES = { "/.ssh/known_hosts", "/.ssh/known_hosts2" }
local SYSTEM_STORES = { "/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2" }
local METHODS = { "publickey", "keyboard-interactive", "password" }

local there = {} -- whether files are there, by path

local function is_there(path)
  if there[path] == nil then
    there[path] = uv.fs_stat(path) ~= nil
  end
  return there[path]
end

--- Those of some keys that are there: ssh passes over one that it does not find, and
-- says so where somebody has named it.
-- @tparam {string,...} paths; "none" is none
-- @tparam ?string place where they are named
-- @treturn {string,...}
function follow.present(paths, place)
  local list = {}
  for _, path in ipairs(paths) do
    if path ~= "none" and is_there(path) then
      list[#list + 1] = path
    elseif path ~= "none" and place then
      log.once(("%s: there is no %s"):format(place, path), path)
    end
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
  identityfile = function(taken, paths, _, _, place)
    if not taken.key_file then
      taken.key_files = taken.key_files or follow.present(paths, place)
    end
  end,
  identitiesonly = function(taken, flag)
    if taken.identities_only == nil then
      taken.identities_only = flag == "yes"
    end
  end,
  certificatefile = function(taken, paths, _, _, place)
    taken.certificate_files = taken.certificate_files or follow.present(paths, place)
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

--- Fill in what one option says.
-- @tparam table taken the device to be filled in: what it has already wins
-- @string option
-- @param held its value
-- @tparam table options all of them, by name
-- @tparam table device as it was
-- @tparam ?string place where the option stands
function follow.option(taken, option, held, options, device, place)
  local set = FOLLOWED[option]
  if set then
    set(taken, held, options, device, place)
  else
    note_option(option, held, place)
  end
end

--- The options that are followed, by name.
-- @treturn {string,...}
function follow.options()
  local names = {}
  for option in pairs(FOLLOWED) do
    names[#names + 1] = option
  end
  table.sort(names)
  return names
end

return follow
