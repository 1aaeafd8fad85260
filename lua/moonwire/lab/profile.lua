--- How a device is met before anybody has logged in to it: its pace, and what its SSH
-- server offers. Devices that differ in nothing share one profile.
-- @module moonwire.lab.profile
local chance = require "moonwire.lab.chance"
local fault = require "moonwire.lab.fault"
local platform = require "moonwire.platform"

local profile = {}

local IDENTIFICATION = "OpenSSH_8.0"
local METHODS = { "password", "keyboard-interactive" }

local function methods_of(ssh)
  local methods = {}
  for _, name in ipairs(ssh.methods or METHODS) do
    methods[#methods + 1] = name ~= "publickey" and name or nil
  end
  return methods
end

--- The profile of a device.
-- @tparam table settings of the device
-- @tparam table|nil faults what `fault.assign` gave
-- @int index
-- @treturn table as `host.server` wants it from `admit`; `is_refused` when a fault
-- keeps everybody out
function profile.of(settings, faults, index)
  local played = platform.get(settings.platform)
  local ssh, files = played.ssh or {}, played.files or {}
  local made = {
    rtt = settings.rtt,
    jitter = settings.jitter,
    seed = chance.integer(settings.seed, index) & math.maxinteger,
    kex_delay = settings.kex_delay,
    auth_delay = settings.auth_delay,
    identification = ssh.identification or IDENTIFICATION,
    algorithms = settings.algorithms,
    methods = methods_of(ssh),
    subsystem = files.method ~= "scp",
  }
  if faults then
    fault.apply(faults, made)
  end
  return made
end

return profile
