--- YAML as people write it into inventories, from libyaml's events.
-- Plain data only: no tags, no second document, and nothing that a short text could
-- blow up, by aliases of aliases or by depth. Keys keep their order, values their line.
-- @module moonwire.inventory.yaml
local events = require "yaml"

local json = require "moonwire.inventory.json"
local scalar = require "moonwire.inventory.scalar"

local yaml = {}

local DEEPEST = 64
local MOST_EXPANDED = 1000000 -- values that aliases stand for
local TEXT_TAGS = { ["tag:yaml.org,2002:str"] = true, ["!"] = true }

local OBJECT = { __jsontype = "object" }
local ARRAY = { __jsontype = "array" }

local Composer = {}
Composer.__index = Composer

local function fail(event, text)
  error({ line = event.start_mark.line + 1, text = text }, 0)
end

-- How many values a value is, aliases written out.
function Composer:_size(value)
  return type(value) == "table" and self.sizes[value] or 1
end

function Composer:_scalar(event)
  local tag = event.tag
  if tag and not TEXT_TAGS[tag] then
    fail(event, "tags such as !vault or !include are not read")
  end
  if event.style ~= "PLAIN" or tag then
    return event.value
  end
  local value, doubt = scalar.resolve(event.value, json.null)
  if doubt then
    table.insert(self.warnings, {
      line = event.start_mark.line + 1,
      text = ("%s is read as text; quotes would say so"):format(doubt),
    })
  end
  return value
end

function Composer:_alias(event)
  local value = self.anchors[event.anchor]
  if value == nil then
    fail(event, "an alias has no anchor before it")
  end
  self.expanded = self.expanded + self:_size(value)
  if self.expanded > MOST_EXPANDED then
    fail(event, "aliases of aliases stand for more than a million values")
  end
  return value
end

local function merge(map, value, event)
  local list = json.is_array(value) and value or { value }
  for _, other in ipairs(list) do
    if not json.is_object(other) then
      fail(event, "<< merges a mapping or a list of mappings")
    end
    for key, inherited in pairs(other) do
      if map[key] == nil then
        map[key] = inherited
      end
    end
  end
end

-- Own keys win over merged ones, wherever the << stands.
function Composer:_merge_all(map, keys, pending)
  for _, one in ipairs(pending) do
    merge(map, one.value, one.event)
  end
  local listed, added = {}, {}
  for _, key in ipairs(keys) do
    listed[key] = true
  end
  for key in pairs(map) do
    if not listed[key] then
      added[#added + 1] = key
    end
  end
  table.sort(added)
  table.move(added, 1, #added, #keys + 1, keys)
end

local function key_of(event, map)
  if event.type ~= "SCALAR" then
    fail(event, "a key must be a single word or text")
  end
  local key = event.value
  if map[key] ~= nil then
    fail(event, "a key is there twice in one mapping")
  end
  return key, event.style == "PLAIN" and key == "<<"
end

function Composer:_mapping(depth)
  local map, keys, lines = setmetatable({}, OBJECT), {}, self.lines and {}
  local size, pending = 1, nil
  while true do
    local event = self.next()
    if event.type == "MAPPING_END" then
      break
    end
    local key, is_merge = key_of(event, map)
    local value = self:_node(self.next(), depth + 1)
    size = size + self:_size(value)
    if is_merge then
      pending = pending or {}
      pending[#pending + 1] = { value = value, event = event }
    else
      map[key] = value
      keys[#keys + 1] = key
    end
    if lines then
      lines[key] = event.start_mark.line + 1
    end
  end
  if pending then
    self:_merge_all(map, keys, pending)
  end
  self:_keep(map, size, lines)
  self.order[map] = keys
  return map
end

function Composer:_sequence(depth)
  local list, lines, size = setmetatable({}, ARRAY), self.lines and {}, 1
  while true do
    local event = self.next()
    if event.type == "SEQUENCE_END" then
      break
    end
    local value = self:_node(event, depth + 1)
    size = size + self:_size(value)
    list[#list + 1] = value
    if lines then
      lines[#list] = event.start_mark.line + 1
    end
  end
  self:_keep(list, size, lines)
  return list
end

function Composer:_keep(value, size, lines)
  self.sizes[value] = size
  if lines then
    self.lines[value] = lines
  end
end

local function check_collection(event, depth)
  if depth > DEEPEST then
    fail(event, ("more than %d levels deep"):format(DEEPEST))
  elseif event.tag then
    fail(event, "tags are not read")
  end
end

function Composer:_node(event, depth)
  local kind = event.type
  local value
  if kind == "SCALAR" then
    value = self:_scalar(event)
  elseif kind == "ALIAS" then
    return self:_alias(event)
  elseif kind == "MAPPING_START" then
    check_collection(event, depth)
    value = self:_mapping(depth)
  else
    check_collection(event, depth)
    value = self:_sequence(depth)
  end
  if event.anchor then
    self.anchors[event.anchor] = value
  end
  return value
end

local function compose(text, has_lines)
  local self = setmetatable({
    next = events.parser(text),
    anchors = {},
    sizes = {},
    order = {},
    lines = has_lines and {} or nil,
    warnings = {},
    expanded = 0,
  }, Composer)
  self.next() -- the stream begins
  if self.next().type == "STREAM_END" then
    return json.null, self
  end
  local value = self:_node(self.next(), 1)
  self.next() -- the document ends
  local event = self.next()
  if event.type ~= "STREAM_END" then
    fail(event, "a second document begins")
  end
  return value, self
end

-- libyaml's words name the place, and never quote the text
local function describe(err)
  if type(err) == "table" then
    return err.text, err.line
  end
  local what = tostring(err):match "^([^\n]-) at document: "
  return what or "this is no YAML", tonumber(tostring(err):match "line: (%d+)")
end

--- Read a YAML text.
-- @string text
-- @return[1] the value, with `json.null` for null
-- @treturn[1] table details: `order` (the keys of each mapping, as they stand),
-- `warnings` (list of `line` and `text`), `locate` (function: the line of the value
-- that a list of keys leads to)
-- @return[2] nil
-- @treturn[2] string message, with nothing of the text in it
-- @treturn[2] int|nil line
function yaml.decode(text)
  local ok, value, composed = pcall(compose, text, false)
  if not ok then
    return nil, describe(value)
  end
  return value, {
    order = composed.order,
    warnings = composed.warnings,
    locate = function(keys)
      local root, again = compose(text, true)
      return yaml.line_of(root, again.lines, keys)
    end,
  }
end

--- The line of a value; of the last mapping or list on the way when there is none.
-- @param root
-- @tparam table lines by table and key
-- @tparam table keys
-- @treturn int|nil
function yaml.line_of(root, lines, keys)
  local here, line = root, nil
  for _, key in ipairs(keys) do
    local found = type(here) == "table" and lines[here] and lines[here][key]
    if not found then
      break
    end
    here, line = here[key], found
  end
  return line
end

return yaml
