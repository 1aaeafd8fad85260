--- What every simulated device is: the settings and faults it was given, and what most
-- of them never change. The verbs come to it in the other files of this folder.
-- @module moonwire.lab.device
local Device = {
  __name = "moonwire.lab.Device",
  login_count = 0,
  attempt_count = 0,
  line_count = 0,
  reloads = 0,
}
Device.__index = Device

--- What was asked for when the lab was opened, for this device or for all.
-- @string key such as "enable" or "think"
function Device:setting(key)
  return self.settings[key]
end

--- A fault of this device.
-- @string[opt] name nil: any
-- @return its seconds, or true; nil when the device has no such fault
function Device:fault(name)
  local faults = self.faults
  return faults and (name == nil or faults[name]) or nil
end

return Device
