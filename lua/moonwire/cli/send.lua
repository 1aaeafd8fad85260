--- `moonwire send`: commands to a fleet, and the answers.
-- @module moonwire.cli.send
local argparse = require "argparse"

local orders = require "moonwire.cli.run.order"
local run = require "moonwire.cli.run"

local command = { summary = "commands to many devices, and their answers" }

local DESCRIPTION = [[
Send commands to the devices of an inventory, all at once, and print each one's answers
as they come. What happens is kept in outputs/runs: see moonwire runs.]]

local EPILOGUE = [[
Exit status: 0 all is well, 1 some device failed, 2 nothing was started. Ctrl-C once:
nothing more is begun; twice: all is dropped. moonwire runs resume does the rest.]]

local function new_parser()
  local parser = argparse("moonwire send", DESCRIPTION, EPILOGUE)
  parser:add_help(false)
  parser:usage_max_width(88):help_max_width(88):help_description_margin(27)
  parser:argument("commands", "One in each word; the inventory's, when left out.")
    :args "*":argname "<command>"
  parser:flag("-h --help", "Show this text.")
  parser:flag("--enable", "Go to privileged mode first.")
  parser:flag("--confirm", "Commands that stop a device or take its configuration, "
    .. "too.")
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
  io.stderr:write(parser:get_usage(), "\n\nmoonwire send: ", message, "\n")
  return 2
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
  local order, message = orders.read(given, "send")
  if not order then
    return refuse(parser, message)
  end
  for _, text in ipairs(given.commands) do
    if text == "" or text:find "[\r\n]" then
      return refuse(parser, "a command is one line")
    end
  end
  order.commands, order.enable = given.commands, given.enable
  order.confirm = given.confirm
  return run.start(order, {
    verbosity = given.quiet and -1 or given.verbose or 0,
    root = given.runs,
  })
end

return command
