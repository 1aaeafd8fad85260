--- The way to a device that has jump hosts before it: a connection of the nearest one,
-- none of its own.
-- A jump host that fails is tried once: all who wait for it are told the same, and in a
-- run (see `lease`) so are all who come later.
-- @module moonwire.transport.jump
local bastions = require "moonwire.transport.bastion"
local hop = require "moonwire.transport.hop"

local jump = {}

local ways = setmetatable({}, { __mode = "k" }) -- by client: how it got there

local Way = {}
Way.__index = Way

-- Give the place back, once, unless a client has it now.
Way.__close = function(self)
  if self.places and not self.is_kept then
    self.places:release()
    self.places = nil
  end
end

--- The way to a device that has jump hosts before it.
-- The caller closes it (`<close>`) after `jump.keep`, or when nothing came of it.
-- @tparam table device
-- @tparam table options as for `moonwire.transport.ssh`
-- @tparam function connect called with a jump host, the options, the client before it
-- and its name: logs in to it
-- @treturn[1] Way `client`: what carries the connection
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: jump, invalid
-- @treturn[2] table detail: `phase`, `phases`, `root` (the cause that devices share)
function jump.way(device, options, connect)
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
  connection, message, kind, detail = nearest:lend(options, connect)
  if not connection then
    return nil, message, kind, detail
  end
  local way = { connection = connection, client = connection.client }
  way.places, opened.places = opened.places, nil
  return setmetatable(way, Way)
end

--- A client has logged in on this way: it has the place until `jump.left`.
-- @tparam Way way
-- @param client
function jump.keep(way, client)
  way.is_kept = true
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
  Way.__close(way)
  bastions.leave()
end

--- Keep connections to jump hosts between devices, and remember which have failed.
-- @function jump.lease
-- @treturn Lease to be closed when the run is over
jump.lease = bastions.lease

return jump
