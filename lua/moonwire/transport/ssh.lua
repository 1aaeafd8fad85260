--- SSH as a transport: from a device's table to a logged-in connection.
-- @module moonwire.transport.ssh
local certificate = require "moonwire.transport.certificate"
local hop = require "moonwire.transport.hop"
local jump = require "moonwire.transport.jump"
local secrets = require "host.secret"
local identity = require "moonwire.transport.identity"
local mismatch = require "moonwire.transport.mismatch"
local offer = require "moonwire.transport.offer"
local secret = require "moonwire.transport.secret"
local ssh = require "host.ssh"
local trust = require "moonwire.transport.trust"

local transport = {}

transport.secret_of = secret.of

--- Write the host keys that were accepted as new to their files.
-- @function transport.save_new_keys
transport.save_new_keys = trust.save_new_keys

-- an answer is a secret like a password: the inventory makes one of it
local function answers_of(device)
  local list
  for i, one in ipairs(device.answers or {}) do
    local answer = one.answer
    if type(answer) == "string" then
      answer = secrets.from_string(answer)
    end
    list = list or {}
    list[i] = { question = one.question, answer = answer }
  end
  return list
end

-- what a run is told wins over what stands in a file
local function timeouts_of(device, options)
  local given = options.timeouts
  if not device.connect_timeout or given and given.connect then
    return given
  end
  local timeouts = { connect = device.connect_timeout }
  for phase, seconds in pairs(given or {}) do
    timeouts[phase] = seconds
  end
  return timeouts
end

local function describe(device, message)
  return ("%s:%d: %s"):format(device.host, device.port or 22, message)
end

local function fail(device, message, kind)
  return nil, describe(device, message), kind, { phase = "start", phases = {} }
end

-- What this machine knows about a device before it is asked anything.
local function what_is_known(device, policy)
  local lists, message, kind = offer.lists(device)
  if not lists then
    return nil, message, kind
  end
  local believed, who
  believed, message, kind = trust.of(device, policy)
  if not believed then
    return nil, message, kind
  end
  local passphrase = transport.secret_of(device, "key_passphrase")
  who, message, kind = identity.of(device, passphrase)
  if not who then
    return nil, message, kind
  end
  return { lists = lists, pins = believed.pins, store = believed.store, who = who }
end

-- A device that finds no algorithm may say so first, or hang up before we have looked.
local function explain(lists, kind, message, detail)
  if kind == "dropped" and detail.phase == "kex" and detail.server
    and not detail.offers then
    return kind, mismatch.suspect(lists, message, detail.server)
  end
  if kind ~= "algorithm" and not detail.offers then
    return kind, message
  end
  local words
  words, detail.lacking, detail.needs_openssh =
    mismatch.explain(lists, message, detail.offers)
  detail.asked = lists.lacking
  return words ~= message and "algorithm" or kind, words
end

-- Log in on a way: `client` (of a jump host) or `command`; neither: directly. `name` is
-- what a jump host is called by those behind it.
local function log_in(device, options, way, name)
  local policy = options.host_key_policy or device.host_key_policy
  local known, message, kind = what_is_known(device, policy)
  if not known then
    return fail(device, message, kind)
  end
  local client, detail
  client, message, kind, detail = ssh.connect {
    host = device.host,
    port = device.port,
    known_as = device.host_key_alias,
    via = way.client,
    command = way.command,
    name = name,
    user = device.username,
    password = transport.secret_of(device, "password"),
    keys = known.who.keys,
    agent = known.who.agent,
    agent_keys = known.who.agent_keys,
    answers = answers_of(device),
    methods = device.auth_methods,
    pins = known.pins,
    hostkeys = known.store,
    policy = policy,
    kex = known.lists.kex,
    hostkey_types = trust.hostkey_types(known.store, device, known.lists),
    ciphers = known.lists.ciphers,
    macs = known.lists.macs,
    publickey_types = known.lists.publickey_types,
    timeouts = timeouts_of(device, options),
    keepalive = options.keepalive or device.keepalive,
    keepalive_count = device.keepalive_count,
  }
  if not client then
    kind, message = explain(known.lists, kind, message, detail)
    detail.needs_certificate = certificate.is_needed(known.store, device, detail)
    detail.root = kind == "jump" and message or nil
    return nil, describe(device, message), kind, detail
  end
  if policy == "accept-new" and client:info().is_new_key then
    trust.note_new(device, known.store)
  end
  return client
end

local DIRECTLY = {}

local function go_by_command(device, options, via, name)
  local command, message, kind = hop.command(device)
  if kind then
    return fail(device, message, kind)
  elseif via then
    return log_in(device, options, { client = via }, name)
  end
  return log_in(device, options, command and { command = command } or DIRECTLY, name)
end

--- Open something on the way to a device, through its jump hosts or by its command.
-- @tparam table device
-- @tparam table options as for `connect`
-- @tparam function open called with the way (its `client` is that of a jump host, or
-- its `command` the connection; neither: directly); gives a client, or nil, message,
-- kind, detail; kind channel says that the jump host has no room for it
-- @string[opt="forward"] channel as for `jump.open`
-- @treturn[1] client
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind
-- @treturn[2] table detail
function transport.go(device, options, open, channel)
  local has_tried = false
  local client, message, kind, detail = jump.open(device, options, {
    connect = go_by_command,
    channel = channel,
    open = function(way)
      has_tried = true
      local complaint, why
      if not way.client then
        way.command, complaint, why = hop.command(device)
      end
      if why then
        return fail(device, complaint, why)
      end
      local opened, said, what, more = open(way)
      if what == "jump" then
        more.root = jump.root(way) or more.root
      end
      return opened, said, what, more
    end,
  })
  if not client and not has_tried then
    message = describe(device, message)
  end
  return client, message, kind, detail
end

local function go_through(device, options)
  return transport.go(device, options, function(way)
    return log_in(device, options, way)
  end)
end

local function way_to(device, options)
  local way, message, kind = jump.way(device, options, go_by_command)
  if way and not way.client then
    way.command, message, kind = hop.command(device)
  end
  if kind then
    return nil, message, kind
  end
  return way
end

--- Let a device show itself: no login is tried, and nothing that it shows is believed.
-- A jump host on the way is logged in to, as always.
-- @tparam table device
-- @tparam table options `timeouts` (seconds by phase)
-- @tparam table lists of algorithms to be offered, by kind
-- @treturn[1] table `host_key` (as in known_hosts: "ssh-ed25519 AAAA…"; nil where no
-- algorithm is shared), `offers` (its lists by kind), `server` (how it calls itself)
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind
function transport.show(device, options, lists)
  local lease <close> = jump.lease() -- luacheck: ignore
  local opened, message, kind = way_to(device, options)
  if not opened then
    return nil, describe(device, message), kind
  end
  local way <close> = opened
  local client, detail
  client, message, kind, detail = ssh.connect {
    host = device.host,
    port = device.port,
    via = way.client,
    command = way.command,
    user = device.username or "nobody",
    kex = lists.kex,
    hostkey_types = lists.hostkey_types,
    ciphers = lists.ciphers,
    macs = lists.macs,
    timeouts = timeouts_of(device, options),
  } -- with no key known, every key is refused
  if client then
    client:close()
    return nil, describe(device, "it was let in by nobody"), "hostkey"
  elseif detail and (detail.host_key or kind == "algorithm" and detail.offers) then
    return detail
  end
  return nil, describe(device, message), kind
end

--- Ask a device for its host key, and nothing else.
-- @tparam table device
-- @tparam[opt] table options `timeouts` (seconds by phase)
-- @treturn[1] string as in known_hosts: "ssh-ed25519 AAAA…"
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind
function transport.host_key(device, options)
  local lists, message, kind = offer.lists(device)
  local shown
  if lists then
    shown, message, kind = transport.show(device, options or {}, lists)
  end
  if shown and not shown.host_key then
    return nil, describe(device, "no algorithms in common"), "algorithm"
  end
  return shown and shown.host_key, message, kind
end

--- Connect, check the host key, log in.
-- @tparam table device `jump` and `proxy_command` say on which way, see
-- `moonwire.transport.hop`
-- @tparam table options `timeouts` (seconds by phase), `host_key_policy` ("strict",
-- "accept-new")
-- @treturn[1] client to be closed by `transport.disconnect`
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind
-- @treturn[2] table detail: `phase`, `phases`; of kind jump also `root`, the cause that
-- other devices share
function transport.connect(device, options)
  if device.jump and device.jump ~= "none" then
    return go_through(device, options)
  elseif device.proxy_command then
    return go_by_command(device, options)
  end
  return log_in(device, options, DIRECTLY)
end

--- Close a connection. A jump host that nobody needs any more is left, too.
-- @param client
function transport.disconnect(client)
  client:close()
  jump.left(client)
end

--- For a run: connections to jump hosts are kept between devices, and one that failed
-- is not tried again.
-- @function transport.lease
-- @treturn Lease to be closed
transport.lease = jump.lease

--- The cause that a client's end has in common with others.
-- @function transport.root
-- @param client that failed with kind jump
-- @treturn string|nil
transport.root = jump.root

return transport
