--- Where the round trips of a session go.
-- The phases are timed by the client; a phase less what the device itself took in it,
-- divided by the round-trip time, is its round trips. What the client computes is in
-- it, so the numbers are a little above whole.
-- @module moonwire.bench.trips
local text_table = require "moonwire.report.table"

local trips = {}

-- in the order of a session, and what each is
local PHASES = {
  { "resolve", "name to address" },
  { "connect", "TCP" },
  { "banner", "versions (and TCP, when a lab adds the distance)" },
  { "kex", "key exchange" },
  { "hostkey", "host key check" },
  { "auth", "service and login" },
  { "shell", "channel, terminal, shell" },
  { "dialogue", "prompt, commands, answers, good-bye" },
}

local COLUMNS = {
  { title = "phase" },
  { title = "what" },
  { title = "ms", align = "right" },
  { title = "device ms", align = "right" },
  { title = "round trips", align = "right" },
}

-- What the device takes by itself in a phase.
local function taken_by_device(lab, commands)
  return {
    kex = lab.kex_delay or 0,
    auth = lab.auth_delay or 0,
    dialogue = (lab.think or 0) * commands,
  }
end

--- Count them.
-- @tparam table row of `moonwire.bench.measure`
-- @tparam table lab with `rtt` above zero
-- @treturn table `total`, and `phases`: a list of `name`, `what`, `seconds`,
-- `device_seconds` and `trips`
function trips.count(row, lab)
  local of_device = taken_by_device(lab, row.commands)
  local counted = { total = 0, phases = {} }
  for _, phase in ipairs(PHASES) do
    local name, what = phase[1], phase[2]
    local times = row.phases[name]
    if times then
      local device_seconds = of_device[name] or 0
      local count = math.max(times.p50 - device_seconds, 0) / lab.rtt
      counted.total = counted.total + count
      counted.phases[#counted.phases + 1] = {
        name = name,
        what = what,
        seconds = times.p50,
        device_seconds = device_seconds,
        trips = count,
      }
    end
  end
  return counted
end

--- The count as a text table.
-- @tparam table counted of `count`
-- @string[opt] style see `moonwire.report.table`
-- @treturn string
function trips.text(counted, style)
  local lines = {}
  for i, phase in ipairs(counted.phases) do
    lines[i] = {
      phase.name,
      phase.what,
      ("%.1f"):format(phase.seconds * 1000),
      ("%.1f"):format(phase.device_seconds * 1000),
      ("%.1f"):format(phase.trips),
    }
  end
  lines[#lines + 1] = { "all", "", nil, nil, ("%.1f"):format(counted.total) }
  return text_table.format(COLUMNS, lines, style)
end

return trips
