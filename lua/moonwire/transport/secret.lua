--- The secrets of a device, as its transports need them.
-- @module moonwire.transport.secret
local secrets = require "host.secret"

local secret = {}

local FIELD_OF = { enable = "secret" }

--- A secret of a device: as it is in the inventory, or made of a string there.
-- @tparam table device
-- @string name "password", "enable", "key_passphrase"
-- @treturn secret|nil
function secret.of(device, name)
  local value = device[FIELD_OF[name] or name]
  if type(value) == "string" then
    return secrets.from_string(value)
  end
  return value
end

return secret
