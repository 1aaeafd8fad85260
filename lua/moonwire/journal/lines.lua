--- The file with the lines of a push. A journal keeps where it is and its digest, not
-- what stands in it, which may be secret: a push goes on with the same lines or not.
-- @module moonwire.journal.lines
local input = require "moonwire.journal.input"
local plan = require "moonwire.session.plan"
local uv = require "luv"

local lines = {}

local function is_empty(list)
  for _, line in ipairs(list) do
    if line:find "%S" then
      return false
    end
  end
  return true
end

--- Read it.
-- @string path
-- @string[opt] digest that it must have
-- @treturn[1] table `path` (absolute), `digest`, `lines`
-- @return[2] nil
-- @treturn[2] string message
function lines.read(path, digest)
  local text, found = input.read(path, digest)
  if not text then
    return nil, found
  end
  local list = plan.lines(text)
  if text:find "\0" then
    return nil, path .. ": is not a text"
  elseif is_empty(list) then
    return nil, path .. ": there are no lines in it"
  end
  return { path = uv.fs_realpath(path) or path, digest = found, lines = list }
end

return lines
