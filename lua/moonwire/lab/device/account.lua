--- Who may log in to a device: its users, its passwords, and how often it was tried.
-- A configuration shows a password as something else, which nothing is computed from:
-- what it stands for is kept here.
-- @module moonwire.lab.device
local Device = require "moonwire.lab.device.class"
local gap = require "moonwire.lab.gap"

--- Keep a password that a configuration line stands for.
-- @string password
-- @treturn string what the line shows instead
function Device:hide(password)
  local hidden = gap.disguise(self.index, password)
  self.passwords = self.passwords or {}
  self.passwords[hidden] = password
  return hidden
end

local function reveal(self, line)
  local hidden = line:match " 5 (%S+)$"
  local known = self.passwords and self.passwords[hidden]
  for _, key in ipairs { "enable", "password" } do
    known = known or hidden == gap.disguise(self.index, self:setting(key))
      and self:setting(key)
  end
  return known or line:match "(%S+)$"
end

--- The password for `enable`.
-- @treturn string|nil nil when there is none
function Device:enable_password()
  if not self.running then
    return self:setting "enable"
  end
  local now = self:configuration()
  local secret = now:value(nil, "enable secret")
  local password = now:value(nil, "enable password")
  return secret and reveal(self, " " .. secret) or password
end

--- The account of a user.
-- @string user
-- @treturn string|nil password; nil when there is no such user
-- @treturn int privilege level
function Device:account(user)
  if not self.running then
    if user == self:setting "username" then
      return self:setting "password", self:setting "privilege"
    end
    return nil, 0
  end
  local line = self:configuration():value(nil, "username " .. user)
  if not line then
    return nil, 0
  end
  local level = (" " .. line):match " privilege (%d+)"
  return reveal(self, " " .. line), math.tointeger(level) or 1
end

--- Try to log in, and note it.
-- @string user
-- @string secret
-- @treturn boolean whether the login succeeded
function Device:log_in(user, secret)
  self.attempt_count = self.attempt_count + 1
  local password = self:account(user)
  local is_right = password ~= nil and password == secret
  if not is_right or self:fault "auth_failure" then
    return false
  end
  self.login_count = self.login_count + 1
  return true
end

--- How many logins succeeded.
-- @treturn int
function Device:logins()
  return self.login_count
end

--- How many logins were tried.
-- @treturn int
function Device:attempts()
  return self.attempt_count
end

return Device
