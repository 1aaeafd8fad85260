--- What is done with each device, made of an order. A job crosses to other threads, so
-- it holds plain data and modules only.
-- @module moonwire.cli.run.jobs
local check = require "moonwire.cli.run.check"
local push = require "moonwire.fleet.push"

local jobs = {}

--- Commands in, answers out.
-- @tparam table order `commands`, `enable`, `confirm`
-- @treturn function
function jobs.send(order)
  local commands, has_enable = order.commands, order.enable
  local options = { confirm = order.confirm }
  return function(session)
    local ok, message, kind = true, nil, nil
    if has_enable then
      ok, message, kind = session:enable()
    end
    if ok then
      ok, message, kind = session:send_commands(commands, options)
    end
    if not ok then
      return nil, message, kind
    end
    return true -- the answers are kept by the session
  end
end

-- Nothing was sent now; what an earlier run has sent is as unknown as it was.
local function refused(device, message, kind)
  local state = device.is_in_doubt and "unknown" or "failed_clean"
  return nil, message, kind, { state = state }
end

-- What a plan expects of a device; nil and why where it is not in it.
local function expected_of(expected, name)
  local found = expected[name]
  if found == nil then
    return nil, name .. ": is not in the plan"
  elseif not found then
    return nil, name .. ": could not be read when the plan was made"
  end
  return found
end

-- What only belongs to one device, or to one thread.
local function complete(given, order, device)
  local message
  if order.expected then
    given.expect, message = expected_of(order.expected, device.name or device.host)
    if not given.expect then
      return refused(device, message, "unplanned")
    end
  end
  local found = given.check
  given.check = nil
  if found and not given.plan then
    given.check, message = check.read(found.path, found.digest)
    if not given.check then
      return refused(device, message, "local")
    end
  end
  return given
end

-- To plan a change, or to apply what was planned.
local function change_job(order)
  local change, own = order.change, { expected = order.expected }
  local lines, is_plan = order.lines, order.change.mode == "plan"
  return function(session, device)
    local given = { lines = lines, plan = is_plan or nil }
    for name, value in pairs(change) do
      given[name] = value
    end
    local ok, message, kind, detail = complete(given, own, device)
    if not ok then
      return nil, message, kind, detail
    end
    local value
    value, message, kind, detail = session:change(given)
    if value and value.is_plan then
      value.note = value.guarantee
        .. (value.complaint and "; refused without --large: " .. value.complaint or "")
    end
    return value, message, kind, detail
  end
end

--- Lines of configuration in, and what came of it out.
-- @tparam table order `lines`, `dry_run`, `save`, `confirm`, `comment`, `allow`,
-- `max_lines`, `large`; or `change` (as for `session:change`, and `mode`: "plan" or
-- "apply") and `expected` (of the plan)
-- @treturn function
function jobs.push(order)
  if order.change then
    return change_job(order)
  end
  local plan = {
    lines = order.lines, dry_run = order.dry_run, save = order.save,
    confirm = order.confirm, comment = order.comment, allow = order.allow,
    max_lines = order.max_lines, large = order.large,
  }
  return function(session, device)
    return push.apply(session, device, plan)
  end
end

return jobs
