--- The words of a subcommand that has actions of its own, as `keys scan`.
-- @module moonwire.cli.line
local escape = require "moonwire.report.escape"

local line = {}

-- Asked for help, an action is explained even when its arguments are missing.
local function help_for(words, parser, actions)
  for _, word in ipairs(words) do
    if word == "-h" or word == "--help" then
      return (actions[words[1]] or parser):get_help()
    end
  end
end

--- Complain on standard error; what came from outside may be in it.
-- @string name of the subcommand
-- @string message
function line.complain(name, message)
  io.stdout:flush()
  io.stderr:write("moonwire ", name, ": ", escape.line(message), "\n")
end

--- Read the words.
-- @string name of the subcommand
-- @tparam {string,...} words
-- @param parser of argparse, without its own help
-- @tparam table actions parsers of the actions, by name
-- @treturn[1] table what was given
-- @return[2] nil when there is nothing to do any more
-- @treturn[2] int exit status: 0 when help was asked for, 2 for a wrong command line
function line.read(name, words, parser, actions)
  local help = help_for(words, parser, actions)
  if help then
    io.stdout:write(help, "\n")
    return nil, 0
  end
  local ok, given = parser:pparse(words)
  if not ok then
    io.stderr:write(parser:get_usage(), "\n\n")
    line.complain(name, given)
    return nil, 2
  end
  return given
end

return line
