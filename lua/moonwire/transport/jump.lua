--- Connections to jump hosts, shared by all devices behind them: one for each jump host
-- and loop, more when it carries very many, none for a device of its own.
-- A jump host that fails is tried once: all who wait for it are told the same, and in a
-- run (see `lease`) so are all who come later.
-- @module moonwire.transport.jump
local hop = require "moonwire.transport.hop"
local task = require "moonwire.task"

local jump = {}

local MOST = 900 -- devices by one connection: sshd often has 1,024 descriptors for it
local REMEMBERED = 30 -- seconds that a refused login counts outside of runs
local REFUSED = { auth = true, hostkey = true }

local bastions = {} -- by key, in this loop
local ways = setmetatable({}, { __mode = "k" }) -- by client: how it got there
local leases = 0

local Bastion = { __name = "moonwire.Bastion" }
Bastion.__index = Bastion

local function new_bastion(device, parent, key)
  local limit = device.jump_limit
  return setmetatable({
    device = device,
    parent = parent,
    key = key,
    label = hop.label(device),
    connections = {},
    gate = task.semaphore(1),
    places = limit and task.semaphore(limit) or nil,
  }, Bastion)
end

local function bastion_of(device, parent)
  local key = ("%s@%s:%d %s"):format(device.username or "", device.host,
    device.port or 22, parent and parent.key or "")
  if not bastions[key] then
    bastions[key] = new_bastion(device, parent, key)
  end
  return bastions[key]
end

-- The first cause: a jump host may be lost because the one before it is.
local function root_of(connection)
  local message, kind = connection.client:failure()
  while kind == "jump" and connection.through do
    connection = connection.through
    message, kind = connection.client:failure()
  end
  return ("the jump host %s is lost: %s"):format(connection.label, message or "?"), kind
end

function Bastion:_fail(message, kind, root)
  self.failure = { message = message, kind = kind, root = root, at = task.now() }
end

function Bastion:_failure()
  local failure = self.failure
  if not failure then
    return nil
  end
  local is_recent = task.now() - failure.at < REMEMBERED
  if leases > 0 or REFUSED[failure.kind] and is_recent then
    return failure
  end
  self.failure = nil
end

-- A connection with room. One that is lost counts as a failure of the jump host.
function Bastion:_find()
  for i = #self.connections, 1, -1 do
    local connection = self.connections[i]
    if not connection.client:is_open() then
      table.remove(self.connections, i)
      local message, kind = connection.client:failure()
      message = ("the jump host %s is lost: %s"):format(self.label, message)
      self:_fail(message, kind, (root_of(connection)))
    elseif connection.client:load() < MOST then
      return connection
    end
  end
end

local function explain(failure)
  local detail = { phase = "jump", phases = {}, root = failure.root or failure.message }
  return nil, failure.message, "jump", detail
end

local Turn = {
  __close = function(self)
    self.gate:release()
  end,
}

local function take_turn(gate)
  gate:acquire()
  return setmetatable({ gate = gate }, Turn)
end

function Bastion:_connect(options, connect)
  local through, client, message, kind, detail
  if self.parent then
    through, message, kind, detail = self.parent:lend(options, connect)
  end
  if through or not self.parent then
    local via = through and through.client
    client, message, kind, detail = connect(self.device, options, via, self.label)
  end
  if not client then
    message = ("the jump host %s: %s"):format(self.label, message)
    self:_fail(message, kind, kind == "jump" and detail.root or nil)
    return explain(self.failure)
  end
  local connection = { client = client, through = through, label = self.label }
  table.insert(self.connections, connection)
  return connection
end

--- A connection to this jump host, made now when there is none.
-- @local here
function Bastion:lend(options, connect)
  local found = self:_find()
  if found then
    return found
  end
  local turn <close> = take_turn(self.gate) -- luacheck: ignore
  found = self:_find()
  if found then
    return found
  end
  local failure = self:_failure()
  if failure then
    return explain(failure)
  end
  return self:_connect(options, connect)
end

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
    nearest = bastion_of(one, nearest)
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
    return (root_of(connection))
  end
end

local function close_connections(bastion)
  local kept, has_closed = {}, false
  for _, connection in ipairs(bastion.connections) do
    if connection.client:load() == 0 then
      connection.client:close()
      has_closed = true
    else
      kept[#kept + 1] = connection
    end
  end
  bastion.connections = kept
  return has_closed
end

-- A jump host is a device of the one before it, so that one may follow.
local function close_idle()
  local has_closed
  repeat
    has_closed = false
    for _, bastion in pairs(bastions) do
      has_closed = close_connections(bastion) or has_closed
    end
  until not has_closed
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
  if leases == 0 then
    close_idle()
  end
end

local Lease = {
  __close = function()
    leases = leases - 1
    if leases == 0 then
      close_idle()
    end
  end,
}

--- Keep connections to jump hosts between devices, and remember which have failed.
-- @treturn Lease to be closed when the run is over
function jump.lease()
  if leases == 0 then
    for _, bastion in pairs(bastions) do
      bastion.failure = nil
    end
  end
  leases = leases + 1
  return setmetatable({}, Lease)
end

return jump
