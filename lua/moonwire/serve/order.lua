--- What `moonwire runs` is told of a run that came over HTTP: where its devices come
-- from, and what is done with them. Lines of a configuration may be secret: they are
-- not in the journal but in a file beside it, for its owner only, as long as a device
-- may still want them.
-- @module moonwire.serve.order
local digest = require "host.digest"
local file = require "moonwire.report.file"
local plan = require "moonwire.session.plan"
local plans = require "moonwire.journal.plan"
local uv = require "luv"

local order = {}

--- The file with the lines of a push, in the folder of its run.
order.LINES = "lines"

-- As `moonwire runs resume` will read them.
local function text_of(lines)
  return table.concat(plan.lines(lines), "\n") .. "\n"
end

local function digest_of(text)
  return digest.new("sha256"):update(text):hex()
end

local function origin_of(options, filter)
  local about, from = {}, options.inventory
  for name, value in pairs(options.inventory_options or {}) do
    about[name] = value
  end
  local is_narrower = filter and about.filter
  about.filter = is_narrower and ("(%s) and (%s)"):format(about.filter, filter)
    or filter or about.filter
  about.expect = nil
  return type(from) == "string" and (uv.fs_realpath(from) or from) or "-", about
end

local SAME = { "mode", "workers", "timeout", "commands", "save", "expected", "waves",
  "abort_after", "caller", "allow", "max_lines", "large", "applies", "confirm_within" }

-- A change as its plan has it, and as who applies the plan is told.
local function change_of(request, mode)
  return {
    mode = mode, save = request.save, confirm_within = request.confirm_within,
    allow = request.allow, max_lines = request.max_lines, large = request.large,
  }
end

-- What is to be known of a push.
local function add_push(what, request)
  local is_shown_only = request.dry_run or request.plan
  what.verb, what.lines_beside = "push", order.LINES
  what.digest = digest_of(text_of(request.configuration))
  what.dry_run, what.changes = is_shown_only, not is_shown_only or nil
  what.change = request.expected and change_of(request, "apply")
  what.plan_beside = request.plan and plans.NAME
end

--- The order of a request.
-- @tparam table options as for `serve.run`
-- @tparam table request as for `run.new`, and `filter`
-- @treturn table plain data
function order.of(options, request)
  local what = {
    verb = "send", sessions = request.limit, run_timeout = request.deadline,
  }
  for _, name in ipairs(SAME) do
    what[name] = request[name]
  end
  what.source, what.inventory = origin_of(options, request.filter)
  if request.configuration then
    add_push(what, request)
  end
  return what
end

--- Write the lines of a push beside its journal.
-- @tparam table journal the writer of it
-- @tparam table request
-- @treturn[1] boolean true, also when it is no push
-- @return[2] nil
-- @treturn[2] string message
function order.keep_lines(journal, request)
  if not request.configuration then
    return true
  end
  return file.write(journal.folder .. "/" .. order.LINES,
    text_of(request.configuration))
end

--- Begin the file of a plan that will lie beside the journal and its lines.
-- @tparam table journal the writer of it
-- @tparam table what the order of the request
-- @tparam table request
-- @tparam {table,...} devices
-- @treturn table as of `moonwire.journal.plan`
function order.new_plan(journal, what, request, devices)
  local folder = uv.fs_realpath(journal.folder) or journal.folder
  return plans.new({
    source = what.source, inventory = what.inventory, digest = what.digest,
    file = folder .. "/" .. order.LINES, change = change_of(request, "plan"),
    how = {
      filter = request.filter, mode = request.mode, limit = request.limit,
      workers = request.workers, timeout = request.timeout, deadline = request.deadline,
    },
  }, devices)
end

--- Take the lines away: no device wants them any more. Those of a plan stay with it.
-- @tparam table journal the writer of it
-- @tparam table request
function order.drop_lines(journal, request)
  if request.configuration and not request.plan then
    uv.fs_unlink(journal.folder .. "/" .. order.LINES)
  end
end

return order
