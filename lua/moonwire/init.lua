--- The public face: `local moonwire = require "moonwire"`.
-- Its parts are loaded when they are first asked for: `moonwire.task`,
-- `moonwire.inventory`, `moonwire.fleet`, `moonwire.report`, `moonwire.lab`, …
-- @module moonwire
local moonwire = {}

local PARTS = {
  duration = true,
  fleet = true,
  inventory = true,
  lab = true,
  platform = true,
  report = true,
  session = true,
  task = true,
  testing = true,
}

--- Log in to a device; see `moonwire.session.open`.
-- @tparam table device
-- @tparam[opt] table options
-- @treturn[1] Session
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind
function moonwire.connect(device, options)
  return moonwire.session.open(device, options)
end

return setmetatable(moonwire, {
  __index = function(self, name)
    if not PARTS[name] then
      return nil
    end
    local part = require("moonwire." .. name)
    self[name] = part
    return part
  end,
})
