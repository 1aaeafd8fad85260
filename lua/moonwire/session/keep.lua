--- States of a configuration: to show one, to compare it, to keep it, and to go back.
-- What each platform calls that stands in its table.
-- @module moonwire.session
local Session = require "moonwire.session.class"
local platforms = require "moonwire.platform"

-- A command with what the caller gives for its gap; one without a gap takes nothing.
local function filler(value)
  return function(command)
    return (command:gsub("%%[sd]", function() return value end))
  end
end

local function has_gap(action)
  for _, command in ipairs(action.run) do
    if command:find "%%[sd]" then
      return true
    end
  end
  return false
end

-- Do what the platform has a name for, with a value where it takes one.
local function act(self, name, value)
  local ok, message, kind = self:_begin(name)
  local action = platforms.action(self.platform, name)
  if ok and action and has_gap(action) ~= (value ~= nil) then
    local words = value and "takes no name" or "needs a name"
    message = ("'%s' of %s %s"):format(name, self.platform.name, words)
    ok, kind = nil, "unsupported"
  end
  if ok then
    ok, message, kind = self:_act(name, value and filler(value))
  end
  if not ok then
    return self:_fail(name, message, kind)
  end
  return ok
end

local function check_name(value, level)
  value = type(value) == "number" and ("%d"):format(value) or value
  if type(value) ~= "string" or not value:find "^[%w_.:/%-]+$" then
    error("a name must be made of letters, digits and _ . : / -", level + 1)
  end
  return value
end

--- The configuration as the device shows it.
-- @string[opt="show"] which "show" (the running one), or "startup"
-- @treturn[1] string
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: unsupported, rejected, mode, timeout, dropped, closed
function Session:get_config(which)
  which = which or "show"
  if which ~= "show" and which ~= "startup" then
    error('which configuration must be "show" or "startup"', 2)
  end
  return act(self, which)
end

--- What waits for a commit, or is not saved, as the device words it.
-- @treturn[1] string
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: as for `session:get_config`
function Session:compare_config()
  return act(self, "diff")
end

--- Let the device check what waits for a commit.
-- @treturn[1] string
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: as for `session:get_config`
function Session:check_config()
  return act(self, "check")
end

--- Keep the configuration under a name on the device, to go back to it.
-- @string name
-- @treturn[1] string what the device said
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: as for `session:get_config`
function Session:snapshot(name)
  return act(self, "snapshot", check_name(name, 2))
end

--- Go back to a configuration that was kept. Where there is a candidate, the way back
-- takes effect by a commit.
-- @tparam[opt] string|int which the name or the number by which the device knows it
-- @treturn[1] string what the device said
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: as for `session:get_config`
function Session:rollback(which)
  return act(self, "rollback", which ~= nil and check_name(which, 2) or nil)
end

return Session
