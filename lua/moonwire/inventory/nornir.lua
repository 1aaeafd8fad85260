--- Nornir's shape: hosts, groups and defaults, with inheritance.
-- Its words become ours: `hostname` is `host`, `platform` is `device_type`, and what is
-- in `data` are labels (of a mapping in it, the names with dots). Our own words may
-- stand beside them; what Nornir itself has no use for here is left aside.
-- See https://nornir.readthedocs.io/en/latest/tutorial/inventory.html
-- @module moonwire.inventory.nornir
local inherit = require "moonwire.inventory.inherit"
local json = require "moonwire.inventory.json"

local nornir = {}

local OURS = { hostname = "host", platform = "device_type", data = "labels" }
local WORDS = { host = "hostname", device_type = "platform", labels = "data" }
local PARTS = { hosts = true, groups = true, defaults = true }
local MARKS = { "hostname", "platform", "data", "connection_options" }

local function is_map(what)
  return type(what) == "table" and what ~= json.null and not json.is_array(what)
end

local function has_mark(host)
  for _, mark in ipairs(MARKS) do
    if host[mark] ~= nil then
      return true
    end
  end
  return false
end

--- Whether this is Nornir's shape: the three parts in one, or hosts by name.
-- @tparam table given
-- @treturn boolean
function nornir.fits(given)
  local has_parts, has_marks = is_map(given.hosts), false
  for name, what in pairs(given) do
    has_parts = has_parts and PARTS[name]
    has_marks = has_marks or is_map(what) and has_mark(what)
  end
  return has_parts or has_marks
end

-- Labels of what is in `data`: lists have no place in them.
local function add_labels(labels, data, prefix, note)
  for name, what in pairs(data) do
    local label = prefix .. tostring(name)
    if is_map(what) then
      add_labels(labels, what, label .. ".", note)
    elseif type(what) == "table" and what ~= json.null then
      note(label)
    elseif what ~= json.null then
      labels[label] = what
    end
  end
  return labels
end

local function enable_secret(options)
  for _, way in ipairs { "netmiko", "scrapli", "napalm" } do
    local extras = is_map(options) and is_map(options[way]) and options[way].extras
    local secret = is_map(extras) and (extras.secret or extras.auth_secondary)
    if secret then
      return secret
    end
  end
end

local function translate(record, complaints)
  local given, has_words = {}, false
  for name, what in pairs(record.given) do
    local ours = OURS[name]
    has_words = has_words or ours ~= nil
    if name == "data" and is_map(what) then
      given.labels = add_labels({}, what, "", function(label)
        complaints:warn(record, "labels", ("%s is a list, left out"):format(label))
      end)
    elseif name == "connection_options" then
      given.secret = record.given.secret or enable_secret(what)
    else
      given[ours or name] = what
    end
  end
  record.given, record.words = given, WORDS
  return record
end

-- The mapping that a part is; empty when there is none.
local function map_of(part, reading)
  if part == nil or part.value == nil or part.value == json.null then
    return {}
  elseif not is_map(part.value) then
    local record = { source = part.source, at = part.at }
    reading.complaints:add(record, nil, "must be a mapping")
    return {}
  end
  return part.value
end

local function ordered(part, map)
  local order = part.source.order
  if order and order[map] then
    return order[map]
  end
  local names = {}
  for name in pairs(map) do
    names[#names + 1] = name
  end
  table.sort(names)
  return names
end

-- the records of one part; a host may have no fields of its own
local function records_of(part, reading)
  local records, map = {}, map_of(part, reading)
  for _, name in ipairs(ordered(part, map)) do
    local given = map[name]
    local record = { source = part.source, at = part.at, key = name, name = name }
    record.given = given == json.null and {} or given
    if not is_map(record.given) then
      reading.complaints:add(record, nil, "must be a table of fields")
    else
      records[#records + 1] = translate(record, reading.complaints)
    end
  end
  return records
end

local function defaults_of(part, reading)
  local map = map_of(part, reading)
  if next(map) == nil then
    return nil
  end
  local record = { given = map, source = part.source, at = part.at }
  return translate(record, reading.complaints)
end

--- Read the parts, which may be in files of their own.
-- @tparam table parts by name (`hosts`, `groups`, `defaults`): `value`, `source`, `at`
-- @tparam table reading see `moonwire.inventory.shape`
-- @treturn table `records`
function nornir.read(parts, reading)
  local groups = {}
  if parts.groups then
    for _, record in ipairs(records_of(parts.groups, reading)) do
      groups[record.name] = record
    end
  end
  local records = records_of(parts.hosts, reading)
  for _, record in ipairs(records) do
    local own = record.given.groups
    record.given.groups = own ~= json.null and own or nil
  end
  inherit.resolve(records, {
    groups = parts.groups and groups,
    defaults = defaults_of(parts.defaults, reading),
    complaints = reading.complaints,
  })
  for _, record in ipairs(records) do
    record.given.host = record.given.host or record.name
  end
  return { records = records }
end

--- Read what one file holds: all parts, or hosts only.
-- @tparam table given
-- @tparam table reading
-- @treturn table `records`
function nornir.read_whole(given, reading)
  if not is_map(given.hosts) then
    local at = { path = "", keys = {}, base = reading.source.base }
    return nornir.read({
      hosts = { value = given, source = reading.source, at = at },
    }, reading)
  end
  local parts = {}
  for name in pairs(PARTS) do
    local at = { path = name, keys = { name }, base = reading.source.base }
    parts[name] = { value = given[name], source = reading.source, at = at }
  end
  return nornir.read(parts, reading)
end

return nornir
