--- A folder for what the specs of one file write: two files that run beside each other
-- share none, and nothing is left of it afterwards.
-- @module moonwire.cli.test.scratch
local folders = require "moonwire.scratch"
local uv = require "luv"

local scratch = {}

--- A new folder, removed with all that is in it when it goes out of scope.
-- @treturn table `path`
function scratch.folder()
  return folders.folder "specs"
end

--- The environment of a process that takes a folder for its temporary files.
-- @string path
-- @treturn {string,...}
function scratch.environment(path)
  local variables = { "TMPDIR=" .. path }
  for name, value in pairs(uv.os_environ()) do
    if name ~= "TMPDIR" then
      variables[#variables + 1] = name .. "=" .. value
    end
  end
  return variables
end

return scratch
