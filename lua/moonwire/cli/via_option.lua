--- The option by which a command line borrows its sessions, for all that may.
-- @module moonwire.cli.via_option
local uv = require "luv"

local option = {}

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
    uv.os_setenv("MOONWIRE_VIA", given.via)
  end
end

return option
