--- What is done with each device, made of a request. A job is shipped to other threads,
-- so it holds modules and plain data.
-- @module moonwire.serve.jobs
local change = require "moonwire.serve.change"
local push = require "moonwire.fleet.push"

local jobs = {}

--- A list without the metatable that it has when it came as JSON.
-- @tparam ?table list
-- @treturn ?table
function jobs.plain(list)
  return list and table.move(list, 1, #list, 1, {})
end

local function send(commands)
  return function(session)
    local answers, message, kind = session:send_commands(commands)
    if not answers then
      return nil, message, kind
    end
    return #answers
  end
end

local function push_lines(request)
  local plan = {
    lines = request.configuration, save = request.save, dry_run = request.dry_run,
    allow = request.allow, max_lines = request.max_lines, large = request.large,
  }
  return function(session, device)
    return push.apply(session, device, plan)
  end
end

--- The job of a request.
-- @tparam table request as for `run.new`, with plain lists
-- @string who is told to others who want to change the device meanwhile
-- @treturn function
function jobs.of(request, who)
  if request.plan or request.expected then
    return change.job(request, who)
  elseif request.configuration then
    return push_lines(request)
  end
  return send(request.commands)
end

return jobs
