--- The way to a device that has jump hosts before it: a connection of the nearest one,
-- none of its own.
-- A jump host that fails is tried once: all who wait for it are told the same, and in a
-- run (see `lease`) so are all who come later.
-- @module moonwire.transport.jump
local bastions = require "moonwire.transport.bastion"
local hop = require "moonwire.transport.hop"
local room = require "moonwire.transport.room"

local jump = {}

local TRIES = 5 -- connections on which a channel is asked for

local ways = setmetatable({}, { __mode = "k" }) -- by client: how it got there

local Way = {}
Way.__index = Way

function Way:_take(connection, channel)
  self.connection, self.client, self.channel = connection, connection.client, channel
  self.is_taken = true
  room.take(connection, channel)
end

-- Give all back, once.
function Way:_leave()
  local places, was_taken = self.places, self.is_taken
  self.places, self.is_taken = nil, false
  if was_taken then
    room.give_up(self.connection, self.channel)
  end
  if places then
    places:release()
  end
  if was_taken then
    bastions.leave()
  end
end

-- Unless a client has it now.
Way.__close = function(self)
  if not self.is_kept then
    self:_leave()
  end
end

--- The way to a device that has jump hosts before it.
-- The caller closes it (`<close>`) after `jump.keep`, or when nothing came of it.
-- @tparam table device
-- @tparam table options as for `moonwire.transport.ssh`
-- @tparam function connect called with a jump host, the options, the client before it
-- and its name: logs in to it
-- @string[opt="forward"] channel what is wanted there: "forward" (a connection from
-- there), "session" (a command that runs there)
-- @int[opt] below on a connection that has fewer
-- @treturn[1] Way `client`: what carries the connection
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: jump, invalid
-- @treturn[2] table detail: `phase`, `phases`, `root` (the cause that devices share)
function jump.way(device, options, connect, channel, below)
  channel = channel or "forward"
  local hops, message, kind = hop.list(device)
  if not hops then
    return nil, message, kind, { phase = "start", phases = {} }
  end
  local nearest
  for _, one in ipairs(hops) do
    nearest = bastions.of(one, nearest)
  end
  if not nearest then
    return setmetatable({}, Way)
  end
  if nearest.places then
    nearest.places:acquire()
  end
  local opened <close> = setmetatable({ places = nearest.places }, Way)
  local connection, detail
  connection, message, kind, detail = nearest:lend(options, connect, channel, below)
  if not connection then
    return nil, message, kind, detail
  end
  local way = setmetatable({ places = opened.places }, Way)
  opened.places = nil
  way:_take(connection, channel)
  return way
end

-- OpenSSH says no more when it could not begin to connect: for want of descriptors, or
-- of a route.
local function is_unclear(way, kind, message)
  return way.client and kind == "unreachable"
    and message:find("cannot connect to it: open failed", 1, true) ~= nil
end

-- A refusal: whether another connection may have the room, and what else is told.
local function judge(way, with, message, kind, detail)
  if is_unclear(way, kind, message) then
    local others = room.may_be_full(way.connection, way.channel)
    with.below, with.refused_by = others, others and way.connection
    return others ~= nil, nil, message, kind, detail
  elseif kind ~= "channel" or not way.client then
    return false, nil, message, kind, detail
  end
  detail.root = bastions.shortage(way.connection.label)
  local words = message:match "the jump host .*" or message
  local is_full = room.is_full(way.connection, way.channel, words)
  return is_full, nil, message, "jump", detail
end

-- One try: whether another connection may have the room, and how it ended.
local function go(device, options, with)
  local opened, message, kind, detail = jump.way(device, options, with.connect,
    with.channel, with.below)
  if not opened then
    return false, nil, message, kind, detail
  end
  local way <close> = opened
  local client
  client, message, kind, detail = with.open(way)
  if client then
    jump.keep(way, client)
    if with.refused_by then
      room.learn(with.refused_by, way.channel, with.below)
    end
    return false, client
  end
  return judge(way, with, message, kind, detail)
end

--- Open something on the way to a device. Where the jump host has no more room on a
-- connection that others use, another one is made, a few times.
-- @tparam table device
-- @tparam table options as for `moonwire.transport.ssh`
-- @tparam table with `connect` and `channel` as for `jump.way`; `open`: called with the
-- way, gives a client, or nil, message, kind, detail; kind channel is a lack of room
-- @treturn[1] client which has the way until `jump.left`
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind
-- @treturn[2] table detail
function jump.open(device, options, with)
  local is_full, client, message, kind, detail
  for _ = 1, TRIES do
    is_full, client, message, kind, detail = go(device, options, with)
    if not is_full then
      break
    end
  end
  return client, message, kind, detail
end

--- A client has logged in on this way: it has the place until `jump.left`.
-- @tparam Way way
-- @param client
function jump.keep(way, client)
  way.is_kept = true
  if way.connection then
    room.carry(way.connection, way.channel)
  end
  ways[client] = way
end

--- What made clients fail together, when it was a jump host.
-- @param client that has failed with kind jump, or a way on which none came to be
-- @treturn string|nil
function jump.root(client)
  local way = ways[client] or getmetatable(client) == Way and client
  local connection = way and way.connection
  if connection and not connection.client:is_open() then
    return (bastions.root_of(connection))
  end
end

--- A client has been closed. Jump hosts that nobody needs are left.
function jump.left(client)
  local way = ways[client]
  if not way then
    return
  end
  ways[client] = nil
  way.is_kept = false
  if way.connection then
    room.give_back(way.connection, way.channel)
  end
  way:_leave()
end

--- Keep connections to jump hosts between devices, and remember which have failed.
-- @function jump.lease
-- @treturn Lease to be closed when the run is over
jump.lease = bastions.lease

return jump
