--- The devices of a lab as its server meets them: who is meant by an address and a
-- name, who is let in, and which devices there are by now. One is made when somebody
-- logs in to it; until then it is a number of the catalogue.
-- @module moonwire.lab.rack
local address = require "moonwire.lab.address"
local device = require "moonwire.lab.device"
local management = require "moonwire.lab.management"
local profile = require "moonwire.lab.profile"

local rack = {}

local Rack = { __name = "moonwire.lab.Rack" }
Rack.__index = Rack

local SILENT = { blackhole = true } -- nothing reaches it
local PASSWORD_METHODS = { password = true, ["keyboard-interactive"] = true }

--- The devices of a catalogue.
-- @tparam Catalogue catalogue
-- @tparam Clock clock the lab's
-- @treturn Rack
function rack.new(catalogue, clock)
  return setmetatable({
    catalogue = catalogue,
    class = device.class(clock),
    usual_profile = profile.of(catalogue:settings(1), nil, 0),
    reached = {},
  }, Rack)
end

-- devices that differ in nothing share one profile
local function is_usual(self, index)
  local all = self.catalogue
  return not all:differs() and all.options.jitter == 0 and not all:faults(index)
end

-- it may be gone just because it is asked: its time to go back has come
local function is_away(reached)
  return reached and (reached:is_down() or management.is_lost(reached))
end

--- What the server is like that a client meets at an address.
-- @string host
-- @treturn table|nil for `host.server`; nil: nobody is there
function Rack:admit(host)
  if host == address.SHARED then
    return self.usual_profile
  end
  local index = self.catalogue:at(host)
  local reached = index and self.reached[index]
  if not index then
    return nil
  elseif is_away(reached) then
    return not reached:is_down() and SILENT or nil
  elseif is_usual(self, index) then
    return self.usual_profile
  end
  local all = self.catalogue
  local own = profile.of(all:settings(index), all:faults(index), index)
  return not own.is_refused and own or nil
end

--- A device, made when it is asked for the first time.
-- @int index of the catalogue
-- @treturn Device
function Rack:device(index)
  local found = self.reached[index]
  if not found then
    local all = self.catalogue
    local settings, faults = all:settings(index), all:faults(index)
    found = device.new(self.class, settings, index, all:name(index), faults)
    self.reached[index] = found
  end
  return found
end

--- Who is meant by an address and the name that a client logs in with.
-- @string host
-- @string user
-- @treturn Device|nil nil: no such device
-- @treturn string the account on it
function Rack:find(host, user)
  if host == address.SHARED then
    local index = self.catalogue:named(user)
    return index and self:device(index), self.catalogue.options.username
  end
  local index = self.catalogue:at(host)
  -- options of a terminal go behind a name
  return index and self:device(index), (user:gsub("%+.*", ""))
end

--- Whether a client may log in.
-- @string host
-- @string user
-- @string method of SSH, such as "password"
-- @string secret
-- @treturn boolean
-- @treturn number|nil seconds that the device takes to say so
function Rack:authorize(host, user, method, secret)
  if not PASSWORD_METHODS[method] then
    return false
  end
  local found, account = self:find(host, user)
  if not found or found:is_down() then
    return false
  end
  local delay = found:fault "slow_auth" or 0
  return found:log_in(account, secret), delay
end

--- The questions that nobody answered: those that wait now, and those left behind.
-- @treturn {table,...} each with `device` (its name) and `question`
function Rack:unanswered()
  local found = {}
  for _, reached in pairs(self.reached) do
    for _, question in ipairs(reached:unanswered()) do
      found[#found + 1] = { device = reached.name, question = question }
    end
  end
  return found
end

--- What happened to the devices, in numbers.
-- @treturn table `devices`, `reached` (those that somebody tried to log in to),
-- `logins`, `attempts`, `unanswered`, `lines` (sent by clients)
function Rack:statistics()
  local counts = { reached = 0, logins = 0, attempts = 0, lines = 0 }
  for _, reached in pairs(self.reached) do
    counts.reached = counts.reached + 1
    counts.logins = counts.logins + reached:logins()
    counts.attempts = counts.attempts + reached:attempts()
    counts.lines = counts.lines + reached:count_lines()
  end
  counts.devices = self.catalogue.count
  counts.unanswered = #self:unanswered()
  return counts
end

return rack
