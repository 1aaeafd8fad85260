--- What the bench asks devices that are not all of one platform: two commands of each
-- platform's own, of which one tells what the device is.
-- @module moonwire.bench.repertoire
local platforms = require "moonwire.platform"
local profile = require "moonwire.bench.profile"

local repertoire = {}

local USUAL = "cisco_ios" -- that the bench's own commands are of

local function commands_for(name)
  local platform = platforms.get(name)
  local command = platform and platforms.reading_of(platform)
  if not command or platform.name == USUAL then
    return profile.commands
  end
  local rule = platform.detect and platform.detect[1]
  local identify = rule and rule[1]
  if not identify or not platforms.is_read_only(platform, identify) then
    identify = command
  end
  return { identify, command }
end

--- The commands for devices that have not been given any.
-- @tparam {table,...} devices
-- @treturn table|nil by `device_type` a list of two commands; nil when all of them are
-- of the platform that `moonwire.bench.profile` has commands for
function repertoire.of(devices)
  local by_platform, is_usual = {}, true
  for _, device in ipairs(devices) do
    local name = device.device_type
    if not by_platform[name] then
      by_platform[name] = commands_for(name)
      is_usual = is_usual and by_platform[name] == profile.commands
    end
  end
  return not is_usual and by_platform or nil
end

return repertoire
