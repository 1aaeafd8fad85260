--- Ansible's inventories in YAML, and the variables in the folders beside any of them.
-- See https://docs.ansible.com/ansible/latest/inventory_guide/intro_inventory.html
-- @module moonwire.inventory.ansible
local Tree = require "moonwire.inventory.ansible_tree"
local json = require "moonwire.inventory.json"

local ansible = {}

local PARTS = { hosts = true, children = true, vars = true }

local function is_map(what)
  return type(what) == "table" and what ~= json.null and not json.is_array(what)
end

local function is_group(what)
  for name in pairs(what) do
    if not PARTS[name] then
      return false
    end
  end
  return is_map(what.hosts) or is_map(what.children)
end

--- Whether this is a tree of groups.
-- @tparam table given
-- @treturn boolean
function ansible.fits(given)
  local found = false
  for _, what in pairs(given) do
    local is_one = is_map(what) and is_group(what)
    local is_bare = what == json.null or is_map(what) and is_map(what.vars)
    if not is_one and not is_bare then
      return false
    end
    found = found or is_one
  end
  return found
end

local function below(at, ...)
  local keys = table.move(at.keys, 1, #at.keys, 1, {})
  for _, key in ipairs { ... } do
    keys[#keys + 1] = key
  end
  return { path = table.concat(keys, "."), keys = keys, base = 0 }
end

local function ordered(source, map)
  local names = source.order and source.order[map]
  if names then
    return names
  end
  names = {}
  for name in pairs(map) do
    names[#names + 1] = name
  end
  table.sort(names)
  return names
end

local function part(state, given, name, at)
  local what = given[name]
  if what == nil or what == json.null then
    return {}
  elseif not is_map(what) then
    local record = { source = state.tree.source, at = at, key = name }
    state.complaints:add(record, nil, "must be a mapping")
    return {}
  end
  return what
end

-- What stands for one host, or for all of a pattern.
local function read_pattern(state, pattern, given, at)
  local variables = given ~= json.null and given or {}
  local names, port = state.tree:names_of(pattern)
  if names and is_map(variables) then
    return names, variables, port
  end
  local record = { source = state.tree.source, at = at, key = pattern }
  state.complaints:add(record, nil, names and "must be a mapping" or port)
  return {}
end

local function read_hosts(state, group, hosts, at)
  for _, pattern in ipairs(ordered(state.tree.source, hosts)) do
    local names, variables, port = read_pattern(state, pattern, hosts[pattern], at)
    local place = { at = at, key = names[1] ~= pattern and pattern or nil }
    for _, name in ipairs(names) do
      state.tree:host(group, name, variables, place)
      if port then
        state.tree:host(group, name, { ansible_port = port }, place)
      end
    end
  end
end

local function read_group(state, name, given, at)
  local group = state.tree:group(name)
  if given == json.null then
    return
  end
  group.record.at, group.record.key = below(at, "vars"), nil
  for variable, what in pairs(part(state, given, "vars", at)) do
    group.variables[variable] = what
  end
  read_hosts(state, group, part(state, given, "hosts", at), below(at, "hosts"))
  local children = part(state, given, "children", at)
  for _, child in ipairs(ordered(state.tree.source, children)) do
    group.children[#group.children + 1] = child
    local place = below(at, "children", child)
    if children[child] ~= json.null and not is_map(children[child]) then
      local record = { source = state.tree.source, at = place }
      state.complaints:add(record, nil, "must be a mapping")
    else
      read_group(state, child, children[child], place)
    end
  end
end

-- Variables in files of their own, or nil.
local function read_beside(state, kind, name)
  local variables
  for _, one in ipairs(state.beside(kind, name)) do
    if is_map(one.value) then
      variables = variables or {}
      for variable, what in pairs(one.value) do
        variables[variable] = what
      end
    elseif one.value ~= json.null then
      state.complaints:add({ source = one.source }, nil, "must be variables by name")
    end
  end
  return variables
end

-- They win over those in the inventory.
local function add_beside(state, tree)
  tree:group "all"
  for _, name in ipairs(tree.group_order) do
    local variables = tree.groups[name].variables
    for variable, what in pairs(read_beside(state, "group_vars", name) or {}) do
      variables[variable] = what
    end
  end
  for _, record in ipairs(tree.records) do
    local variables = read_beside(state, "host_vars", record.name)
    if variables then
      tree:add_variables(record, variables)
    end
  end
end

--- Make records of a tree, with what `group_vars` and `host_vars` beside it say.
-- @tparam Tree tree
-- @tparam table reading `complaints`, `beside` (see `moonwire.inventory.ansible_files`;
-- nil: nothing is beside it)
-- @treturn table `records`
function ansible.finish(tree, reading)
  local state = { beside = reading.beside, complaints = reading.complaints }
  if state.beside then
    add_beside(state, tree)
  end
  return { records = tree:finish(reading.complaints) }
end

--- Read a tree of groups.
-- @tparam table given
-- @tparam table reading see `moonwire.inventory.shape`
-- @treturn table `records`
function ansible.read(given, reading)
  local state = { tree = Tree.new(reading.source), complaints = reading.complaints }
  local top = { path = "", keys = {}, base = 0 }
  for _, name in ipairs(ordered(reading.source, given)) do
    read_group(state, name, given[name], below(top, name))
  end
  return ansible.finish(state.tree, reading)
end

return ansible
