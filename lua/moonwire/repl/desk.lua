--- What is at hand at the prompt: the devices of the inventory, those that are
-- connected, the names that lines can use, and whom a line is for.
-- @module moonwire.repl.desk
local Group = require "moonwire.repl.group"
local Remote = require "moonwire.repl.remote"
local moonwire = require "moonwire"

local Desk = { __name = "moonwire.repl.Desk" }
Desk.__index = Desk

-- A device's name as a name of Lua.
local function variable_of(name)
  local word = name:gsub("[^%w_]", "_")
  return word:find "^%d" and "_" .. word or word
end

local function find_device(self, name)
  for _, device in ipairs(self.inventory) do
    if device.name == name then
      return device
    end
  end
end

local function distance_is_small(a, b)
  a, b = a:lower():gsub("[^%w]", ""), b:lower():gsub("[^%w]", "")
  return a ~= "" and b ~= "" and (a == b or a:find(b, 1, true) or b:find(a, 1, true))
end

local function unknown(self, name)
  local message = ("there is no device %q in the inventory"):format(name)
  for _, device in ipairs(self.inventory) do
    if distance_is_small(device.name, name) then
      return nil, ("%s; there is %q"):format(message, device.name), "invalid"
    end
  end
  return nil, message .. "; :devices lists them", "invalid"
end

--- The device of a name, logged in to or not.
-- @tparam string|table which a name of the inventory, or a device's table
-- @treturn[1] Remote
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: "invalid"
function Desk:remote(which)
  local device = which
  if type(which) == "string" then
    device = find_device(self, which)
    if not device then
      return unknown(self, which)
    end
  end
  local name = device.name or device.host
  local remote = self.remotes[name]
  if not remote then
    remote = Remote.new(device, self)
    self.remotes[name] = remote
  end
  return remote
end

-- connect "r1": log in, and make it a global of that name
local function connect(self, which)
  if type(which) ~= "string" and type(which) ~= "table" then
    error("connect wants a device's name, or its table", 3)
  end
  local remote, message, kind = self:remote(which)
  local ok
  if remote then
    ok, message, kind = remote:connect()
  end
  if not ok then
    return nil, message, kind
  end
  local word = variable_of(remote.name)
  self.environment[word] = remote
  if word ~= remote.name then
    self.say(("it is called %s here"):format(word))
  end
  return remote
end

--- The devices that a filter or node set wants, as one.
-- @string filter
-- @treturn[1] Group
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: "invalid"
function Desk:group(filter)
  if type(filter) ~= "string" then
    error("fleet wants a filter, such as \"site == 'lon'\" or \"sw[1-4]\"", 3)
  end
  local devices, message, kind = self.inventory:select(filter)
  if devices and #devices == 0 then
    devices, message, kind = nil, "no device is wanted by " .. filter, "invalid"
  end
  if not devices then
    return nil, message, kind
  end
  local remotes = {}
  for i, device in ipairs(devices) do
    remotes[i] = self:remote(device)
  end
  return Group.new(remotes)
end

local function make_environment(self, console)
  local print_here = console:printer()
  local environment = {
    print = print_here,
    moonwire = moonwire,
    task = moonwire.task,
    devices = self.inventory.devices,
    connect = function(which)
      return connect(self, which)
    end,
    fleet = setmetatable({}, {
      __index = moonwire.fleet,
      __call = function(_, filter)
        return self:group(filter)
      end,
    }),
    io = setmetatable({
      write = function(...)
        console:write(table.concat({ ... }))
        return io.output()
      end,
    }, { __index = io }),
  }
  environment._G = environment
  return setmetatable(environment, { __index = _G })
end

--- Everything for a prompt.
-- @tparam Inventory inventory
-- @tparam Console console
-- @tparam[opt] table session options of `session.open`
-- @treturn Desk `environment` has the globals of what is typed; `target` is the group
-- that lines are for, or nil
function Desk.new(inventory, console, session)
  local self = setmetatable({
    inventory = inventory,
    console = console,
    session = session,
    remotes = {},
    say = function(text)
      console:say(text)
    end,
  }, Desk)
  self.environment = make_environment(self, console)
  return self
end

--- The names of all devices.
-- @treturn {string,...}
function Desk:names()
  local names = {}
  for i, device in ipairs(self.inventory) do
    names[i] = device.name
  end
  return names
end

--- Log out of all devices.
function Desk:close()
  for _, remote in pairs(self.remotes) do
    remote:disconnect()
  end
end
Desk.__close = Desk.close

return Desk
