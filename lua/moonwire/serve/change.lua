--- A change that is planned before it is applied. A plan shows what would change on
-- each device and what its platform promises; what applies it reaches the devices that
-- it would change and no others, and none that is no longer as it was then. A plan is a
-- file in the folder of its run, as `moonwire push --plan` writes it: it outlives the
-- server, and `moonwire push --apply` takes it.
-- @module moonwire.serve.change
local filter = require "moonwire.inventory.filter"
local host = require "host.task"
local journal = require "moonwire.journal"
local lines = require "moonwire.journal.lines"
local order = require "moonwire.serve.order"
local plans = require "moonwire.journal.plan"
local task = require "moonwire.task"
local uv = require "luv"

local change = {}

local HOUR = 60 * 60
-- Nobody applies a plan that is older than a day. What applies it may have been broken
-- off, and goes on with the plan's files later.
local KEPT = 7 * 24 * HOUR
local AT_ONCE = 50 -- runs that are looked at before others have a turn

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
  local configuration, expected = request.configuration, request.expected
  local is_plan, save = request.plan, request.save
  local confirm_within, allow = request.confirm_within, request.allow
  local max_lines, large = request.max_lines, request.large
  return function(session, device)
    return session:change {
      lines = configuration, plan = is_plan, save = save,
      confirm_within = confirm_within,
      expect = expected and expected[device.name or device.host], who = who,
      allow = allow, max_lines = max_lines, large = large,
    }
  end
end

-- Of a run in hand.
local function complaint_of(one)
  if not one or not one.request.plan then
    return nil
  elseif not one:is_over() then
    return "the plan is not ready"
  end
  return one.state ~= "done" and "the plan did not come to its end" or nil
end

--- The file of a plan that a server of these runs has made, this one or one before it.
-- @tparam Registry registry
-- @string id
-- @treturn[1] string path
-- @return[2] nil
-- @treturn[2] ?string why it cannot be applied; nil: there is none
function change.find(registry, id)
  local message = complaint_of(registry:get(id))
  if message then
    return nil, message
  end
  local folder = journal.folder(id, registry.root)
  local path = folder and folder .. "/" .. plans.NAME
  return path and uv.fs_stat(path) and path or nil
end

-- Who was asked for the plan must be who is meant by the same words now.
local function are_same(plan, devices)
  if plan.how.filter then
    devices = filter.select(plan.how.filter, devices)
  end
  return devices and plans.inventory_digest(devices) == plan.inventory
end

-- By name: what those look like that it would change.
local function expected_of(plan)
  local expected = {}
  for _, one in ipairs(plan.devices) do
    if one.before and one.changes > 0 and not one.complaint then
      expected[one.name] = one.before
    end
  end
  return expected
end

local function read(path, devices)
  local plan, message = plans.read(path)
  if not plan then
    return nil, "the plan " .. message:sub(#path + 2)
  end
  plan.how = plan.how or {}
  if not are_same(plan, devices) then
    return nil, "the inventory has changed since the plan was made; make it anew"
  end
  local expected = expected_of(plan)
  if not next(expected) then
    return nil, "the plan changes nothing"
  end
  local found
  found, message = lines.read(plan.lines.path, plan.lines.digest)
  if not found then
    return nil, "the lines of the plan cannot be read: " .. message
  end
  return plan, expected, found.lines
end

local OF_CHANGE = { "save", "confirm_within", "allow", "max_lines", "large" }
local OF_HOW = { "filter", "mode", "limit", "workers", "timeout", "deadline" }

--- What applies a plan.
-- @string path
-- @tparam table given says `apply` (its name), and may say otherwise: `mode`, `limit`,
-- `workers`, `timeout`, `deadline`, `waves`, `abort_after`
-- @tparam {table,...} devices of the inventory
-- @treturn[1] {table,...} devices
-- @treturn[1] table the request, as for `run.new`
-- @return[2] nil
-- @treturn[2] string message: why it cannot be applied
function change.apply(path, given, devices)
  local plan, expected, configuration = read(path, devices)
  if not plan then
    return nil, expected
  end
  local request = {
    applies = given.apply, expected = expected, configuration = configuration,
    waves = given.waves or change.WAVES,
    abort_after = given.abort_after or change.ABORT_AFTER,
  }
  for _, name in ipairs(OF_CHANGE) do
    request[name] = plan.change[name]
  end
  for _, name in ipairs(OF_HOW) do
    request[name] = given[name] or plan.how[name]
  end
  local list = {}
  for _, device in ipairs(devices) do
    list[#list + 1] = expected[device.name] and device or nil
  end
  return list, request
end

-- ---- plans that are too old ----

local function forget(folder)
  local status = uv.fs_stat(folder .. "/" .. plans.NAME)
  if status and os.time() - status.mtime.sec > KEPT then
    uv.fs_unlink(folder .. "/" .. plans.NAME)
    uv.fs_unlink(folder .. "/" .. order.LINES)
  end
end

--- Take away old plans with their lines.
-- @string[opt] root the folder of all runs
function change.forget_old(root)
  for i, id in ipairs(journal.list(root)) do
    forget(journal.folder(id, root))
    if i % AT_ONCE == 0 then
      task.sleep(0)
    end
  end
end

--- Do so every hour: a task that never ends. What cannot be read now, as when there are
-- too many open files, may be in an hour; a server does not end of it.
-- @string[opt] root the folder of all runs
-- @tparam function on_error given a message
function change.tidy(root, on_error)
  while true do
    local ok, err = pcall(change.forget_old, root)
    if err == host.cancelled then
      error(err, 0)
    elseif not ok then
      on_error("old plans stay: " .. tostring(err))
    end
    task.sleep(HOUR)
  end
end

return change
