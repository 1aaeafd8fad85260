--- The check of a push: a Lua file that gives a function of a new session, the device
-- and the report so far: true when all is well there, or nil and a message. It is named
-- by its path, since a job may run in any thread, and by its digest, so that a plan is
-- applied with the check that it was made with.
-- @module moonwire.cli.run.check
local input = require "moonwire.journal.input"

local check = {}

local function run(path, text)
  local chunk, message = load(text, "@" .. path, "t")
  if not chunk then
    return nil, message
  end
  local ok, given = pcall(chunk)
  if not ok then
    return nil, tostring(given)
  elseif type(given) ~= "function" then
    return nil, path .. ": gives no function"
  end
  return given
end

--- Read one.
-- @string path
-- @string[opt] digest that it must have
-- @treturn[1] function
-- @treturn[1] string digest
-- @return[2] nil
-- @treturn[2] string message
function check.read(path, digest)
  local text, found = input.read(path, digest)
  if not text then
    return nil, found
  end
  local given, message = run(path, text)
  return given, given and found or message
end

return check
