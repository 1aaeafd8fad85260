--- Devices as an inventory that can be loaded again.
-- What every device has anyway is left out. A password is written only as the reference
-- that it was: the bytes of one are nowhere in Lua.
-- @module moonwire.inventory.writer
local dkjson = require "dkjson"
local fields = require("moonwire.inventory.device").fields
local secret = require "host.secret"

local writer = {}

-- what stands for a password that was written out in the file
local PLACEHOLDER = { env = "MOONWIRE_PASSWORD" }

--- The languages that can be written.
writer.languages = { "json", "lua", "yaml", "csv" }

local ORDER = {}
for i, field in ipairs(fields) do
  ORDER[i] = field.name
end

local function is_empty(what)
  return type(what) == "table" and next(what) == nil
end

-- A device without what needs no saying, and how many passwords were replaced.
local function reduce(one)
  local reduced, replaced = {}, 0
  for _, field in ipairs(fields) do
    local what = one[field.name]
    if secret.is_secret(what) then
      what, replaced = PLACEHOLDER, replaced + 1
    end
    if what ~= nil and what ~= field.default and not is_empty(what) then
      reduced[field.name] = what
    end
  end
  return reduced, replaced
end

local function sorted_keys(map)
  local keys = {}
  for key in pairs(map) do
    keys[#keys + 1] = key
  end
  table.sort(keys)
  return keys
end

-- Fields in the order of the schema, labels by name.
local function each(map)
  local names = {}
  for _, name in ipairs(ORDER) do
    names[#names + 1] = map[name] ~= nil and name or nil
  end
  return #names > 0 and names or sorted_keys(map)
end

-- All keys in the order of writing: those of the schema, then the labels by name.
local function order_of(devices)
  local order = table.move(ORDER, 1, #ORDER, 3, { "devices", "commands" })
  local labels = {}
  for _, one in ipairs(devices) do
    for name in pairs(one.labels or {}) do
      labels[name] = true
    end
  end
  local names = sorted_keys(labels)
  return table.move(names, 1, #names, #order + 1, order)
end

local write = {}

function write.json(devices, commands)
  local document = { devices = setmetatable(devices, { __jsontype = "array" }) }
  document.commands = commands and { commands = commands }
  local state = { indent = true, keyorder = order_of(devices) }
  return dkjson.encode(document, state) .. "\n"
end

local function flow_json(what)
  return dkjson.encode(what, { keyorder = type(what) == "table" and sorted_keys(what) })
end

-- The flow style of YAML is JSON.
function write.yaml(devices, commands)
  local lines = { #devices > 0 and "devices:" or "devices: []" }
  for _, one in ipairs(devices) do
    for i, name in ipairs(each(one)) do
      local lead = i == 1 and "- " or "  "
      lines[#lines + 1] = ("%s%s: %s"):format(lead, name, flow_json(one[name]))
    end
  end
  if commands then
    lines[#lines + 1] = "commands: " .. flow_json { commands = commands }
  end
  return table.concat(lines, "\n") .. "\n"
end

local function lua_key(key)
  return key:find "^[%a_][%w_]*$" and key or ("[%q]"):format(key)
end

local function lua_value(what)
  if type(what) == "string" then
    return (("%q"):format(what):gsub("\\\n", "\\n"))
  elseif type(what) ~= "table" then
    return tostring(what)
  end
  local parts = {}
  for _, inner in ipairs(what) do
    parts[#parts + 1] = lua_value(inner)
  end
  for _, key in ipairs(#parts == 0 and each(what) or {}) do
    parts[#parts + 1] = ("%s = %s"):format(lua_key(key), lua_value(what[key]))
  end
  return ("{ %s }"):format(table.concat(parts, ", "))
end

function write.lua(devices, commands)
  local lines = { "return {", "  devices = {" }
  for _, one in ipairs(devices) do
    lines[#lines + 1] = "    {"
    for _, name in ipairs(each(one)) do
      lines[#lines + 1] = ("      %s = %s,"):format(name, lua_value(one[name]))
    end
    lines[#lines + 1] = "    },"
  end
  lines[#lines + 1] = "  },"
  if commands then
    lines[#lines + 1] = ("  commands = %s,"):format(lua_value(commands))
  end
  lines[#lines + 1] = "}"
  return table.concat(lines, "\n") .. "\n"
end

--- A cell of CSV. A spreadsheet would compute what begins like a formula.
-- @tparam string|number|boolean what
-- @treturn string
function writer.cell(what)
  local text = tostring(what)
  if text:find "^[=+@\t\r-]" and not tonumber(text) then
    text = "'" .. text
  end
  if text:find '[",;\n\r]' or text:find "^%s" or text:find "%s$" then
    text = '"' .. text:gsub('"', '""') .. '"'
  end
  return text
end

local add_cells = {}

function add_cells.groups(cells, groups)
  cells.groups = table.concat(groups, ";")
end

function add_cells.labels(cells, labels)
  for name, what in pairs(labels) do
    cells["label." .. name] = what
  end
end

function add_cells.host_key(cells, pins)
  cells.host_key = pins[1]
end

local function cells_of(one)
  local cells = {}
  for name, what in pairs(one) do
    local way = type(what) == "table" and next(what)
    if add_cells[name] then
      add_cells[name](cells, what)
    elseif way == "env" or way == "file" then
      cells[name .. "." .. way] = what[way]
    elseif not way then
      cells[name] = what
    end
  end
  return cells
end

local function columns_of(rows)
  local rank, seen, columns = {}, {}, {}
  for i, name in ipairs(ORDER) do
    rank[name] = i
  end
  for _, cells in ipairs(rows) do
    for title in pairs(cells) do
      columns[#columns + 1] = not seen[title] and title or nil
      seen[title] = true
    end
  end
  local function rank_of(title)
    return rank[title:match "^[^.]*"] or math.huge
  end
  table.sort(columns, function(a, b)
    local x, y = rank_of(a), rank_of(b)
    return x < y or x == y and a < b
  end)
  return columns
end

function write.csv(devices)
  local rows = {}
  for i, one in ipairs(devices) do
    rows[i] = cells_of(one)
  end
  local columns = columns_of(rows)
  local lines = { table.concat(columns, ",") }
  for _, cells in ipairs(rows) do
    local line = {}
    for c, title in ipairs(columns) do
      line[c] = cells[title] == nil and "" or writer.cell(cells[title])
    end
    lines[#lines + 1] = table.concat(line, ",")
  end
  return table.concat(lines, "\n") .. "\n"
end

--- Write an inventory.
-- @tparam table inventory that was loaded with `resolve = false`
-- @string language one of `writer.languages`; CSV has no place for commands, for more
-- than one host key and for other references than `env` and `file`
-- @treturn string
-- @treturn int how many passwords were replaced by a reference to the environment
function writer.write(inventory, language)
  local devices, replaced = {}, 0
  for i, one in ipairs(inventory.devices) do
    local count
    devices[i], count = reduce(one)
    replaced = replaced + count
  end
  return write[language](devices, inventory.commands), replaced
end

return writer
