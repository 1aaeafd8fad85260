--- `moonwire version`
-- @module moonwire.cli.version
local version = { summary = "what this program is made of" }

--- Print the versions of moonwire and of what it runs on.
-- @treturn int exit status
function version.run()
  local ssh = require "host.ssh"
  local uv = require "luv"
  print("moonwire " .. require("moonwire.cli").version)
  local line = "%s, libssh %s, libuv %s"
  print(line:format(_VERSION, ssh.version(), uv.version_string()))
  return 0
end

return version
