--- A TCP relay in front of a port of this machine, which can fall silent: like a device
-- whose power is gone, it neither answers nor hangs up. It can be slow, and it can be a
-- device that has room for one session and ends the older one.
local uv = require "luv"

local relay = {}

local Relay = { __name = "Relay" }
Relay.__index = Relay

local function pump(self, from, to, counter)
  from:read_start(function(_, bytes)
    if not bytes then
      return to:is_closing() or to:close()
    elseif not self.is_silent then
      self[counter] = self[counter] + 1
      to:write(bytes)
    end
  end)
end

local TICK = 2 -- milliseconds

-- So many bytes in each tick, and no more.
local function drip(self, from, to)
  local held, timer = "", uv.new_timer()
  table.insert(self.sockets, timer)
  timer:start(TICK, TICK, function()
    if held ~= "" and not to:is_closing() then
      to:write(held:sub(1, self.rate))
      held = held:sub(self.rate + 1)
    end
  end)
  from:read_start(function(_, bytes)
    if bytes then
      held = held .. bytes
    elseif not to:is_closing() then
      to:close()
    end
  end)
end

local function accept(self, host, port)
  if self.is_single then
    self:hang_up()
  end
  local near, far = uv.new_tcp(), uv.new_tcp()
  self.listener:accept(near)
  table.move({ near, far }, 1, 2, #self.sockets + 1, self.sockets)
  far:connect(host, port, function(err)
    assert(not err, err)
    if self.rate then
      drip(self, near, far)
      return drip(self, far, near)
    end
    pump(self, near, far, "asked")
    pump(self, far, near, "answered")
  end)
end

--- Open a relay to an address. `port` is its own, `asked` and `answered` how many
-- pieces went either way. `options`: `address` (another one of this machine), `rate`
-- (bytes in two milliseconds), `is_single`.
function relay.open(host, port, options)
  local self = { listener = uv.new_tcp(), sockets = {}, asked = 0, answered = 0 }
  setmetatable(self, Relay)
  options = options or {}
  self.rate, self.is_single = options.rate, options.is_single
  assert(self.listener:bind(options.address or "127.0.0.1", 0))
  self.listener:listen(16, function()
    accept(self, host, port)
  end)
  self.port = self.listener:getsockname().port
  return self
end

--- From here on nothing passes, and nothing ends.
function Relay:fall_silent()
  self.is_silent = true
end

--- End all connections; it takes others.
function Relay:hang_up()
  for _, socket in ipairs(self.sockets) do
    if not socket:is_closing() then
      socket:close()
    end
  end
  self.sockets = {}
end

function Relay:close()
  table.insert(self.sockets, self.listener)
  self:hang_up()
end
Relay.__close = Relay.close

return relay
