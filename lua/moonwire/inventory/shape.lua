--- What an inventory holds, whatever language it is written in: the shapes it may have.
-- Devices in a list or by name, with groups and defaults, commands, or the options of a
-- lab. Other programs' shapes have files of their own; all become records.
-- @module moonwire.inventory.shape
local ansible = require "moonwire.inventory.ansible"
local fields = require "moonwire.inventory.fields"
local inherit = require "moonwire.inventory.inherit"
local json = require "moonwire.inventory.json"
local nornir = require "moonwire.inventory.nornir"
local value = require "moonwire.inventory.value"

local shape = {}

local TOP = { "devices", "commands", "lab", "groups", "defaults" }

--- The options of a lab that an inventory may ask for: see `moonwire.lab`.
shape.lab_fields = {
  { name = "devices", type = "count", is_required = true, doc = "how many devices" },
  { name = "rtt", type = "seconds", default = 0, unit = "s", doc = "round-trip time" },
  {
    name = "think",
    type = "seconds",
    default = 0,
    unit = "s",
    doc = "how long a device thinks about a command",
  },
  {
    name = "kex_delay",
    type = "seconds",
    default = 0,
    unit = "s",
    doc = "how long a device waits before the key exchange",
  },
  {
    name = "auth_delay",
    type = "seconds",
    default = 0,
    unit = "s",
    doc = "how long a device takes to check a password",
  },
  { name = "jitter", type = "seconds", unit = "s", doc = "how much delays vary" },
  {
    name = "platform",
    type = "string",
    doc = 'a name, or "mixed": every platform in turn',
  },
  { name = "seed", type = "count", doc = "what chance begins with" },
  {
    name = "versions",
    type = "count",
    doc = "how many versions of software there are, in turn",
  },
  { name = "faults", type = "any", doc = "list of `{ name =, device = | p = }`" },
}

local function is_map(what)
  return type(what) == "table" and what ~= json.null and not json.is_array(what)
end

local function is_list(what)
  if type(what) ~= "table" or what == json.null or json.is_object(what) then
    return false
  end
  return json.is_array(what) or #what > 0 or next(what) == nil
end

local function absent(what)
  return what == nil or what == json.null
end

local function place(source, path, keys)
  return { path = path, keys = keys, base = source.base }
end

local function add_record(records, reading, record)
  if type(record.given) ~= "table" or record.given == json.null then
    reading.complaints:add(record, nil, "must be a table with the fields of a device")
    return
  end
  records[#records + 1] = record
end

local function list_records(reading, list, at)
  local records = {}
  for i, given in ipairs(list) do
    local record = { given = given, source = reading.source, at = at, key = i }
    add_record(records, reading, record)
  end
  return records
end

-- in the order of the file where the language keeps it, else of the names
local function ordered_names(reading, named)
  local order = reading.source.order
  if order and order[named] then
    return order[named]
  end
  local names = {}
  for name in pairs(named) do
    names[#names + 1] = name
  end
  table.sort(names, function(a, b) return tostring(a) < tostring(b) end)
  return names
end

local function named_records(reading, named, at)
  local records = {}
  for _, name in ipairs(ordered_names(reading, named)) do
    add_record(records, reading, {
      given = named[name],
      source = reading.source,
      at = at,
      key = tostring(name),
      name = tostring(name),
    })
  end
  return records
end

-- The strict shape is { commands = list }; a file in Lua may also hold the list itself.
local function find_commands(given, is_strict)
  local is_table = type(given) == "table"
  if is_strict or is_table and (json.is_object(given) or given.commands) then
    return is_table and given.commands, "commands.commands", { "commands", "commands" }
  end
  return given, "commands", { "commands" }
end

local function read_commands(reading, given)
  if absent(given) then
    return nil
  end
  local list, path, keys = find_commands(given, reading.source.is_strict)
  local record = { source = reading.source, at = place(reading.source, path, keys) }
  if not is_list(list) then
    reading.complaints:add(record, nil, "must be a list of commands")
    return nil
  end
  local commands, complaint, key = value.strings(list)
  if complaint then
    record.key = key
    reading.complaints:add(record, nil, complaint)
  end
  return commands
end

local function read_lab(reading, given)
  if absent(given) then
    return nil
  end
  local at = place(reading.source, "lab", { "lab" })
  local record = { source = reading.source, at = at }
  if type(given) ~= "table" then
    local text = "must be a table such as { devices = 5, rtt = 0.15 }"
    reading.complaints:add(record, nil, text)
    return nil
  end
  reading.context.record = record
  return fields.read(shape.lab_fields, given, reading.context)
end

local function is_document(given)
  for _, name in ipairs { "devices", "lab", "commands" } do
    if given[name] ~= nil then
      return true
    end
  end
  return false
end

-- Groups by name, or nil; each a record like a device's.
local function read_groups(reading, given)
  if absent(given) then
    return nil
  end
  local at = place(reading.source, "groups", { "groups" })
  if not is_map(given) then
    local record = { source = reading.source, at = at }
    reading.complaints:add(record, nil, "must be groups by name")
    return nil
  end
  local groups = {}
  for _, record in ipairs(named_records(reading, given, at)) do
    groups[record.name] = record
  end
  return groups
end

local function read_defaults(reading, given)
  if absent(given) then
    return nil
  end
  local at = place(reading.source, "defaults", { "defaults" })
  local record = { given = given, source = reading.source, at = at }
  if not is_map(given) then
    reading.complaints:add(record, nil, "must be a table with the fields of a device")
    return nil
  end
  return record
end

local function device_records(reading, given)
  local at = place(reading.source, "devices", { "devices" })
  if not is_list(given.devices) then
    local record = { source = reading.source, at = at }
    reading.complaints:add(record, nil, "must be a list of devices")
    return {}
  end
  local records = list_records(reading, given.devices, at)
  inherit.resolve(records, {
    groups = read_groups(reading, given.groups),
    defaults = read_defaults(reading, given.defaults),
    complaints = reading.complaints,
  })
  return records
end

local function read_document(reading, given)
  local whole = { source = reading.source }
  reading.context.record = whole
  fields.find_unknown(TOP, given, reading.context)
  local lab = read_lab(reading, given.lab)
  local commands = read_commands(reading, given.commands)
  if not lab then
    return { records = device_records(reading, given), commands = commands }
  elseif given.devices ~= nil then
    local text = "a lab brings its own devices: leave one of them out"
    reading.complaints:add(whole, "devices", text)
  end
  return { records = {}, commands = commands, lab = lab }
end

local function nothing(reading, text)
  reading.complaints:add({ source = reading.source }, nil, text)
  return { records = {} }
end

--- Read what a file holds.
-- @param given what was decoded
-- @tparam table reading `source` (`name`, for messages; `base`, what a list counts
-- from; `folder`, that relative paths begin at; `is_strict`, for JSON: commands only
-- inside `{"commands": …}`, no bare list of devices; `order` and `locate` where the
-- language has them), `complaints`, `context` (for `moonwire.inventory.device`)
-- @treturn table `records` (see `moonwire.inventory.complaints`), `commands`, `lab`
function shape.read(given, reading)
  local at = place(reading.source, "", {})
  if type(given) ~= "table" or given == json.null then
    return nothing(reading, "must hold a table of devices")
  elseif is_list(given) and reading.source.is_strict then
    local text = 'must be an object with "devices", or one of devices by name'
    return nothing(reading, text)
  elseif is_list(given) then
    return { records = list_records(reading, given, at) }
  elseif is_document(given) then
    return read_document(reading, given)
  elseif nornir.fits(given) then
    return nornir.read_whole(given, reading)
  elseif ansible.fits(given) then
    return ansible.read(given, reading)
  end
  return { records = named_records(reading, given, at) }
end

return shape
