--- Devices that have one fault each, for a fleet that is otherwise well: those that the
-- lab can play, and servers that are hostile by trade, in processes of their own.
local child = require "moonwire.lab.child"
local fault = require "moonwire.lab.fault"
local hostile = require "spec.support.hostile"
local insider = require "spec.support.hostile.insider"
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
  long_line = "C19", reset_at = "N6", end_at = "N6", stall_at = "S3", garble_at = "S4",
  slices = "N12",
}

-- Their work is not ours: on a machine with few cores it comes last.
local LAST = 19

--- A lab in which each device but the last has one of these faults.
-- @tparam {table,...} faults as `lab.open` takes them
-- @treturn Child
-- @treturn {table,...} cases: `name`, `row` and `device`
function bad.of_lab(faults)
  local list, cases = {}, {}
  for i, given in ipairs(faults) do
    list[i] = {
      name = given.name, device = i, bytes = given.bytes, seconds = given.seconds,
    }
    cases[i] = { name = given.name, row = ROWS[given.name] }
  end
  local lab = assert(child.start { devices = #faults + 1, faults = list })
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
    (owner.stop or owner.close)(owner)
  end
end

--- All that there are.
-- @return what must be closed
-- @treturn {table,...} cases: `name`, `row` (of the catalogue, or nil) and `device`
function bad.all()
  local lab, cases = bad.of_lab(fault.list())
  local owners = setmetatable({ lab }, All)
  for i, kit in ipairs { hostile, insider } do
    local more
    owners[i + 1], more = kit.start()
    table.move(more, 1, #more, #cases + 1, cases)
  end
  for _, owner in ipairs(owners) do
    uv.os_setpriority(owner.pid, LAST)
  end
  return owners, cases
end

return bad
