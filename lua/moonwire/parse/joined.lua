--- Several templates for one text, each for a part of it: `a.textfsm:b.textfsm`.
-- The rows are those of the first one; the others add their values to the rows that
-- have the same keys or, without keys, to the row in the same place.
-- @module moonwire.parse.joined
local set = require "moonwire.set"

local joined = {}

local Joined = { __name = "moonwire.parse.Joined" }
Joined.__index = Joined

local function names_of(templates)
  local names = {}
  for i, template in ipairs(templates) do
    names[i] = template.name
  end
  return table.concat(names, ":")
end

local function find_lacking(keys, has)
  for _, key in ipairs(keys) do
    if not has[key] then
      return key
    end
  end
end

-- Add the values of a template to those before; which of them are new.
local function add_values(values, template)
  local has, new = set.of(values), {}
  for _, name in ipairs(template.values) do
    if not has[name] then
      table.insert(values, name)
      table.insert(new, name)
    end
  end
  return new
end

-- How one template is joined to those before: `keys`, and `names` of what it adds.
local function join(self, template)
  local is_first = not self.values[1]
  if not self.keys[1] then
    self.keys = template.keys -- the first that has some says for those that follow
  end
  local name, lacking = template.name, find_lacking(self.keys, set.of(template.values))
  if not lacking and not is_first then
    name, lacking = self.templates[1].name, find_lacking(self.keys, set.of(self.values))
  end
  if lacking then
    local message = "%s cannot be joined: it lacks the key '%s'"
    return nil, message:format(name, lacking), "invalid"
  end
  return { keys = self.keys, names = add_values(self.values, template) }
end

--- Join templates.
-- @tparam {Template,...} templates two or more
-- @treturn[1] Joined with the fields and methods of a template
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: "invalid"
function joined.new(templates)
  local self = setmetatable({
    name = names_of(templates),
    values = {},
    keys = {},
    templates = templates,
    joints = {},
  }, Joined)
  for i, template in ipairs(templates) do
    local joint, message, kind = join(self, template)
    if not joint then
      return nil, message, kind
    end
    self.joints[i] = joint
  end
  return self
end

local function is_same(a, b)
  if type(a) ~= "table" or type(b) ~= "table" then
    return a == b
  end
  for i = 1, math.max(#a, #b) do
    if a[i] ~= b[i] then
      return false
    end
  end
  return true
end

local function has_keys(row, other, keys)
  for _, key in ipairs(keys) do
    if not is_same(row[key], other[key]) then
      return false
    end
  end
  return true
end

local function find_partner(row, others, keys)
  for _, other in ipairs(others) do
    if has_keys(row, other, keys) then
      return other
    end
  end
end

local function extend(rows, others, joint)
  for i, row in ipairs(rows) do
    local other = others[i]
    if joint.keys[1] then
      other = find_partner(row, others, joint.keys)
    end
    for _, name in ipairs(joint.names) do
      row[name] = other and other[name] or ""
    end
  end
end

--- Parse the output of a command; see `moonwire.parse.template`.
-- @string output
-- @treturn[1] {table,...} rows; a value without a partner is ""
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: "parse", "limit"
function Joined:parse(output)
  local rows
  for i, template in ipairs(self.templates) do
    local found, message, kind = template:parse(output)
    if not found then
      return nil, message, kind
    elseif rows then
      extend(rows, found, self.joints[i])
    else
      rows = found
    end
  end
  return rows
end

return joined
