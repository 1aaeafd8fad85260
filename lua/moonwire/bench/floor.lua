--- The bare C client, to see what a run costs with nothing around libssh and libuv.
-- @module moonwire.bench.floor
local json = require "moonwire.report.json"
local process = require "moonwire.bench.process"
local uv = require "luv"

local floor = {}

--- Where it is: beside our own program, when it is built.
-- @treturn ?string
function floor.find()
  local folder = uv.exepath():match "^(.*)/[^/]*$"
  local path = folder .. "/floor"
  return uv.fs_access(path, "x") == true and path or nil
end

--- Run it against a lab.
-- @string path of it
-- @tparam table options `port` (of the lab), `devices` (logins), `limit` (at once), and
-- at will `commands` (how many; 1), `command` ("show version"), `hold` (sessions stay
-- open until all are)
-- @treturn table its figures: `seconds`, `cpu_seconds`, `max_rss_bytes`, `ok`,
-- `failed`, `peak_sessions`; or `problem` (a message), also when a login failed
function floor.run(path, options)
  local words = {
    path,
    "--port", tostring(options.port),
    "--devices", tostring(options.devices),
    "--concurrency", tostring(options.limit),
    "--commands", tostring(options.commands or 1),
    "--json",
  }
  if options.command then
    table.move({ "--command", options.command }, 1, 2, #words + 1, words)
  end
  words[#words + 1] = options.hold and "--hold" or nil
  local text, status = process.run(words)
  local figures = text and status == 0 and json.decode(text)
  if json.is_object(figures) then
    return figures
  end
  return { problem = text and ("exit status %d"):format(status) or status }
end

return floor
