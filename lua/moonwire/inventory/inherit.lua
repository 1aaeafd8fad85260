--- What a device has from its groups and from the defaults.
-- The nearest wins, field by field; labels are joined name by name. Whoever complains
-- about an inherited field can say where it was written.
-- @module moonwire.inventory.inherit
local json = require "moonwire.inventory.json"

local inherit = {}

local function is_table(what)
  return type(what) == "table" and what ~= json.null
end

-- what several ancestors give together, the strongest first
local function join(ancestors)
  local joined = { given = {}, labels = {}, from = {} }
  for _, ancestor in ipairs(ancestors) do
    for field, what in pairs(ancestor.given) do
      if field == "labels" and is_table(what) then
        for name, label in pairs(what) do
          if joined.labels[name] == nil then
            joined.labels[name] = label
          end
        end
        joined.from.labels = joined.from.labels or ancestor
      elseif field ~= "groups" and joined.given[field] == nil then
        joined.given[field], joined.from[field] = what, ancestor
      end
    end
  end
  return joined
end

local function copy(fields)
  local copied = {}
  for name, what in next, fields do
    copied[name] = what
  end
  return copied
end

local function labels_of(own, inherited)
  if next(inherited) == nil or own ~= nil and not is_table(own) then
    return own -- as it is: a complaint may come
  end
  local labels = copy(inherited)
  for name, label in next, own or {} do
    labels[name] = label
  end
  return labels
end

-- Give a record what it inherits.
local function apply(record, joined, groups)
  local own = record.given
  local given = copy(joined.given)
  for field, what in next, own do
    given[field] = what
  end
  if own.labels ~= nil or next(joined.labels) then
    given.labels = labels_of(own.labels, joined.labels)
  end
  given.groups = groups
  local from = joined.from
  if record.own then -- it has inherited before, and what it has from there is nearer
    from = copy(from)
    for field, ancestor in next, record.from do
      from[field] = ancestor
    end
  end
  record.given, record.own, record.from = given, record.own or own, from
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

local function ancestry(state, record, names)
  local found = {}
  for _, name in ipairs(names) do
    climb(state, record, name, found, {})
  end
  if state.before then
    table.sort(found, state.before)
  end
  local ancestors = {}
  for i, name in ipairs(found) do
    ancestors[i] = state.groups[name]
  end
  ancestors[#ancestors + 1] = state.defaults
  return { joined = join(ancestors), groups = table.move(found, 1, #found, 1, {}) }
end

-- the groups that a record inherits from
local function names_of(record, groups)
  local names = {}
  if groups and is_table(record.given.groups) then
    for i, name in ipairs(record.given.groups) do
      names[i] = tostring(name)
    end
  end
  return names
end

--- Let records inherit.
-- A device's `groups` become all that it is in, those of its groups too. Without any
-- groups or defaults to inherit from, the groups of a device are words of its own.
-- @tparam table records
-- @tparam table state `groups` (records by name, or nil), `defaults` (a record, or
-- nil), `complaints`, `before` (function: whether the first of two groups is the
-- stronger; nil: the nearer one is)
function inherit.resolve(records, state)
  if not state.groups and not state.defaults then
    return
  end
  local known, by_list = {}, {}
  local none = {} -- stands for the list of who has none
  for _, record in ipairs(records) do
    local list = record.given.groups
    local found = by_list[list == nil and none or list]
    if not found then
      local names = names_of(record, state.groups)
      local key = table.concat(names, "\0")
      known[key] = known[key] or ancestry(state, record, names)
      found = known[key]
      by_list[list == nil and none or list] = found
    end
    apply(record, found.joined, state.groups and found.groups or list)
  end
end

return inherit
