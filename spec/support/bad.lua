--- Devices that have one fault each, for a fleet that is otherwise well: those that the
-- lab can play, in a process of its own.
local child = require "moonwire.lab.child"
local fault = require "moonwire.lab.fault"
local uv = require "luv"

local bad = {}

-- what a fault of the lab is in the catalogue: see spec/README.md
local ROWS = {
  refuse = "N3", blackhole = "S3", http = "N13", hostkey_change = "S11",
  slow_banner = "S3", slow_kex = "S3", slow_auth = "S3", auth_failure = "S15",
  greeting = "C3", old = "C24", idle = "C21", echo_twice = "C4", echo_wrap = "C4",
  echo_off = "C4", lossy = "C20", locked = "C22", candidate = "C23", hang = "C11",
  slow = "C11", pager_stuck = "C7", pager_endless = "C7", endless = "C12", drop = "N6",
  restart = "C15", dribble = "N9", lookalike = "C1", rename = "C2", syslog = "C6",
  syslog_around = "C6", syslog_prompt = "C6", ansi = "C5", bytes = "C17", bulk = "C18",
  long_line = "C19",
}

-- Their work is not ours: on a machine with few cores it comes last.
local LAST = 19

local function of_lab(options)
  local own, cases = { faults = {} }, {}
  for name, value in pairs(options) do
    own[name] = value
  end
  for i, entry in ipairs(fault.list()) do
    own.faults[i] = { name = entry.name, device = i, bytes = entry.bytes }
    cases[i] = { name = entry.name, row = ROWS[entry.name] }
  end
  own.devices = #cases
  local lab = assert(child.start(own))
  uv.os_setpriority(lab.pid, LAST)
  for i, case in ipairs(cases) do
    case.device = lab.devices[i]
    case.device.name = "bad-" .. case.name
  end
  return lab, cases
end

local All = {}
All.__index = All

function All:__close()
  for _, owner in ipairs(self) do
    owner:stop()
  end
end

--- All that there are.
-- @tparam[opt] table options of the lab
-- @return what must be closed
-- @treturn {table,...} cases: `name`, `row` (of the catalogue, or nil) and `device`
function bad.all(options)
  local lab, cases = of_lab(options or {})
  return setmetatable({ lab }, All), cases
end

return bad
