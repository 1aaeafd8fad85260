--- The check of a push: a Lua file that gives a function of a new session, the device
-- and the report so far: true when all is well there, or nil and a message. It is named
-- by its path, since a job may run in any thread, and by its digest, so that a plan is
-- applied with the check that it was made with.
-- @module moonwire.cli.run.check
local digests = require "host.digest"

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
  local file <close>, message = io.open(path, "rb")
  local text = file and file:read "a"
  if not text then
    return nil, message or path .. ": is not a file that can be read"
  end
  local found = digests.new("sha256"):update(text):hex()
  if digest and digest ~= found then
    return nil, path .. " is not what it was"
  end
  local given
  given, message = run(path, text)
  return given, given and found or message
end

return check
