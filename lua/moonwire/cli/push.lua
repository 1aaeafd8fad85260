--- `moonwire push`: lines of configuration to a fleet.
-- @module moonwire.cli.push
local check = require "moonwire.cli.run.check"
local lines_file = require "moonwire.journal.lines"
local orders = require "moonwire.cli.run.order"
local plans = require "moonwire.journal.plan"
local set = require "moonwire.set"
local shared = require "moonwire.cli.run.command"
local uv = require "luv"
local whole = require "moonwire.cli.whole"

local command = { summary = "lines of configuration to many devices" }

local DESCRIPTION = [[
Push lines of configuration to the devices of an inventory. A device is looked at before
it is written to, where it can be; it stops at its first rejected line, and the fleet
at --abort-after (2%). First one device, then 5 % of them, then the rest, each wave when
the one before is well. What happens is kept in outputs/runs: moonwire runs show tells
which devices nobody knows the state of, and resume looks at those before it writes.
With --plan nothing is changed; --apply does what was planned, device by device with a
new login and a check before it is confirmed, and says of each what is left on it.]]

local WAVES, ABORT_AFTER = "1,5%,rest", "2%"

local function add_plan_options(parser)
  parser:option("--plan", "Change nothing: show for each device what would change and "
    .. "what the platform promises, and write it all into a file."):argname "<file>"
  parser:option("--apply", "Do what such a file says, and nothing on devices that have "
    .. "changed since; or the name of the run over HTTP that has made it. Takes -i and "
    .. "-f from it."):argname "<file>"
  parser:option("--plan-age", "How old a plan may be (24h)."):argname "<time>"
    :convert(orders.time "--plan-age")
  parser:option("--check", "With --plan: a Lua file that gives a function of a new "
    .. "session: whether all is well, before it is confirmed."):argname "<file>"
end

local function add_guards(parser)
  parser:option("--allow", "Lines that destroy, such as interfaces; may be repeated.")
    :argname "<name>":count "*"
  parser:option("--max-lines", "How many lines may change on a device (200).")
    :argname "<n>":convert(whole("--max-lines", 1))
  parser:flag("--large", "Any number of lines, and any share (20% of what it has).")
end

local function add_options(parser)
  parser:option("-f --file", "The lines."):argname "<file>"
  parser:flag("--dry-run", "Show what would change, and change nothing.")
  parser:flag("--save", "So that it outlives a restart.")
  parser:option("--commit-confirm", "The device takes all of it back unless a new "
    .. "session is possible within this time, such as 5m."):argname "<time>"
    :convert(orders.time "--commit-confirm")
  parser:option("--comment", "Of the commit, where there are such."):argname "<text>"
  add_guards(parser)
  add_plan_options(parser)
end

local OF_PLAN = { -- and so not beside --apply
  "file", "save", "commit_confirm", "comment", "plan", "dry_run", "check", "max_lines",
  "large",
}

local function first_given(given, names)
  for _, name in ipairs(names) do
    if given[name] then
      return "--" .. name:gsub("_", "-")
    end
  end
end

-- Without --apply.
local function check_words(given)
  if given.check and not given.plan then
    return nil, "--check goes with --plan"
  elseif not given.file then
    return nil, "missing option '-f'"
  end
  return true
end

-- What does not go together; and a plan brings what is in it.
local function prepare(given)
  if not given.apply then
    return check_words(given)
  end
  local other = first_given(given, OF_PLAN) or given.allow[1] and "--allow"
  if other then
    return nil, other .. " stands in the plan that is applied"
  end
  given.apply = plans.find(given.apply, given.runs)
  local plan, message = plans.read(given.apply, { oldest = given.plan_age })
  if not plan then
    return nil, message
  end
  given.read_plan, given.has_inventory = plan, given.inventory ~= nil
  given.inventory = given.inventory or plan.source
  return true
end

local function names_allowed(list)
  return list[1] and set.of(list)
end

local function read_check(path)
  if not path then
    return nil
  end
  local ok, digest = check.read(path)
  if not ok then
    return nil, digest
  end
  return { path = uv.fs_realpath(path), digest = digest }
end

-- A change as the plan keeps it.
local function change_of(given)
  local found, message = read_check(given.check)
  if message then
    return nil, message
  end
  return {
    mode = "plan", confirm_within = given.commit_confirm, comment = given.comment,
    save = given.save, check = found, allow = names_allowed(given.allow),
    max_lines = given.max_lines, large = given.large,
  }
end

local function read_lines(given)
  local comment = given.comment
  if comment and (comment == "" or comment:find '[%c"?]') then
    return nil, "--comment wants a text of one line, without quotes"
  end
  return lines_file.read(given.file)
end

local function begin_carefully(order, given)
  order.changes = true
  order.waves = given.waves or WAVES
  order.abort_after = given.abort_after or ABORT_AFTER
end

local function complete_plan(order, given)
  local message
  order.change, message = change_of(given)
  order.plan = given.plan
  return order.change and true, message
end

local function complete_apply(order, given)
  local plan = given.read_plan
  order.file, order.digest = plan.lines.path, plan.lines.digest
  order.plan = uv.fs_realpath(given.apply)
  order.plan_digest, order.plan_inventory = plan.digest, plan.inventory
  order.change = plan.change
  order.change.mode = "apply"
  if not given.has_inventory then
    order.inventory = plan.selection
  end
  begin_carefully(order, given)
  return true
end

local function complete(order, given)
  if given.read_plan then
    return complete_apply(order, given)
  end
  local read, message = read_lines(given)
  if not read then
    return nil, message
  end
  order.file, order.digest = read.path, read.digest
  order.dry_run, order.save = given.dry_run, given.save
  order.confirm, order.comment = given.commit_confirm, given.comment
  order.allow, order.large = names_allowed(given.allow), given.large
  order.max_lines = given.max_lines
  if given.plan then
    return complete_plan(order, given)
  elseif not given.dry_run then
    begin_carefully(order, given)
  end
  return true
end

--- The options as argparse knows them.
function command.parser()
  return shared.parser("push", DESCRIPTION, add_options)
end

--- Run the subcommand.
-- @tparam {string,...} words of the command line
-- @treturn int exit status: 0 all is well, 1 some device failed, 2 nothing was started
function command.run(words)
  return shared.run(words, "push", command.parser(), complete, prepare)
end

return command
