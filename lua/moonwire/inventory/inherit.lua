--- What a device has from its groups and from the defaults.
-- The nearest wins, field by field; labels are joined name by name. Devices that are in
-- the same groups share what they have from there: it is put together once for all of
-- them, and read once (see `moonwire.inventory.device`). Whoever complains about an
-- inherited field can say where it was written.
-- @module moonwire.inventory.inherit
local json = require "moonwire.inventory.json"

local inherit = {}

local function is_table(what)
  return type(what) == "table" and what ~= json.null
end

local function copy(fields)
  local copied = {}
  for name, what in next, fields do
    copied[name] = what
  end
  return copied
end

-- All that there is to inherit in one place: `given` (fields), `from` (whose field it
-- is), and `groups` (the names of all groups, when those say what one is in).
local function new_heritage(before)
  if not before then
    return { given = {}, from = {} }
  end
  local given, from = copy(before.given), copy(before.from)
  given.labels = is_table(given.labels) and copy(given.labels) or given.labels
  return { given = given, from = from, groups = before.groups }
end

local function add_labels(heritage, labels, ancestor)
  local given, from = heritage.given, heritage.from
  if not is_table(given.labels) then
    given.labels, from.labels = {}, ancestor
  end
  for name, label in pairs(labels) do
    if given.labels[name] == nil then
      given.labels[name] = label
    end
  end
end

-- What a stronger one has said stays.
local function add_ancestor(heritage, ancestor)
  for field, what in pairs(ancestor.given) do
    if field == "labels" and is_table(what) then
      add_labels(heritage, what, ancestor)
    elseif field ~= "groups" and heritage.given[field] == nil then
      heritage.given[field], heritage.from[field] = what, ancestor
    end
  end
end

-- A group, then those that it is in itself, nearest first and each once.
local function climb(state, record, name, found, path)
  local group = state.groups[name]
  if not group then
    state.complaints:add(record, "groups", ("there is no group %q"):format(name))
    return
  elseif path[name] then
    state.complaints:add(group, "groups", "the group is in itself, by way of others")
    return
  elseif found[name] then
    return
  end
  found[name] = true
  found[#found + 1] = name
  path[name] = true
  for _, parent in ipairs(is_table(group.given.groups) and group.given.groups or {}) do
    climb(state, group, tostring(parent), found, path)
  end
  path[name] = nil
end

local function new_groups(state, record, names)
  local found = {}
  for _, name in ipairs(names) do
    climb(state, record, name, found, {})
  end
  if state.before then
    table.sort(found, state.before)
  end
  return table.move(found, 1, #found, 1, {})
end

local function heritage_of(state, record, names)
  local heritage = new_heritage(record.inherited)
  if state.groups then
    heritage.groups = new_groups(state, record, names)
    for _, name in ipairs(heritage.groups) do
      add_ancestor(heritage, state.groups[name])
    end
  end
  if state.defaults then
    add_ancestor(heritage, state.defaults)
  end
  return heritage
end

-- the groups that a record inherits from
local function names_of(list)
  local names = {}
  for i, name in ipairs(is_table(list) and list or {}) do
    names[i] = tostring(name)
  end
  return names
end

local NONE = {} -- stands for the list of who is in no group, and for no heritage

-- For each heritage so far, and each list of groups, what comes of them.
local function new_finder(state)
  local by_list, by_names = {}, {}
  return function(record)
    local before = record.inherited or NONE
    local list = state.groups and (record.groups or record.given.groups) or NONE
    by_list[before] = by_list[before] or {}
    local found = by_list[before][list]
    if not found then
      local names = names_of(list)
      local key = table.concat(names, "\0")
      by_names[before] = by_names[before] or {}
      found = by_names[before][key] or heritage_of(state, record, names)
      by_names[before][key], by_list[before][list] = found, found
    end
    return found
  end
end

--- Let records inherit.
-- A device's groups become all that it is in, those of its groups too. Without any
-- groups or defaults to inherit from, the groups of a device are words of its own.
-- @tparam table records each gets `inherited`, which it shares with others
-- @tparam table state `groups` (records by name, or nil), `defaults` (a record, or
-- nil), `complaints`, `before` (function: whether the first of two groups is the
-- stronger; nil: the nearer one is)
function inherit.resolve(records, state)
  if not state.groups and not state.defaults then
    return
  end
  local find = new_finder(state)
  for i = 1, #records do
    local record = records[i]
    record.inherited = find(record)
  end
end

--- The record that a field was written in: the own one, a group's, the defaults'.
-- @tparam table record
-- @tparam string|nil field
-- @treturn table
function inherit.owner(record, field)
  local inherited = record.inherited
  if inherited and field and record.given[field] == nil then
    return inherited.from[field] or record
  end
  return record
end

return inherit
