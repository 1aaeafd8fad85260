--- A file that a run is given and that must not change while it goes on: its text, and
-- the digest by which it is known again.
-- @module moonwire.journal.input
local digests = require "host.digest"

local input = {}

--- The digest of a text.
-- @string text
-- @treturn string hexadecimal
function input.digest(text)
  return digests.new("sha256"):update(text):hex()
end

--- Read one.
-- @string path
-- @string[opt] digest that it must have
-- @treturn[1] string text
-- @treturn[1] string digest
-- @return[2] nil
-- @treturn[2] string message
function input.read(path, digest)
  local file <close>, message = io.open(path, "rb")
  local text = file and file:read "a"
  if not text then
    return nil, message or path .. ": is not a file that can be read"
  end
  local found = input.digest(text)
  if digest and digest ~= found then
    return nil, path .. " is not what it was when this run began"
  end
  return text, found
end

return input
