--- For specs of one's own about one's own devices: `moonwire test -i INVENTORY SPEC`
-- gives them the devices here. Nothing in here knows busted: a spec asserts as it may.
-- @module moonwire.testing
local escape = require "moonwire.report.escape"
local filter = require "moonwire.inventory.filter"
local session = require "moonwire.session"
local task = require "moonwire.task"

local testing = {}

local LIMIT = 100 -- devices at once

local given

--- The inventory for the specs to come; `moonwire test` calls this.
-- @tparam ?Inventory inventory nil: there is none any more
function testing.use(inventory)
  given = inventory
end

--- The devices that `moonwire test -i INVENTORY` was told, or some of them. It raises
-- when there is no inventory or no such device: a spec of nothing must not pass.
-- @string[opt] wanted a filter as behind `-l`, see `moonwire.inventory.filter`
-- @treturn {table,...} devices
function testing.devices(wanted)
  if not given then
    error("testing.devices: say which devices: moonwire test -i INVENTORY SPEC", 2)
  end
  local devices, message = given.devices, nil
  if wanted then
    devices, message = filter.select(wanted, devices)
  end
  if not devices then
    error("testing.devices: " .. message, 2)
  elseif #devices == 0 then
    error(("testing.devices: no device is wanted by %s"):format(wanted or "anybody"), 2)
  end
  return devices
end

-- busted raises tables with the words in them
local function words_of(err)
  local message = type(err) == "table" and err.message or err
  return escape.text(tostring(message))
end

local function visit(device, fn, options)
  local opened, message = session.open(device, options)
  if not opened then
    return escape.text(message)
  end
  local self <close> = opened
  local ok, err = xpcall(fn, words_of, self, device)
  return not ok and ("%s: %s"):format(device.name or device.host, err) or nil
end

--- Call a function with a session to each device, a hundred at a time. It raises when
-- it failed on a device, naming each of them and why; the others are not disturbed.
-- @tparam {table,...} devices
-- @tparam function fn called with the session and the device
-- @tparam[opt] table options as for `session.open`
function testing.each(devices, fn, options)
  local complaints = task.map(devices, LIMIT, function(device)
    return visit(device, fn, options) or false
  end)
  local failed = {}
  for i = 1, #devices do
    failed[#failed + 1] = complaints[i] or nil
  end
  if #failed > 0 then
    error(("%d of %d devices failed:\n%s"):format(
      #failed, #devices, table.concat(failed, "\n")), 2)
  end
end

return testing
