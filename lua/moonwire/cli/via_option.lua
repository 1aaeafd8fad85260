--- The option by which a command line borrows its sessions, for all that may.
-- @module moonwire.cli.via_option
local uv = require "luv"

local option = {}

local NAME = "MOONWIRE_VIA"
local OWN = { bench = true, lab = true, platform = true, serve = true }

--- Add it to a parser.
-- @param parser of argparse
function option.add(parser)
  parser:option("--via", "Borrow sessions from the moonwire serve --warm that listens "
    .. "there ($MOONWIRE_VIA)."):argname "<socket>"
end

--- Obey it: for this process, its threads and what it starts.
-- @tparam table given by argparse
function option.apply(given)
  if given.via then
    uv.os_setenv(NAME, given.via)
  end
end

--- Before a subcommand runs: what measures logins, proves them or lends sessions itself
-- does not borrow, whatever the environment says.
-- @string name of the subcommand
function option.prepare(name)
  if OWN[name] then
    uv.os_unsetenv(NAME)
  end
end

return option
