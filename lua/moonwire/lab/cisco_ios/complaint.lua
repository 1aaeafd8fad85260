--- What a simulated switch says to a line that it does not understand.
-- @module moonwire.lab.cisco_ios.complaint
local complaint = {}

local say = {}

--- Point at the column where a line goes wrong.
-- @tparam Vty session
-- @int column from 0; counted from `session.offset` when the line is part of another
function complaint.invalid(session, column)
  local blanks = (" "):rep(#session.prompt + (session.offset or 0) + column)
  session:write(blanks .. "^\r\n% Invalid input detected at '^' marker.\r\n\r\n")
end

function say.invalid(session, found)
  complaint.invalid(session, found.column)
end

function say.ambiguous(session, _, line)
  session:write(('%% Ambiguous command:  "%s"\r\n'):format(line))
end

function say.incomplete(session, found)
  if found.path == "show" then
    session:write '% Type "show ?" for a list of subcommands\r\n'
  else
    session:write "% Incomplete command.\r\n\r\n"
  end
end

function say.expression(session)
  session:write "% Failed to compile regular expression.\r\n"
end

--- Complain about a line.
-- @tparam Vty session
-- @tparam table found with a `problem`, as from `Grammar:parse`
-- @string line
function complaint.say(session, found, line)
  say[found.problem](session, found, line)
end

return complaint
