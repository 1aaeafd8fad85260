--- `moonwire push`: lines of configuration to a fleet.
-- @module moonwire.cli.push
local lines_file = require "moonwire.cli.run.lines"
local orders = require "moonwire.cli.run.order"
local shared = require "moonwire.cli.run.command"

local command = { summary = "lines of configuration to many devices" }

local DESCRIPTION = [[
Push lines of configuration to the devices of an inventory. A device is looked at before
it is written to, where it can be; it stops at its first rejected line, and the fleet
at --abort-after (2%). First one device, then 5 % of them, then the rest, each wave when
the one before is well. What happens is kept in outputs/runs: moonwire runs show tells
which devices nobody knows the state of, and resume looks at those before it writes.]]

local WAVES, ABORT_AFTER = "1,5%,rest", "2%"

local function add_options(parser)
  parser:option("-f --file", "The lines."):argname "<file>":count(1)
  parser:flag("--dry-run", "Show what would change, and change nothing.")
  parser:flag("--save", "So that it outlives a restart.")
  parser:option("--commit-confirm", "The device takes all of it back unless a new "
    .. "session is possible within this time, such as 5m."):argname "<time>"
    :convert(orders.time "--commit-confirm")
  parser:option("--comment", "Of the commit, where there are such."):argname "<text>"
end

local function read_lines(given)
  local comment = given.comment
  if comment and (comment == "" or comment:find '[%c"?]') then
    return nil, "--comment wants a text of one line, without quotes"
  end
  return lines_file.read(given.file)
end

local function complete(order, given)
  local read, message = read_lines(given)
  if not read then
    return nil, message
  end
  order.file, order.digest = read.path, read.digest
  order.dry_run, order.save = given.dry_run, given.save
  order.confirm, order.comment = given.commit_confirm, given.comment
  order.changes = not given.dry_run
  if order.changes then
    order.waves = given.waves or WAVES
    order.abort_after = given.abort_after or ABORT_AFTER
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
  return shared.run(words, "push", command.parser(), complete)
end

return command
