--- Devices that are hostile servers, in a process of their own.
local child = require "spec.support.child"
local json = require "dkjson"
local raw = require "spec.support.hostile.raw"
local uv = require "luv"

local hostile = { password = "not-for-Them-77" }

local SERVER = "spec/support/hostile/server.lua"
local UNKNOWN_KEY = "SHA256:" .. ("A"):rep(43) -- none of them gets as far as that

--- Start them all.
-- @return what must be closed
-- @treturn {table,...} cases, as in `raw`, each with a `device`
function hostile.start()
  local process = child.start { uv.exepath(), SERVER }
  process:expect "\n"
  local ports, cases = json.decode(process.output), {}
  for i, case in ipairs(raw) do
    local copy = { device = {
      name = "bad-" .. case.name, host = "127.0.0.1", port = ports[case.name],
      username = "admin", password = hostile.password, host_key = UNKNOWN_KEY,
      device_type = "cisco_ios",
    } }
    cases[i] = setmetatable(copy, { __index = case })
  end
  return process, cases
end

return hostile
