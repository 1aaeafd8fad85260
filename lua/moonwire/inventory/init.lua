--- Devices and commands, read from files that people and programs write.
-- What comes out is plain and complete: every field checked, defaults filled in,
-- passwords turned into secrets. What is wrong is named by file and place, and no
-- message holds a secret. Nothing in here talks to a device.
-- @module moonwire.inventory
local secret = require "host.secret"
local shape = require "moonwire.inventory.shape"

local inventory = {}

local Inventory = { __name = "moonwire.Inventory" }
Inventory.__index = Inventory

--- Stop the lab when this inventory started one. Harmless otherwise, and when repeated.
function Inventory:close()
  local lab = self.running_lab
  self.running_lab = nil
  if lab then
    lab:stop()
  end
end
Inventory.__close = Inventory.close

-- What is a secret already need not become one at every login. A lab's devices share
-- their passwords, so few are made.
local function wrap_secrets(devices)
  local wrapped = {}
  for _, one in ipairs(devices) do
    for _, name in ipairs { "password", "secret" } do
      local text = one[name]
      if type(text) == "string" then
        wrapped[text] = wrapped[text] or secret.from_string(text)
        one[name] = wrapped[text]
      end
    end
  end
  return devices
end

local function new_inventory(devices, commands, lab)
  local self = { commands = commands, lab = lab }
  if lab then
    local handle, message, kind = require("moonwire.lab.child").start(lab)
    if not handle then
      return nil, message, kind
    end
    self.running_lab, devices = handle, wrap_secrets(handle.devices)
  end
  self.devices = devices
  table.move(devices, 1, #devices, 1, self)
  return setmetatable(self, Inventory)
end

local function from_value(given, source)
  local content, message, kind = shape.read(given, source)
  if not content then
    return nil, message, kind
  end
  return new_inventory(content.devices, content.commands, content.lab)
end

local function read_text(path)
  local stream, message = io.open(path, "rb")
  if not stream then
    return nil, message, "local"
  end
  local text
  text, message = stream:read "a"
  stream:close()
  if not text then
    return nil, ("%s: %s"):format(path, message), "local"
  end
  return text
end

-- how to read a file, by the end of its name; what counts from zero there does here
local LANGUAGES = {
  json = {
    read = require("moonwire.inventory.json").decode,
    base = 0,
    is_strict = true,
  },
  lua = {
    read = require "moonwire.inventory.lua",
    base = 1,
    is_strict = false,
  },
}

local function from_file(path)
  local language = LANGUAGES[path:match "%.(%a+)$" or ""]
  if not language then
    local wrong = "%s: an inventory's name ends in .lua or .json"
    return nil, wrong:format(path), "invalid"
  end
  local text, message, kind = read_text(path)
  if not text then
    return nil, message, kind
  end
  local given
  given, message, kind = language.read(text, path)
  if kind then
    local has_path = message:find(path, 1, true) == 1
    return nil, has_path and message or path .. ": " .. message, kind
  end
  return from_value(given, {
    name = path,
    folder = path:match "^(.*)/[^/]*$" or ".",
    base = language.base,
    is_strict = language.is_strict,
  })
end

local function from_lab(text)
  local devices = math.tointeger(tonumber(text))
  if not devices or devices < 1 then
    local message = "lab:%s: write lab: and how many devices"
    return nil, message:format(text), "invalid"
  end
  return from_value({ lab = { devices = devices } }, { name = "lab", base = 1 })
end

--- Load an inventory.
--
-- It works as a list of devices: `#inventory`, `inventory[1]` and `ipairs(inventory)`.
-- Beside that it has `devices` (the plain list), `commands` (a list, or nil) and `lab`
-- (the options of the lab that it asked for, or nil). Such a lab runs as a child
-- process from here on, until `close`; `local inventory <close> = …` sees to it.
-- @tparam string|table source the path of a `.lua` or `.json` file, `lab:N`, or the
-- table that such a file would hold
-- @treturn[1] Inventory
-- @return[2] nil
-- @treturn[2] string message, a line for each thing that is wrong, with no secret in it
-- @treturn[2] string kind: "invalid" (the content), "local" (no file, no lab)
function inventory.load(source)
  if type(source) == "table" then
    return from_value(source, { name = "inventory", base = 1 })
  elseif type(source) ~= "string" then
    error("inventory.load: neither a path nor a table", 2)
  end
  local lab = source:match "^lab:(.*)$"
  if lab then
    return from_lab(lab)
  end
  return from_file(source)
end

return inventory
