--- Devices whose line breaks at one byte each: every byte of a session in turn.
local bad = require "spec.support.bad"
local fleet = require "moonwire.fleet"
local r0 = require "spec.support.r0"

local offsets = {}

-- What may come of it. A session that was over before that byte is as good as any.
local KINDS = {
  reset_at = { dropped = true },
  end_at = { dropped = true },
  stall_at = { timeout = true },
  garble_at = {
    dropped = true, protocol = true, timeout = true, algorithm = true, hostkey = true,
  },
}

-- The lab's first devices have more to tell than the others: their lines stay whole.
local OTHERS = 5
local NEVER = { name = "end_at", bytes = 100000000 }

local NAMES = { "reset_at", "end_at", "stall_at", "garble_at" }

--- The faults of a list of byte numbers, each in all four ways, behind some that never
-- come.
function offsets.faults(bytes)
  local list = {}
  for i = 1, OTHERS do
    list[i] = NEVER
  end
  for _, name in ipairs(NAMES) do
    for _, at in ipairs(bytes) do
      list[#list + 1] = { name = name, bytes = at }
    end
  end
  return list
end

local function outputs_of(result)
  local outputs = {}
  for i, answer in ipairs(result.output or {}) do
    outputs[i] = answer.output
  end
  return outputs
end

local function problem_of(result, given, expected)
  local problems = r0.problems(result)
  if #problems > 0 then
    return table.concat(problems, ", ")
  elseif not result.ok then
    return not KINDS[given.name][result.kind] and ("%s in %s: %s"):format(
      result.kind, result.phase, result.message)
  end
  for i, output in ipairs(outputs_of(result)) do
    if output ~= expected[i] then
      return ("answer %d is another one, and it calls itself good"):format(i)
    end
  end
end

local function job(session)
  return session:send_commands { "show privilege", "show vlan" }
end

--- Run a fleet of such devices, and one that is well.
-- @tparam {int,...} bytes numbers of bytes
-- @tparam table options of `fleet.run`
-- @treturn {string,...} problems
-- @treturn int how many devices there were
-- @treturn {int,...} how many ended well, and how many did not
function offsets.run(bytes, options)
  local faults = offsets.faults(bytes)
  local lab <close>, cases = bad.of_lab(faults)
  local devices = table.move(lab.devices, 1, #lab.devices, 1, {})
  options.job = job
  local well = fleet.run({ devices[#devices] }, options)
  local expected = outputs_of(well.results[1])
  local run, problems = fleet.run(devices, options), {}
  for i = OTHERS + 1, #cases do
    local problem = problem_of(run.results[i], faults[i], expected)
    if problem then
      problems[#problems + 1] = ("%s:%d: %s"):format(
        faults[i].name, faults[i].bytes, problem)
    end
  end
  return problems, #cases - OTHERS, run.count
end

return offsets
