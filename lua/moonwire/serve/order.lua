--- What `moonwire runs` is told of a run that came over HTTP: where its devices come
-- from, and what is done with them. Lines of a configuration may be secret, so they
-- are not in it.
-- @module moonwire.serve.order
local uv = require "luv"

local order = {}

local function origin_of(options, filter)
  local about, from = {}, options.inventory
  for name, value in pairs(options.inventory_options or {}) do
    about[name] = value
  end
  about.filter = filter or about.filter
  return type(from) == "string" and (uv.fs_realpath(from) or from) or "-", about
end

--- The order of a request.
-- @tparam table options as for `serve.run`
-- @tparam table request as for `run.new`, and `filter`
-- @treturn table plain data
function order.of(options, request)
  local source, about = origin_of(options, request.filter)
  local is_push = request.configuration ~= nil
  return {
    verb = is_push and "push" or "send",
    source = source,
    inventory = about,
    mode = request.mode,
    workers = request.workers,
    sessions = request.limit,
    timeout = request.timeout,
    run_timeout = request.deadline,
    commands = request.commands,
    file = is_push and "lines that came over HTTP" or nil,
    changes = is_push and not request.dry_run or nil,
  }
end

return order
