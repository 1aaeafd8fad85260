--- What an inventory holds, whatever language it is written in: the shapes it may have.
-- Devices in a list or by name, commands, or the options of a lab.
-- @module moonwire.inventory.shape
local device = require "moonwire.inventory.device"
local json = require "moonwire.inventory.json"
local value = require "moonwire.inventory.value"

local shape = {}

local MOST_COMPLAINTS = 10
local TOP = { "devices", "commands", "lab" }

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
  { name = "faults", type = "any", doc = "list of `{ name =, device = | p = }`" },
}

-- Complaints are collected, so that a person mends a file in one go.
local function new_context(source)
  local context = {
    folder = source.folder,
    base = source.base,
    null = json.null,
    complaints = {},
    secrets = {},
  }
  function context.complain(path, text)
    local where = path == "" and "" or path .. ": "
    table.insert(context.complaints, ("%s: %s%s"):format(source.name, where, text))
  end
  return context
end

local function verdict(context)
  local complaints = context.complaints
  local n = #complaints
  if n == 0 then
    return nil
  end
  if n > MOST_COMPLAINTS then
    complaints = table.move(complaints, 1, MOST_COMPLAINTS, 1, {})
    complaints[MOST_COMPLAINTS + 1] = ("… and %d more"):format(n - MOST_COMPLAINTS)
  end
  return table.concat(complaints, "\n")
end

local function is_list(what)
  if type(what) ~= "table" or what == json.null or json.is_object(what) then
    return false
  end
  return json.is_array(what) or #what > 0 or next(what) == nil
end

local function read_one(context, given, path, name)
  if type(given) ~= "table" or given == json.null then
    context.complain(path, "must be a table with the fields of a device")
    return nil
  end
  context.path, context.name = path, name
  return device.read(given, context)
end

local function read_list(context, list, path)
  local devices, paths = {}, {}
  for i, given in ipairs(list) do
    paths[i] = ("%s[%d]"):format(path, i - 1 + context.base)
    devices[i] = read_one(context, given, paths[i]) or {}
  end
  return devices, paths
end

local function read_named(context, named)
  local names, devices = {}, {}
  for name in pairs(named) do
    names[#names + 1] = tostring(name)
  end
  table.sort(names)
  for i, name in ipairs(names) do
    devices[i] = read_one(context, named[name], name, name) or {}
  end
  return devices, names
end

local function find_duplicates(context, devices, paths)
  local first = {}
  for i, one in ipairs(devices) do
    local before = one.name and first[one.name]
    if before then
      local text = "%q is the name of %s already"
      context.complain(paths[i] .. ".name", text:format(one.name, before))
    elseif one.name then
      first[one.name] = paths[i]
    end
  end
end

-- The strict shape is { commands = list }; a file in Lua may also hold the list itself.
local function find_commands(given, is_strict)
  local is_table = type(given) == "table"
  if is_strict or is_table and (json.is_object(given) or given.commands) then
    return is_table and given.commands, "commands.commands"
  end
  return given, "commands"
end

local function read_commands(context, given, is_strict)
  if given == nil or given == json.null then
    return nil
  end
  local list, path = find_commands(given, is_strict)
  if not is_list(list) then
    context.complain(path, "must be a list of commands")
    return nil
  end
  local commands, complaint, at = value.strings(list)
  if complaint then
    local place = at and ("[%d]"):format(at - 1 + context.base) or ""
    context.complain(path .. place, complaint)
  end
  return commands
end

local function read_lab(context, given)
  if given == nil or given == json.null then
    return nil
  elseif type(given) ~= "table" then
    context.complain("lab", "must be a table such as { devices = 5, rtt = 0.15 }")
    return nil
  end
  context.path = "lab"
  return device.read_fields(shape.lab_fields, given, context)
end

local function is_document(given)
  return given.devices ~= nil or given.lab ~= nil or given.commands ~= nil
end

local function read_document(context, given, is_strict)
  context.path = ""
  device.find_unknown(TOP, given, context)
  local lab = read_lab(context, given.lab)
  local commands = read_commands(context, given.commands, is_strict)
  if lab then
    if given.devices ~= nil then
      context.complain("devices", "a lab brings its own devices: leave one of them out")
    end
    return {}, {}, commands, lab
  elseif not is_list(given.devices) then
    context.complain("devices", "must be a list of devices")
    return {}, {}, commands
  end
  local devices, paths = read_list(context, given.devices, "devices")
  return devices, paths, commands
end

local function read_any(context, given, is_strict)
  if type(given) ~= "table" or given == json.null then
    context.complain("", "must hold a table of devices")
    return {}, {}
  elseif is_list(given) and is_strict then
    context.complain("", 'must be an object with "devices", or one of devices by name')
    return {}, {}
  elseif is_list(given) then
    return read_list(context, given, "")
  elseif is_document(given) then
    return read_document(context, given, is_strict)
  end
  return read_named(context, given)
end

--- Read what a file holds.
-- @param given what was decoded
-- @tparam table source `name` (for messages), `base` (what a list counts from),
-- `folder` (that relative paths begin at), `is_strict` (the JSON shape: commands only
-- inside `{"commands": …}`, no bare list of devices)
-- @treturn[1] table `devices`, `commands`, `lab`
-- @return[2] nil
-- @treturn[2] string message, a line for each thing that is wrong
-- @treturn[2] string kind: "invalid"
function shape.read(given, source)
  local context = new_context(source)
  local devices, paths, commands, lab = read_any(context, given, source.is_strict)
  find_duplicates(context, devices, paths)
  local complaint = verdict(context)
  if complaint then
    return nil, complaint, "invalid"
  end
  return { devices = devices, commands = commands, lab = lab }
end

return shape
