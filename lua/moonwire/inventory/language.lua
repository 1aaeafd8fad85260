--- A text in one of the languages of inventories, as records.
-- @module moonwire.inventory.language
local csv = require "moonwire.inventory.csv"
local ini = require "moonwire.inventory.ini"
local json = require "moonwire.inventory.json"
local lua = require "moonwire.inventory.lua"
local nornir = require "moonwire.inventory.nornir"
local shape = require "moonwire.inventory.shape"
local source = require "moonwire.inventory.source"
local without_collector = require "moonwire.inventory.pause"
local yaml = require "moonwire.inventory.yaml"

local language = {}

local function complain(reading, text, line)
  reading.complaints:add({ source = reading.source, line = line }, nil, text)
end

-- A text as a value, for the languages that have one; nil when it was complained about.
local decoders = {}

function decoders.json(text, reading)
  local from = reading.source
  from.base, from.is_strict = 0, true
  local value, details, line = json.read(text)
  if type(details) == "string" then
    return complain(reading, details, line)
  end
  from.locate = details.locate
  return value
end

function decoders.yaml(text, reading)
  local from = reading.source
  from.base, from.is_strict = 0, true
  local value, details, line = yaml.decode(text)
  if type(details) ~= "table" then
    return complain(reading, details, line)
  end
  from.locate, from.order = details.locate, details.order
  for _, doubt in ipairs(details.warnings) do
    reading.complaints:warn({ source = from }, nil, doubt.text, doubt.line)
  end
  return value
end

function decoders.lua(text, reading)
  local from = reading.source
  from.base = 1
  local value, message, kind = lua(text, from.name)
  if not kind then
    return value == nil and json.null or value
  end
  if message:sub(1, #from.name + 1) == from.name .. ":" then
    message = message:sub(#from.name + 2)
  end
  local line, rest = message:match "^(%d+): (.*)$"
  complain(reading, rest or message, tonumber(line))
end

local whole = { csv = csv.read, ini = ini.read }

-- what is wrong with the text before any language is asked
local function plain_text(text, reading)
  local plain, complaint, line = source.plain(text)
  if not plain then
    complain(reading, complaint, line)
  end
  return plain
end

local function read_plain(text, name, reading)
  if whole[name] then
    reading.source.base = 1
    return whole[name](text, reading)
  end
  local value = decoders[name](text, reading)
  if value == nil then
    return { records = {} }
  end
  return shape.read(value, reading)
end

--- Read a text.
-- @string text
-- @string name one of `moonwire.inventory.source.languages`
-- @tparam table reading see `moonwire.inventory.shape`
-- @treturn table `records`, `commands`, `lab`
function language.read(text, name, reading)
  text = plain_text(text, reading)
  if not text then
    return { records = {} }
  elseif name == "lua" then -- which has a limit of memory, garbage and all
    return read_plain(text, name, reading)
  end
  return without_collector(read_plain, text, name, reading)
end

-- reading one of several files: what it says is about this file
local function reading_of(reading, from)
  return setmetatable({ source = from }, { __index = reading })
end

--- Read one of several YAML files.
-- @string path
-- @tparam table reading
-- @return[1] value
-- @treturn[1] table source of its own
-- @return[2] nil when there is none, or it was complained about
function language.read_yaml(path, reading)
  local text, from = source.read_file(path)
  if not text then
    return nil
  end
  local own = reading_of(reading, from)
  text = plain_text(text, own)
  local value
  if text then
    value = decoders.yaml(text, own)
  end
  if value ~= nil then
    return value, from
  end
end

--- The first of some files in a folder that is there.
-- @string folder
-- @tparam {string,...} names
-- @treturn string|nil path
function language.first_file(folder, names)
  for _, name in ipairs(names) do
    local path = folder .. "/" .. name
    if source.kind(path) == "file" then
      return path
    end
  end
end

--- Read the three files of Nornir.
-- @string folder
-- @tparam table reading
-- @treturn table `records`
function language.read_nornir(folder, reading)
  local parts = {}
  for _, name in ipairs { "hosts", "groups", "defaults" } do
    local path = language.first_file(folder, { name .. ".yaml", name .. ".yml" })
    if path then
      local value, from = language.read_yaml(path, reading)
      from = from or reading.source
      local at = { path = "", keys = {}, base = 0 }
      parts[name] = { value = value, source = from, at = at }
    end
  end
  return nornir.read(parts, reading)
end

return language
