--- What was typed, as a function: an expression, statements, or the start of more.
-- @module moonwire.repl.chunk
local chunk = {}

local function is_incomplete(message)
  return message:find("<eof>$") ~= nil
end

--- Compile what was typed so far.
-- @string text one line or several
-- @tparam table environment its globals
-- @int[opt=1] line number of its first line
-- @treturn[1] function
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] boolean whether more lines may make it whole
function chunk.compile(text, environment, line)
  local above = ("\n"):rep((line or 1) - 1)
  local fn = load(above .. "return " .. text, "=input", "t", environment)
  if fn then
    return fn
  end
  local message
  fn, message = load(above .. text, "=input", "t", environment)
  if fn then
    return fn
  end
  return nil, message, is_incomplete(message)
end

--- Whether a text makes locals that end with it, which surprises people at a prompt.
-- @string text
-- @treturn string|nil the name of the first
function chunk.lost_local(text)
  local words = text:match "^%s*local%s+(.*)$"
  return words and words:gsub("^function%s+", ""):match "^[%a_][%w_]*"
end

return chunk
