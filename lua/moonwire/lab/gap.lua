--- What is the own of each simulated device, computed from its number: what fills the
-- gaps in texts about it (see `moonwire.lab.template`). The functions bear the names of
-- gaps, take the device and give a string.
-- @module moonwire.lab.gap
local chance = require "moonwire.lab.chance"

local gap = {}

--- What looks like a salted hash, and is none: the lab keeps what it stands for.
-- @int index of the device
-- @string word
-- @treturn string
function gap.disguise(index, word)
  local salt = chance.letters(4, index, "salt", word)
  return ("$1$%s$%s"):format(salt, chance.letters(22, index, word))
end

function gap.name(device)
  return device.name
end

function gap.hostname(device)
  return device:hostname()
end

function gap.address(device)
  local number = device.index + 100
  return ("10.2.%d.%d"):format(number >> 8 & 255, number & 255)
end

function gap.transit(device)
  return ("10.1.%d.2"):format(device.index & 255)
end

function gap.users(device)
  return ("10.10.10.%d"):format(device.index & 255)
end

function gap.voice(device)
  return ("10.10.20.%d"):format(device.index & 255)
end

function gap.servers(device)
  return ("10.10.30.%d"):format(device.index & 255)
end

function gap.rack(device)
  return tostring((device.index - 1) // 20 + 1)
end

function gap.secret(device)
  return gap.disguise(device.index, device:setting "enable")
end

function gap.username(device)
  return device:setting "username"
end

function gap.privilege(device)
  return tostring(device:setting "privilege")
end

function gap.login(device)
  return gap.disguise(device.index, device:setting "password")
end

function gap.community(device)
  return (chance.letters(8, device.index, "community"):gsub("[./]", "x"))
end

function gap.serial(device)
  return ("SIM%08X"):format(chance.integer(device.index, "serial") & 0xFFFFFFFF)
end

function gap.uptime(device)
  return device:uptime()
end

function gap.reason(device)
  return device.reloads > 0 and "reload" or "power-on"
end

local FIRST_RELEASE = 4

-- of as many versions as the lab has, in turn
local function release(device)
  return FIRST_RELEASE + (device.index - 1) % device:setting "versions"
end

function gap.software(device)
  local line = "Cisco IOS Software, simulated L2 Software (SIM_L2-UNIVERSALK9-M), "
    .. "Version 15.2(7)E%d, RELEASE SOFTWARE (fc1)"
  return line:format(release(device))
end

function gap.image(device)
  return ("flash0:/sim_l2-universalk9-mz.152-7.E%d.bin"):format(release(device))
end

return gap
