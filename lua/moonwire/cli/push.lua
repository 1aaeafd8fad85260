--- `moonwire push`: lines of configuration to a fleet.
-- @module moonwire.cli.push
local argparse = require "argparse"

local duration = require "moonwire.duration"
local lines_file = require "moonwire.cli.run.lines"
local orders = require "moonwire.cli.run.order"
local run = require "moonwire.cli.run"

local command = { summary = "lines of configuration to many devices" }

local DESCRIPTION = [[
Push lines of configuration to the devices of an inventory. A device is looked at before
it is written to, where it can be; it stops at its first rejected line, and the fleet at
--abort-after. First one device, then 5 % of them, then the rest, each wave when the one
before is well. What happens is kept in outputs/runs: see moonwire runs.]]

local EPILOGUE = [[
Exit status: 0 all is well, 1 some device failed, 2 nothing was started. Ctrl-C once:
nothing more is begun; twice: all is dropped, and moonwire runs show tells which devices
nobody knows the state of. moonwire runs resume looks at those before it writes.]]

local WAVES, ABORT_AFTER = "1,5%,rest", "2%"

local function new_parser()
  local parser = argparse("moonwire push", DESCRIPTION, EPILOGUE)
  parser:add_help(false)
  parser:usage_max_width(88):help_max_width(88):help_description_margin(27)
  parser:flag("-h --help", "Show this text.")
  parser:option("-f --file", "The lines."):argname "<file>":count(1)
  parser:flag("--dry-run", "Show what would change, and change nothing.")
  parser:flag("--save", "So that it outlives a restart.")
  parser:option("--commit-confirm", "The device takes all of it back unless a new "
    .. "session is possible within this time, such as 5m."):argname "<time>"
    :convert(duration.option "--commit-confirm")
  parser:option("--comment", "Of the commit, where there are such."):argname "<text>"
  orders.add(parser)
  return parser
end

local function is_asked_for_help(words)
  for _, word in ipairs(words) do
    if word == "-h" or word == "--help" then
      return true
    end
  end
  return false
end

local function refuse(parser, message)
  io.stderr:write(parser:get_usage(), "\n\nmoonwire push: ", message, "\n")
  return 2
end

local function read_lines(given)
  local comment = given.comment
  if comment and (comment == "" or comment:find '[%c"?]') then
    return nil, "--comment wants a text of one line, without quotes"
  end
  return lines_file.read(given.file)
end

local function read_order(given)
  local order, message = orders.read(given, "push")
  local read
  if order then
    read, message = read_lines(given)
  end
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
  return order
end

--- Run the subcommand.
-- @tparam {string,...} words of the command line
-- @treturn int exit status: 0 all is well, 1 some device failed, 2 nothing was started
function command.run(words)
  local parser = new_parser()
  if is_asked_for_help(words) then
    io.stdout:write(parser:get_help(), "\n")
    return 0
  end
  local ok, given = parser:pparse(words)
  if not ok then
    return refuse(parser, given)
  end
  local order, message = read_order(given)
  if not order then
    return refuse(parser, message)
  end
  return run.start(order, {
    verbosity = given.quiet and -1 or given.verbose or 0,
    root = given.runs,
  })
end

return command
