--- Ansible's groups of groups and hosts, whichever language they were written in, until
-- they are records: the YAML and the INI reader fill one.
-- @module moonwire.inventory.ansible_tree
local inherit = require "moonwire.inventory.inherit"
local nodeset = require "moonwire.inventory.nodeset"
local translate = require "moonwire.inventory.ansible_variables"

local Tree = {}
Tree.__index = Tree

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

--- The names that a pattern such as `sw[01:20]` means, and the port behind it.
-- @string text
-- @treturn[1] {string,...}
-- @treturn[1] string|nil port
-- @return[2] nil
-- @treturn[2] string complaint
function Tree.names_of(text)
  if not text:find "[:%[%]]" then
    return { text }
  end
  local pattern, port = split_port(text)
  if not pattern:find "[%[%]]" then
    return { pattern }, port
  elseif pattern:find "[,!&^@*?\"%s]" then
    return nil, "this is no name of a host"
  end
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

local function is_among(list, name)
  for i = 1, #list do
    if list[i] == name then
      return true
    end
  end
  return false
end

--- A host of this name in a group.
-- @tparam table group
-- @string name
-- @tparam table variables those of one host alone become its own
-- @tparam table place `at`, `key`, `line`: where this was written
-- @bool[opt] is_shared whether other hosts have the same table of variables
function Tree:host(group, name, variables, place, is_shared)
  local host = self.hosts[name]
  if not host then
    host = { variables = is_shared and {} or variables, in_groups = {} }
    host.record = {
      name = name,
      source = self.source,
      at = place.at,
      key = place.key,
      line = place.line,
    }
    self.hosts[name] = host
    self.host_order[#self.host_order + 1] = name
  end
  if host.variables ~= variables then
    for variable, what in pairs(variables) do
      host.variables[variable] = what
    end
  end
  if not is_among(host.in_groups, group.name) then
    table.insert(host.in_groups, group.name)
  end
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

-- The groups of a host by name; most hosts are in one, and share the list of it.
local function groups_of(host, single)
  local first = host.in_groups[1]
  if #host.in_groups == 1 and single[first] then
    return single[first]
  end
  local groups = {}
  for _, group in ipairs(host.in_groups) do
    groups[#groups + 1] = group ~= "all" and group ~= "ungrouped" and group or nil
  end
  table.sort(groups)
  if #host.in_groups == 1 then
    single[first] = groups
  end
  return groups
end

local function host_records(tree, complaints)
  local records, single = {}, {}
  for i, name in ipairs(tree.host_order) do
    local host = tree.hosts[name]
    local record = host.record
    record.given, record.words = translate(host.variables, record, complaints)
    record.given.host = record.given.host or name
    record.given.groups = groups_of(host, single)
    records[i] = record
  end
  return records
end

--- The records of all hosts, with what they inherit: the deepest group wins, among
-- equals the one that is last by name, as in Ansible.
-- @tparam table complaints
-- @treturn table records
function Tree:records(complaints)
  local parents, depths = parents_of(self), {}
  local groups = group_records(self, parents, complaints)
  local records = host_records(self, complaints)
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
-- @treturn Tree
function Tree.new(source)
  return setmetatable({
    source = source,
    groups = {},
    group_order = {},
    hosts = {},
    host_order = {},
  }, Tree)
end

return Tree
