--- A device as ssh_config completes it: what the inventory says wins, and what only the
-- file says is filled in. The device itself is never changed.
--
-- Which file: the device's `ssh_config_file`, or the one that `ssh_config.set_default`
-- was given; "default" are the user's and the system's, "none" is none.
-- @module moonwire.transport.resolve
local follow = require "moonwire.transport.follow"
local jump = require "moonwire.ssh_config.jump"
local once = require "moonwire.transport.once"
local ssh_config = require "moonwire.ssh_config"
local uv = require "luv"
local value = require "moonwire.ssh_config.value"

local resolve = {}

local USUAL_KEYS = { "id_rsa", "id_ecdsa", "id_ed25519" }
local MOST_HOPS = 16

-- read once per program (and thread)
local configs = once.new(function(path)
  return ssh_config.load(path == "default" and ssh_config.usual() or path)
end)

local function usual_keys()
  local list = {}
  for i, name in ipairs(USUAL_KEYS) do
    list[i] = (uv.os_homedir() or "") .. "/.ssh/" .. name
  end
  return list
end

local function fill_in(device, path, options, places)
  local taken = {}
  for field, held in pairs(device) do
    taken[field] = held
  end
  taken.ssh_config_file = "none" -- it has been asked
  taken.asked = { host = device.host, file = path }
  for option, held in pairs(options) do
    follow.option(taken, option, held, options, device, places[option])
  end
  return taken
end

-- ssh_config is about SSH. The way to a host is that of its telnet, too, but not the
-- port; where a command runs, only the inventory says.
local function keep_own(taken, device)
  if device.transport == "telnet" then
    taken.port = device.port
  elseif device.transport == "command" then
    taken.jump, taken.proxy_command = device.jump, device.proxy_command
  end
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
  keep_own(taken, device)
  if not taken.password and not taken.key_file and not taken.key_files then
    taken.key_files = follow.present(usual_keys())
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
-- @function resolve.followed
-- @treturn {string,...}
resolve.followed = follow.options

return resolve
