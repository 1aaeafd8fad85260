--- A change that is planned before it is applied. A plan shows what would change on
-- each device and what its platform promises; what applies it reaches the devices that
-- it would change and no others, and none that is no longer as it was then.
-- @module moonwire.serve.change
local likeness = require "moonwire.transport.likeness"
local task = require "moonwire.task"

local change = {}

local OLDEST = 24 * 60 * 60 -- seconds until a plan is too old to be applied

-- How a change goes through the devices when its caller does not say: as on the
-- command line.
change.WAVES = "1,5%,rest"
change.ABORT_AFTER = "2%"

--- What is done with each device. It is shipped to other threads.
-- @tparam table request `configuration` (a plain list), `plan`, `save`,
-- `confirm_within`, `expected`, `allow` (true by name), `max_lines`, `large`
-- @string who is told to others who want the device meanwhile
-- @treturn function
function change.job(request, who)
  local lines, expected = request.configuration, request.expected
  local is_plan, save = request.plan, request.save
  local confirm_within, allow = request.confirm_within, request.allow
  local max_lines, large = request.max_lines, request.large
  return function(session, device)
    return session:change {
      lines = lines, plan = is_plan, save = save, confirm_within = confirm_within,
      expect = expected and expected[device.name or device.host], who = who,
      allow = allow, max_lines = max_lines, large = large,
    }
  end
end

--- Keep what a plan says of a device that it would change.
-- @tparam table planned by name
-- @tparam table device
-- @tparam table result
function change.note(planned, device, result)
  local value = result.ok and result.value
  if value and value.before and value.changes > 0 and not value.complaint then
    planned[result.device] = { before = value.before, likeness = likeness.of(device) }
  end
end

local function complaint_of(plan)
  if not plan:is_over() then
    return "the plan is not ready"
  elseif plan.state ~= "done" then
    return "the plan did not come to its end"
  elseif task.now() - plan.started_at > OLDEST then
    return "the plan is older than a day; make it anew"
  elseif not next(plan.planned) then
    return "the plan changes nothing"
  end
end

-- Those of the plan, as they are now.
local function devices_of(planned, devices)
  local list, left = {}, 0
  for _ in pairs(planned) do
    left = left + 1
  end
  for _, device in ipairs(devices) do
    local one = planned[device.name]
    if one and one.likeness == likeness.of(device) then
      list[#list + 1], left = device, left - 1
    end
  end
  if left > 0 then
    return nil, "the inventory has changed since the plan was made; make it anew"
  end
  return list
end

local FROM_PLAN = {
  "configuration", "save", "confirm_within", "filter", "mode", "limit", "workers",
  "timeout", "deadline", "allow", "max_lines", "large",
}

--- What applies a plan.
-- @tparam Run plan
-- @tparam table given may say otherwise: `mode`, `limit`, `workers`, `timeout`,
-- `deadline`, `waves`, `abort_after`
-- @tparam {table,...} devices of the inventory
-- @treturn[1] {table,...} devices
-- @treturn[1] table the request, as for `run.new`
-- @return[2] nil
-- @treturn[2] string message: why it cannot be applied
function change.apply(plan, given, devices)
  local message = complaint_of(plan)
  local list
  if not message then
    list, message = devices_of(plan.planned, devices)
  end
  if not list then
    return nil, message
  end
  local request = {
    applies = plan.id, expected = {}, waves = given.waves or change.WAVES,
    abort_after = given.abort_after or change.ABORT_AFTER,
  }
  for _, name in ipairs(FROM_PLAN) do
    request[name] = given[name] or plan.request[name]
  end
  for name, one in pairs(plan.planned) do
    request.expected[name] = one.before
  end
  return list, request
end

return change
