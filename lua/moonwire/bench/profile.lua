--- Circumstances worth measuring, as data.
-- @module moonwire.bench.profile
local profile = {}

--- The commands that the published figures are about.
profile.commands = { "show ip interface brief", "show vlan" }

--- What a sweep or a ramp asks: one command, as the experiment has it that they repeat.
profile.one_command = { "show version" }

--- Circumstances by name. `lab` is what the simulated devices are asked for;
-- `published` what others measured with five devices and two commands, in seconds.
profile.profiles = {
  lab = {
    doc = "five devices far away",
    lab = { devices = 5, rtt = 0.150, think = 0.200 },
  },
  cloud = {
    doc = "five devices far away that are slow to log in to, as in the documents",
    lab = { devices = 5, rtt = 0.150, think = 0.200, kex_delay = 2, auth_delay = 0.5 },
    published = {
      { mode = "sync", document = 29.83, netmiko = 29.2 },
      { mode = "threads", document = 6.89, netmiko = 5.85 },
      { mode = "nonblocking", document = 7.69 },
      { mode = "hybrid" },
      { mode = "Ansible", document = 19 },
      { mode = "warm" },
    },
  },
}

profile.names = { "lab", "cloud" }

local FEWEST_DEVICES, MANY_DEVICES = 5, 1000

--- A lab at hand, whose devices take time of their own only: what a sweep or a ramp is
-- measured on.
-- @int[opt] count of devices; 1000 when left out, and never less than 5
-- @treturn table options of a lab
function profile.near(count)
  local devices = math.max(count or MANY_DEVICES, FEWEST_DEVICES)
  return { devices = devices, rtt = 0, think = 0.200 }
end

-- TCP; both key exchange messages at once; the rest in one: fewer is not possible
local FEWEST_ROUND_TRIPS = 3

--- What a session takes when the client takes no time and wastes no round trip: the
-- floor that the devices and the distance set.
-- @tparam table lab
-- @int commands how many
-- @treturn number seconds for a login and the commands
-- @treturn number seconds for the commands alone, over an open session
function profile.floor(lab, commands)
  local rtt, thinking = lab.rtt or 0, commands * (lab.think or 0)
  local login = FEWEST_ROUND_TRIPS * rtt + (lab.kex_delay or 0) + (lab.auth_delay or 0)
  return login + thinking, rtt + thinking
end

-- sessions at once, where the mode is not told how many
local AT_ONCE = { sync = 1, threads = 10 }

--- How long a run of a mode will take at least.
-- @string mode
-- @int count of devices
-- @tparam table|nil lab nil: nothing is known of the devices
-- @tparam table options `commands`, and at will `workers`
-- @treturn number seconds; 0 for a mode whose sessions do not wait for each other
function profile.expected(mode, count, lab, options)
  local at_once = mode == "threads" and options.workers or AT_ONCE[mode]
  if not at_once then
    return 0
  end
  local one = profile.floor(lab or {}, #options.commands) + (options.dwell or 0)
  return one * math.ceil(count / at_once)
end

return profile
