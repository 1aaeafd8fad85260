--- Arguments of verbs: what is wrong with them is a mistake in a script, and raises.
-- @module moonwire.session.check
local check = {}

--- A command: one line.
-- @param command
-- @int level whose mistake it is, as for `error`
function check.command(command, level)
  if type(command) ~= "string" or command:find "[\r\n]" then
    error("a command must be a string of one line", level + 1)
  end
end

--- A table of options, or nothing.
-- @param options
-- @int level
-- @treturn table
function check.options(options, level)
  if options ~= nil and type(options) ~= "table" then
    error("options must be a table", level + 1)
  end
  return options or {}
end

--- A Lua pattern.
-- @param pattern
-- @string name for the message
-- @int level
function check.pattern(pattern, name, level)
  if type(pattern) ~= "string" then
    error(name .. " must be a Lua pattern", level + 1)
  end
  local ok, message = pcall(string.find, "", pattern)
  if not ok then
    error(("%s: %s"):format(name, message), level + 1)
  end
end

return check
