--- `moonwire send`: commands to a fleet, and the answers.
-- @module moonwire.cli.send
local shared = require "moonwire.cli.run.command"

local command = { summary = "commands to many devices, and their answers" }

local DESCRIPTION = [[
Send commands to the devices of an inventory, all at once, and print each one's answers
as they come. What happens is kept in outputs/runs: see moonwire runs.]]

local function add_options(parser)
  parser:argument("commands", "One in each word; the inventory's, when left out.")
    :args "*":argname "<command>"
  parser:flag("--enable", "Go to privileged mode first.")
  parser:flag("--confirm", "Commands that stop a device or take its configuration, "
    .. "too.")
end

local function complete(order, given)
  for _, text in ipairs(given.commands) do
    if text == "" or text:find "[\r\n]" then
      return nil, "a command is one line"
    end
  end
  order.commands = given.commands
  order.enable, order.confirm = given.enable, given.confirm
  return true
end

--- The options as argparse knows them.
function command.parser()
  return shared.parser("send", DESCRIPTION, add_options)
end

--- Run the subcommand.
-- @tparam {string,...} words of the command line
-- @treturn int exit status: 0 all is well, 1 some device failed, 2 nothing was started
function command.run(words)
  return shared.run(words, "send", command.parser(), complete)
end

return command
