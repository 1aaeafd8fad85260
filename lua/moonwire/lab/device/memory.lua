--- What a device is configured with: the running configuration and the startup
-- configuration, and texts that follow from them. Until one is changed they are those
-- of its role, with gaps, and all devices of the role share them.
-- @module moonwire.lab.device
local Device = require "moonwire.lab.device.class"
local configuration = require "moonwire.lab.configuration"
local gap = require "moonwire.lab.gap"
local pristine = require "moonwire.lab.pristine"
local template = require "moonwire.lab.template"

-- By role: the configuration with its gaps, and texts that follow from it.
local roles = {}

local function role_of(self)
  local name = pristine.role(self.index)
  if not roles[name] then
    local parsed = configuration.parse(pristine.text(name))
    roles[name] = { configuration = parsed, views = {} }
  end
  return roles[name]
end

local function pristine_view(self, make)
  local role = role_of(self)
  local fill = role.views[make]
  if not fill then
    fill = template.compile(make(role.configuration), gap)
    role.views[make] = fill
  end
  return fill(self)
end

local function render(now)
  return now:render()
end

--- The running configuration as text.
-- @treturn string lines that end in LF
function Device:running_config()
  return self:view(render)
end

--- The startup configuration as text.
-- @treturn string|nil lines that end in LF; nil when it was erased
function Device:startup_config()
  if self.is_erased then
    return nil
  end
  return self.startup or pristine_view(self, render)
end

--- The running configuration, to be looked at.
-- @treturn Configuration
function Device:configuration()
  return self.running or configuration.parse(self:running_config())
end

--- The running configuration, to be changed.
-- @treturn Configuration
function Device:change()
  self.running = self:configuration()
  self.is_modified = true
  self.views = nil
  return self.running
end

--- Put another configuration in the place of the running one.
-- @tparam Configuration other
function Device:replace(other)
  self.running = other
  self.is_modified, self.views = true, nil
end

--- A text that follows from the running configuration, made once for each state of it,
-- and as long as nothing is changed once for all devices alike.
-- @tparam function make from the Configuration to the text; always the same function
-- @treturn string
function Device:view(make)
  if not self.running then
    return pristine_view(self, make)
  end
  self.views = self.views or {}
  self.views[make] = self.views[make] or make(self.running)
  return self.views[make]
end

--- Copy the running configuration to the startup configuration.
function Device:save()
  self.startup = self:running_config()
  self.is_modified, self.is_erased = nil, nil
end

--- Forget the startup configuration.
function Device:erase()
  self.startup, self.is_erased = nil, true
end

--- The name in its prompts.
-- @treturn string
function Device:hostname()
  if not self.running then
    return self.name
  end
  return self.running:value(nil, "hostname") or "Router"
end

--- The message of the day.
-- @treturn string|nil lines that end in LF, without the last one
function Device:banner()
  local text = self.running and self.running:value(nil, "banner motd")
  return text and text:match "^%^C\n(.*)\n%^C$"
end

--- Run what it starts with; nothing of what was changed since is left.
-- @local here
function Device:load_startup()
  local startup = self:startup_config()
  self.running = not startup and configuration.parse "version 15.2\n"
    or self.startup and configuration.parse(self.startup)
    or nil
  self.is_modified, self.views = nil, nil
end

return Device
