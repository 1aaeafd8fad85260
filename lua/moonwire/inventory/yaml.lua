--- YAML as people write it into inventories.
-- Plain data only: no tags, no second document, and nothing that a short text could
-- blow up, by aliases of aliases or by depth. Keys keep their order, values their line.
-- @module moonwire.inventory.yaml
local host = require "host.yaml"

local json = require "moonwire.inventory.json"
local scalar = require "moonwire.inventory.scalar"

local yaml = {}

local OBJECT = { __jsontype = "object" }
local ARRAY = { __jsontype = "array" }

-- Add the keys that a mapping has from others behind its own.
local function add_keys(keys, map)
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

local function merge_one(map, other)
  if not json.is_object(other) then
    return false
  end
  for key, inherited in pairs(other) do
    if map[key] == nil then
      map[key] = inherited
    end
  end
  return true
end

local function merge(map, keys, merged)
  for _, value in ipairs(merged) do
    for _, other in ipairs(json.is_array(value) and value or { value }) do
      if not merge_one(map, other) then
        return false
      end
    end
  end
  if keys then
    add_keys(keys, map)
  end
  return true
end

local function compose(text, lines)
  local warnings = {}
  local function resolve(word, line)
    local value, doubt = scalar.resolve(word, json.null)
    if doubt then
      local told = ("%s is read as text; quotes would say so"):format(doubt)
      warnings[#warnings + 1] = { line = line, text = told }
    end
    return value, not doubt
  end
  local value, order, line =
    host.decode(text, json.null, OBJECT, ARRAY, resolve, merge, lines)
  return value, order, line, warnings
end

--- Read a YAML text.
-- @string text
-- @return[1] the value, with `json.null` for null
-- @treturn[1] table details: `order` (the keys of each mapping of mappings and lists),
-- `warnings` (list of `line` and `text`), `locate` (function: the line of the value
-- that a list of keys leads to)
-- @return[2] nil
-- @treturn[2] string message, with nothing of the text in it
-- @treturn[2] int|nil line
function yaml.decode(text)
  local value, order, line, warnings = compose(text)
  if value == nil then
    return nil, order, line
  end
  return value, {
    order = order,
    warnings = warnings,
    locate = function(keys)
      local lines = {}
      return yaml.line_of(compose(text, lines), lines, keys)
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
