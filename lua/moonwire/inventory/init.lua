--- Devices and commands, read from files that people and programs write.
-- What comes out is plain and complete: every field checked, defaults filled in,
-- passwords turned into secrets. What is wrong is named by file, line and place, and no
-- message holds a secret. Nothing in here talks to a device.
-- @module moonwire.inventory
local assemble = require "moonwire.inventory.assemble"
local filter = require "moonwire.inventory.filter"
local origin = require "moonwire.inventory.origin"
local secret = require "host.secret"
local set = require "moonwire.set"
local source = require "moonwire.inventory.source"

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

--- The devices that a filter wants; see `moonwire.inventory.filter`.
-- @string text
-- @treturn[1] table devices, in their order; may be empty
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: "invalid"
function Inventory:select(text)
  return filter.select(text, self.devices)
end

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

-- Replace what the inventory holds by some of it.
local function narrow(self, devices)
  for i = 1, math.max(#self, #devices) do
    self[i] = devices[i]
  end
  self.devices = devices
end

-- All but those of another list.
local function without(devices, unwanted)
  local is_unwanted, kept = set.of(unwanted), {}
  for _, one in ipairs(devices) do
    kept[#kept + 1] = not is_unwanted[one] and one or nil
  end
  return kept
end

local function apply_filters(devices, options)
  local chosen, message, kind = devices, nil, nil
  if options.filter then
    chosen, message, kind = filter.select(options.filter, devices)
  end
  if not chosen or not options.exclude then
    return chosen, message, kind
  end
  local unwanted
  unwanted, message, kind = filter.select(options.exclude, devices)
  return unwanted and without(chosen, unwanted), message, kind
end

local function no_device(options)
  local text = options.filter or "*"
  text = options.exclude and text .. " without " .. options.exclude or text
  return nil, "no device is wanted by " .. text, "invalid"
end

local function choose(self, options)
  local devices, complaint, reason = apply_filters(self.devices, options)
  if not devices then
    return nil, complaint, reason
  elseif #devices == 0 and (options.filter or options.exclude) then
    return no_device(options)
  end
  if options.limit and #devices > options.limit then
    devices = table.move(devices, 1, options.limit, 1, {})
  end
  if options.expect and #devices ~= options.expect then
    local message = "%d devices were expected, and there are %d"
    return nil, message:format(options.expect, #devices), "invalid"
  end
  narrow(self, devices)
  return self
end

-- What a lab says of its devices is what a file would have given.
local function complete(devices, reading, defaults)
  local records = {}
  for i, one in ipairs(devices) do
    records[i] = { given = one, source = { name = "lab" } }
  end
  return assemble.devices({ records = records }, reading, defaults)
end

local function start_lab(self, options, reading, defaults)
  local handle, message, kind = require("moonwire.lab.child").start(options)
  if not handle then
    return nil, message, kind
  end
  self.running_lab = handle
  local devices = handle.devices
  if defaults then
    devices, message, kind = complete(devices, reading, defaults)
  end
  if not devices then
    self:close()
    return nil, message, kind
  end
  return wrap_secrets(devices)
end

local function new_inventory(content, reading, options)
  local devices, message, kind = assemble.devices(content, reading, options.defaults)
  if not devices then
    return nil, message, kind
  end
  local self = { commands = content.commands, lab = content.lab }
  self.warnings = reading.complaints:warnings()
  setmetatable(self, Inventory)
  if content.lab and options.resolve ~= false then
    devices, message, kind = start_lab(self, content.lab, reading, options.defaults)
    if not devices then
      return nil, message, kind
    end
  end
  self.devices = {}
  narrow(self, devices)
  local chosen
  chosen, message, kind = choose(self, options)
  if chosen and options.resolve ~= false then
    local fetched
    fetched, message, kind = assemble.fetch(reading, self.devices)
    chosen = fetched and chosen
  end
  if not chosen then
    self:close()
    return nil, message, kind
  end
  return chosen
end

local function check_options(options)
  local format = options.format
  for _, name in ipairs(source.languages) do
    format = format ~= name and format or nil
  end
  if format then
    error(("inventory.load: there is no format %q"):format(tostring(format)), 3)
  end
end

--- Load an inventory.
--
-- It works as a list of devices: `#inventory`, `inventory[1]` and `ipairs(inventory)`.
-- Beside that it has `devices` (the plain list), `commands` (a list, or nil),
-- `warnings` (lines about what may be wrong) and `lab` (the options of the lab that it
-- asked for, or nil). Such a lab runs as a child process from here on, until `close`;
-- `local inventory <close> = …` sees to it.
-- @tparam string|table from what `moonwire.inventory.origin` takes: a path, `-`,
-- `lab:N`, a node set; or the table that a file would hold
-- @tparam[opt] table options `format` (a language, when the name does not tell),
-- `defaults` (fields of a device that the file does not give), `filter` (which devices;
-- see `moonwire.inventory.filter`; none is an error), `exclude` (a filter: which not),
-- `limit` (only the first so many), `expect` (how many there must be), `resolve`
-- (false: only look; passwords stay the references they are, and no lab starts)
-- @treturn[1] Inventory
-- @return[2] nil
-- @treturn[2] string message, a line for each thing that is wrong, with no secret in it
-- @treturn[2] string kind: "invalid" (the content), "local" (no file, no lab)
function inventory.load(from, options)
  options = options or {}
  check_options(options)
  if type(from) ~= "table" and type(from) ~= "string" then
    error("inventory.load: neither a path nor a table", 2)
  end
  local content, reading, kind = origin.read(from, options)
  if not content then
    return nil, reading, kind
  end
  return new_inventory(content, reading, options)
end

return inventory
