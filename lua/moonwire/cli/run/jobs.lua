--- What is done with each device, made of an order. A job crosses to other threads, so
-- it holds plain data and modules only.
-- @module moonwire.cli.run.jobs
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

--- Lines of configuration in, and what came of it out.
-- @tparam table order `lines`, `dry_run`, `save`, `confirm`, `comment`
-- @treturn function
function jobs.push(order)
  local plan = {
    lines = order.lines, dry_run = order.dry_run, save = order.save,
    confirm = order.confirm, comment = order.comment,
  }
  return function(session, device)
    return push.apply(session, device, plan)
  end
end

return jobs
