--- Ansible's groups of groups and hosts, whichever language they were written in, until
-- they are records: the YAML and the INI reader fill one.
-- @module moonwire.inventory.ansible_tree
local inherit = require "moonwire.inventory.inherit"
local nodeset = require "moonwire.inventory.nodeset"
local translate = require "moonwire.inventory.ansible_variables"

local Tree = {}
Tree.__index = Tree

local MOST_SPREAD = 10 * nodeset.most
local TOO_MANY = ("ranges stand for more than %d names"):format(nodeset.most)

-- "[a:f]" as a list of names; digits are the node set's
local function spread_letters(name)
  local head, first, last, tail = name:match "^(.-)%[(%a):(%a)%](.*)$"
  if not head then
    return { name }
  end
  local names = {}
  for letter = first:byte(), last:byte() do
    for _, rest in ipairs(spread_letters(tail)) do
      names[#names + 1] = head .. string.char(letter) .. rest
    end
  end
  return names
end

-- "r1:22" is a port, "fe80::1" is none, and neither is "[1:2]".
local function split_port(text)
  local pattern, port = text:match "^(.*[^:]):(%d+)$"
  if pattern and not pattern:find ":[^%]]*$" then
    return pattern, port
  end
  return text
end

-- How many names the ranges of a pattern stand for, without one of them.
local function count_of(pattern)
  local count = 1.0 -- which does not overflow
  for first, last, step in pattern:gmatch "%[(%w+):(%w+):?(%d*)%]" do
    local low, high = tonumber(first) or first:byte(), tonumber(last) or last:byte()
    local stride = math.max(tonumber(step) or 1, 1)
    count = count * math.max((high - low) // stride + 1, 0)
  end
  return count
end

local function spread(pattern)
  local names = {}
  for _, part in ipairs(spread_letters(pattern)) do
    part = part:gsub("%[(%d+):(%d+):?(%d*)%]", function(first, last, step)
      return ("[%s-%s/%s]"):format(first, last, step == "" and "1" or step)
    end)
    local some, message = nodeset.expand(part)
    if not some then
      return nil, message
    end
    table.move(some, 1, #some, #names + 1, names)
  end
  return names
end

-- A short text can stand for many hosts. Two groups may have the same ones, so what is
-- new is counted, too.
local function spread_within(self, pattern)
  local count = count_of(pattern)
  self.spread = self.spread + count
  if count == 0 then
    return nil, "a range ends before it begins"
  elseif count > nodeset.most or self.spread > MOST_SPREAD then
    return nil, TOO_MANY
  end
  local names, complaint = spread(pattern)
  for _, name in ipairs(names or {}) do
    self.drawn = self.hosts[name] and self.drawn or self.drawn + 1
  end
  if self.drawn > nodeset.most then
    return nil, TOO_MANY
  end
  return names, complaint
end

--- The names that a pattern such as `sw[01:20]` means, and the port behind it.
-- @string text
-- @treturn[1] {string,...}
-- @treturn[1] string|nil port
-- @return[2] nil
-- @treturn[2] string complaint
function Tree:names_of(text)
  if not text:find "[:%[%]]" then
    return { text }
  end
  local pattern, port = split_port(text)
  if not pattern:find "[%[%]]" then
    return { pattern }, port
  elseif pattern:find "[,!&^@*?\"%s]" then
    return nil, "this is no name of a host"
  end
  local names, complaint = spread_within(self, pattern)
  if not names then
    return nil, complaint
  end
  return names, port
end

--- A group of this name, new or not.
-- @string name
-- @treturn table `children` (names), `variables`, `record`
function Tree:group(name)
  local group = self.groups[name]
  if not group then
    group = { name = name, children = {}, variables = {} }
    group.record = { given = {}, source = self.source, lines = {} }
    group.record.at = { path = "", keys = {}, base = 1 }
    group.record.key = name
    self.groups[name] = group
    self.group_order[#self.group_order + 1] = name
  end
  return group
end

-- Most hosts are in the same groups as many others, so they share a list of them, and
-- of lists there are few: each knows which one it becomes with one group more.
local function new_list(names)
  return { names = names, with = {} }
end

local function is_among(list, name)
  for i = 1, #list do
    if list[i] == name then
      return true
    end
  end
  return false
end

local function list_with(list, name)
  local longer = list
  if not is_among(list.names, name) then
    longer = new_list(table.move(list.names, 1, #list.names, 1, {}))
    table.insert(longer.names, name)
  end
  list.with[name] = longer
  return longer
end

local function copy(variables)
  local copied = {}
  for variable, what in next, variables do
    copied[variable] = what
  end
  return copied
end

--- Give a host more variables, which win over those that it has.
-- @tparam table record
-- @tparam table variables
function Tree:add_variables(record, variables)
  if next(variables) == nil then
    return
  elseif not self.has_own[record] then -- until now others may have the same table
    self.has_own[record] = true
    record.given = copy(record.given)
  end
  for variable, what in next, variables do
    record.given[variable] = what
  end
end

--- A host of this name in a group.
-- @tparam table group
-- @string name
-- @tparam table variables never written to
-- @tparam table place `at`, `key` (when it is not the name), `line`: where this was
-- written
function Tree:host(group, name, variables, place)
  local record = self.hosts[name]
  if record then
    self:add_variables(record, variables)
  else
    record = {
      name = name,
      source = self.source,
      given = variables,
      groups = self.no_groups,
      line = place.line,
      at = place.at,
      key = place.key,
    }
    self.hosts[name] = record
    self.records[#self.records + 1] = record
  end
  local list = record.groups
  record.groups = list.with[group.name] or list_with(list, group.name)
end

-- who a group is a child of
local function parents_of(tree)
  local parents = {}
  for _, name in ipairs(tree.group_order) do
    for _, child in ipairs(tree.groups[name].children) do
      parents[child] = parents[child] or {}
      if name ~= "all" then
        table.insert(parents[child], name)
      end
    end
  end
  return parents
end

-- how far a group is from the top; of a circle, somebody else complains
local function depth_of(name, parents, depths)
  if not depths[name] then
    depths[name] = 0
    local deepest = 0
    for _, parent in ipairs(parents[name] or {}) do
      deepest = math.max(deepest, depth_of(parent, parents, depths))
    end
    depths[name] = deepest + 1
  end
  return depths[name]
end

local function group_records(tree, parents, complaints)
  local records = {}
  for name, group in pairs(tree.groups) do
    local record = group.record
    record.given, record.words = translate(group.variables, record, complaints)
    record.given.groups = parents[name]
    records[name] = record
  end
  return records
end

-- The names of a list in order, without those that all hosts are in.
local function names_of(list)
  local names = {}
  for _, group in ipairs(list.names) do
    names[#names + 1] = group ~= "all" and group ~= "ungrouped" and group or nil
  end
  table.sort(names)
  return names
end

-- What was read becomes records: the variables fields, and the lists names.
local function finish_hosts(tree, complaints)
  local known = {}
  for _, record in ipairs(tree.records) do
    local list = record.groups
    known[list] = known[list] or names_of(list)
    record.groups = known[list]
    local given, words = translate(record.given, record, complaints)
    given.host = given.host or record.name
    record.given, record.words = given, words
  end
  return tree.records
end

--- The records of all hosts, with what they inherit: the deepest group wins, among
-- equals the one that is last by name, as in Ansible.
-- @tparam table complaints
-- @treturn table records
function Tree:finish(complaints)
  local parents, depths = parents_of(self), {}
  local groups = group_records(self, parents, complaints)
  local records = finish_hosts(self, complaints)
  local defaults = groups.all
  groups.all = nil
  inherit.resolve(records, {
    groups = groups,
    defaults = defaults,
    complaints = complaints,
    before = function(a, b)
      local x, y = depth_of(a, parents, depths), depth_of(b, parents, depths)
      return x > y or x == y and a > b
    end,
  })
  return records
end

--- An empty tree.
-- @tparam table source
-- @treturn Tree `groups` and `hosts` by name, `group_order` (names), `records` (of the
-- hosts, in their order; until `finish` `given` holds the variables of each)
function Tree.new(source)
  return setmetatable({
    source = source,
    groups = {},
    group_order = {},
    hosts = {},
    records = {},
    no_groups = new_list {},
    has_own = {},
    spread = 0,
    drawn = 0,
  }, Tree)
end

return Tree
