--- Who holds the configuration of a simulated switch, and what goes back by itself:
-- `configure terminal lock`, `configure terminal revert timer`, `configure confirm` and
-- `configure replace`.
-- @module moonwire.lab.cisco_ios.hold
local complaint = require "moonwire.lab.cisco_ios.complaint"
local configuration = require "moonwire.lab.configuration"

local hold = {}

local ENTERED = "Enter configuration commands, one per line.  End with CNTL/Z.\r\n"
local LOCKED = "Configuration mode locked exclusively by user '%s' process '96' "
  .. "from terminal '%d'. Please try later.\r\n"
local SOMEBODY = { user = "alice", number = 2 } -- of the fault

-- the session that keeps another one out, and its number
local function holder_for(session)
  for i, other in ipairs(session.device:sessions()) do
    if other ~= session and other.has_lock and other.mode then
      return { user = other.user, number = i }
    end
  end
  return session.device:fault "locked" and SOMEBODY or nil
end

-- false: somebody else is there
local function enter(session)
  local holder = holder_for(session)
  if holder then
    session:write(LOCKED:format(holder.user, holder.number))
    return false
  end
  session.mode = "config"
  session:write(ENTERED)
  return true
end

--- `configure terminal`
function hold.enter(session)
  enter(session)
end

--- `configure terminal lock`: nobody else may, until this session leaves the mode
function hold.enter_alone(session)
  session.has_lock = enter(session)
end

--- `configure terminal revert timer <minutes>`
function hold.enter_guarded(session, found)
  local device, minutes = session.device, math.tointeger(found[1])
  local now = device:configuration()
  if not now:value(now:find "archive", "path") then
    session:write "%Error: there is no path for the archive\r\n" -- (K): its words
  elseif enter(session) then
    device.reverts = device.reverts or { text = device:running_config() }
    device.reverts.at = device.clock:now() + 60 * minutes
    session:write(("Rollback Confirmed Change: Backing up current running config. "
      .. "Rollback timer is %d minutes\r\n"):format(minutes))
  end
end

--- `configure confirm`
function hold.confirm(session)
  if not session.device.reverts then
    session:write "%No Rollback Confirmed Change pending\r\n"
  end
  session.device.reverts = nil
end

--- Let go back what nobody has confirmed in time.
-- @tparam Device device
function hold.settle(device)
  local reverts = device.reverts
  if reverts and device.clock:now() >= reverts.at then
    device.reverts = nil
    device:replace(configuration.parse(reverts.text))
  end
end

--- `configure replace FILE force`
function hold.replace(session, found)
  local device = session.device
  local name = found[1]:gsub("^flash%d?:/?", "")
  local text = device:files()[name]
  if found[1]:find "^nvram:startup" then
    text = device:startup_config()
  end
  if type(text) ~= "string" then
    return complaint.invalid(session, found.columns[1])
  end
  device:replace(configuration.parse((text:gsub("\r\n", "\n"))))
  session:print "Total number of passes: 1\r\nRollback Done\r\n\r\n"
end

return hold
