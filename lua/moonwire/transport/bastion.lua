--- Connections to jump hosts, shared by all devices behind them: one for each jump host
-- and loop, more when it carries very many or the jump host says that one is full.
-- Devices that expect another key of it, or
-- log in to it as somebody else, share nothing.
-- @module moonwire.transport.bastion
local hop = require "moonwire.transport.hop"
local room = require "moonwire.transport.room"
local secrets = require "host.secret"
local task = require "moonwire.task"

local bastions = {}

local REMEMBERED = 30 -- seconds that a refused login counts outside of runs
local REFUSED = { auth = true, hostkey = true }

-- What makes a connection the same for two devices: who is believed to be at its other
-- end, and who we are to it. An inventory may have changed since a jump host was met.
local ALIKE = {
  "host_key", "known_hosts", "host_key_alias", "host_key_policy", "password",
  "key_file", "key_files", "certificate_files", "key_passphrase", "agent",
  "identities_only", "auth_methods", "proxy_command", "jump_limit",
}

local known = {} -- lists by key, in this loop
local leases = 0 -- runs that are under way

local Bastion = { __name = "moonwire.Bastion" }
Bastion.__index = Bastion

local function new_bastion(device, parent, key)
  local limit = device.jump_limit
  return setmetatable({
    device = device,
    label = hop.label(device),
    parent = parent,
    key = key,
    connections = {},
    gate = task.semaphore(1),
    places = limit and task.semaphore(limit) or nil,
    out = {}, -- by kind of channel: what it said on a connection with none
    peak = { forward = 0, session = 0 }, -- the most that one connection has carried
  }, Bastion)
end

function Bastion:_describe(device)
  if not self.connections[1] then
    self.device, self.label = device, hop.label(device)
  end
end

local function is_same(one, other)
  if rawequal(one, other) then
    return true
  elseif type(one) == "table" and type(other) == "table" then
    for i = 1, math.max(#one, #other) do
      if one[i] ~= other[i] then
        return false
      end
    end
    return true
  end
  return secrets.is_secret(one) and secrets.is_secret(other)
    and secrets.equal(one, other)
end

local function is_alike(one, other)
  if rawequal(one, other) then -- mostly: an inventory has one table for all behind it
    return true
  end
  for _, field in ipairs(ALIKE) do
    if not is_same(one[field], other[field]) then
      return false
    end
  end
  return true
end

local function is_needed(bastion)
  local failure = bastion.failure
  return #bastion.connections > 0
    or failure and (leases > 0 or task.now() - failure.at < REMEMBERED)
end

--- The connections to a jump host.
-- @tparam table device the jump host; where it is not connected, its newest description
-- is what counts
-- @tparam ?Bastion parent the one before it
-- @treturn Bastion
function bastions.of(device, parent)
  local key = ("%s@%s:%d %s"):format(device.username or "", device.host,
    device.port or 22, parent and parent.key or "")
  local list = known[key] or {}
  known[key] = list
  for i = #list, 1, -1 do
    local bastion = list[i]
    if bastion.parent == parent and is_alike(bastion.device, device) then
      bastion:_describe(device)
      return bastion
    elseif not is_needed(bastion) then
      table.remove(list, i)
    end
  end
  local bastion = new_bastion(device, parent, key)
  table.insert(list, bastion)
  return bastion
end

-- one that was thought to be unneeded while it was being connected
local function remember(bastion)
  for _, one in ipairs(known[bastion.key]) do
    if one == bastion then
      return
    end
  end
  table.insert(known[bastion.key], bastion)
end

--- What devices share that a jump host has no room for.
-- @string label
-- @treturn string
function bastions.shortage(label)
  return ("the jump host %s has no room for another channel"):format(label)
end

--- The first cause: a jump host may be lost because the one before it is.
-- @treturn string message
-- @treturn string kind
function bastions.root_of(connection)
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
function Bastion:_find(channel, below)
  for i = #self.connections, 1, -1 do
    local connection = self.connections[i]
    if not connection.client:is_open() then
      table.remove(self.connections, i)
      local message, kind = connection.client:failure()
      message = ("the jump host %s is lost: %s"):format(self.label, message)
      self:_fail(message, kind, (bastions.root_of(connection)))
    elseif room.is_there(connection, channel, below) then
      return connection
    end
  end
end

-- In a run: one connection more would be of no use.
function Bastion:_shortage(channel)
  local words = leases > 0 and self.out[channel]
  return words and { message = words, root = bastions.shortage(self.label) } or nil
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
    through, message, kind, detail = self.parent:lend(options, connect, "forward")
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
  local connection = {
    client = client, through = through, label = self.label, bastion = self,
  }
  room.open(connection)
  table.insert(self.connections, connection)
  remember(self)
  return connection
end

--- A connection to this jump host, made now when there is none with room.
-- @local here
function Bastion:lend(options, connect, channel, below)
  local found = self:_find(channel, below)
  if found then
    return found
  end
  local turn <close> = take_turn(self.gate) -- luacheck: ignore
  found = self:_find(channel, below)
  if found then
    return found
  end
  local failure = self:_failure() or self:_shortage(channel)
  if failure then
    return explain(failure)
  end
  return self:_connect(options, connect)
end

local function close_idle_of(bastion)
  local kept, has_closed = {}, false
  for _, connection in ipairs(bastion.connections) do
    if room.is_idle(connection) then
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
    for _, list in pairs(known) do
      for _, bastion in ipairs(list) do
        has_closed = close_idle_of(bastion) or has_closed
      end
    end
  until not has_closed
end

--- Leave the jump hosts that nobody needs, unless a run may need them again.
function bastions.leave()
  if leases == 0 then
    close_idle()
  end
end

local function forget_failures()
  for _, list in pairs(known) do
    for _, bastion in ipairs(list) do
      bastion.failure, bastion.out = nil, {}
    end
  end
end

local Lease = {
  __close = function()
    leases = leases - 1
    bastions.leave()
  end,
}

--- Keep connections to jump hosts between devices, and remember which have failed.
-- @treturn Lease to be closed when the run is over
function bastions.lease()
  if leases == 0 then
    forget_failures()
  end
  leases = leases + 1
  return setmetatable({}, Lease)
end

return bastions
