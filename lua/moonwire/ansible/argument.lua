--- Arguments of a module as Ansible hands them over: JSON in which numbers, flags and
-- lists may have become strings on their way through templates.
-- @module moonwire.ansible.argument
local json = require "moonwire.inventory.json"

local argument = {}

local FLAGS = {
  yes = true, on = true, ["true"] = true, y = true, t = true, ["1"] = true,
  no = false, off = false, ["false"] = false, n = false, f = false, ["0"] = false,
}

local read = {}

function read.raw(value)
  return value
end

function read.str(value)
  if type(value) == "table" then
    return nil, "must be a string"
  end
  return tostring(value)
end

function read.int(value)
  local number = math.tointeger(tonumber(value))
  if not number then
    return nil, "must be a whole number"
  end
  return number
end

function read.float(value)
  local number = tonumber(value)
  if not number then
    return nil, "must be a number"
  end
  return number
end

function read.bool(value)
  local flag = FLAGS[tostring(value):lower()]
  if flag == nil then
    return nil, "must be true or false"
  end
  return flag
end

function read.dict(value)
  if type(value) == "string" then
    value = json.decode(value)
  end
  if type(value) ~= "table" or json.is_array(value) then
    return nil, "must be a dictionary"
  end
  return value
end

-- as Ansible splits them: a text is a list with commas in it
local function split(text)
  local items = {}
  for item in text:gmatch "[^,]+" do
    items[#items + 1] = item:match "^%s*(.*)$":gsub("%s+$", "")
  end
  return items
end

function read.list(value)
  if type(value) == "number" then
    return { tostring(value) }
  elseif type(value) == "string" then
    return value:find "^%s*%[" and json.decode(value) or split(value)
  elseif type(value) ~= "table" or json.is_object(value) then
    return nil, "must be a list"
  end
  return value
end

function read.strings(value)
  local list, complaint = read.list(value)
  for i, item in ipairs(list or {}) do
    if type(item) == "table" then
      return nil, ("must be a list of strings; number %d is none"):format(i)
    end
    list[i] = tostring(item)
  end
  return list, complaint
end

-- a text keeps its commas and its lines
function read.lines(value)
  if type(value) ~= "string" then
    return read.strings(value)
  end
  local lines = {}
  for line in (value .. "\n"):gmatch "([^\n]*)\n" do
    lines[#lines + 1] = line
  end
  return lines
end

local function is_absent(value)
  return value == nil or value == json.null or value == ""
end

--- Take away what stands for nothing: null, and the empty text of a template.
-- @tparam table fields
-- @treturn table a new one
function argument.without_blanks(fields)
  local kept = {}
  for name, value in pairs(fields) do
    if not is_absent(value) then
      kept[name] = value
    end
  end
  return kept
end

local function names_of(schema)
  local names = {}
  for _, field in ipairs(schema) do
    names[#names + 1] = field.name
  end
  table.sort(names)
  return names
end

local function find_unknown(schema, given)
  local known, unknown = {}, {}
  for _, field in ipairs(schema) do
    known[field.name] = true
  end
  for name in pairs(given) do
    if not known[name] and not name:find "^_ansible_" then
      unknown[#unknown + 1] = name
    end
  end
  if #unknown == 0 then
    return nil
  end
  table.sort(unknown)
  local message = "Unsupported parameters: %s. Supported parameters include: %s."
  return message:format(
    table.concat(unknown, ", "), table.concat(names_of(schema), ", ")
  )
end

local function choice_complaint(field, value)
  for _, word in ipairs(field.choices or {}) do
    if word == value then
      return nil
    end
  end
  return field.choices and "must be one of " .. table.concat(field.choices, ", ")
end

local function read_field(field, given)
  local value = given[field.name]
  if is_absent(value) then
    if field.is_required then
      return nil, "missing required arguments: " .. field.name
    end
    return field.default
  end
  local taken, complaint = read[field.type](value)
  complaint = complaint or choice_complaint(field, taken)
  if complaint then
    return nil, ("%s: %s"):format(field.name, complaint)
  end
  return taken
end

--- Read arguments by a schema.
-- @tparam table schema list of `name`, `type` (raw, str, int, float, bool, dict, list,
-- strings, lines), and at will `is_required`, `default`, `choices`, `is_secret`
-- @tparam table given what Ansible handed over
-- @treturn[1] table the values by name
-- @return[2] nil
-- @treturn[2] string message, with no value in it
function argument.read(schema, given)
  local unknown = find_unknown(schema, given)
  if unknown then
    return nil, unknown
  end
  local taken = {}
  for _, field in ipairs(schema) do
    local value, complaint = read_field(field, given)
    if complaint then
      return nil, complaint
    end
    taken[field.name] = value
  end
  return taken
end

local MASK = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"

local function secret_names(schema)
  local secret = {}
  for _, field in ipairs(schema) do
    secret[field.name] = field.is_secret
  end
  return secret
end

local function masked(fields, secret)
  local shown = {}
  for name, value in pairs(fields) do
    if secret[name] then
      shown[name] = MASK
    elseif type(value) == "table" and value ~= json.null then
      shown[name] = masked(value, secret)
    elseif not tostring(name):find "^_ansible_" then
      shown[name] = value
    end
  end
  return shown
end

--- The arguments as Ansible may show them: without a secret, however deep it lies.
-- @tparam table schema of all fields that may hold one
-- @tparam table given
-- @treturn table
function argument.masked(schema, given)
  return masked(given, secret_names(schema))
end

return argument
