--- A known_hosts file, asked for a key that is in it, one that has changed and one that
-- is not there. None may be taken for known that is not, nor for new that has changed.
local hostkeys = require "host.hostkeys"

local KEYS = {
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGtra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tr",
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG9vb29vb29vb29vb29vb29vb29vb29vb29vb29vb29v",
}

local store, message = hostkeys.open { files = { arg[1] } }
if not store then
  io.stderr:write(message, "\n")
  return false
end
for _, key in ipairs(KEYS) do
  for _, host in ipairs { "r1", "r2" } do
    local verdict = store:lookup(host, 22, key)
    if verdict == "failed" then
      io.stderr:write("it cannot be told\n")
      return false
    end
    print(host, verdict)
  end
end
return true
