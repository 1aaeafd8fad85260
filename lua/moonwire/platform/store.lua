--- Where platforms come from: files beside this one, and files of the user's own.
-- One is loaded when it is asked for, not before. A user's file is text, never
-- bytecode, and wins over a built-in one of the same name.
-- @module moonwire.platform.store
local index = require "moonwire.platform.index"
local lfs = require "lfs"
local uv = require "luv"
local spelling = require "moonwire.platform.spelling"

local store = {}

local NAME = "^[%a][%w_]*$" -- of a platform and of its file; so it leads nowhere else

local added = {} -- folders, by add_path
local by_name = {} -- what was found, by the name that was asked for
local loading = {} -- names whose file is being read
local builtin = {} -- the names of files beside this one, by name and by alias

for _, names in ipairs(index) do
  for _, name in ipairs(names) do
    builtin[name] = names[1]
  end
end

--- Search a folder for platforms, before those of the environment.
-- @string folder
function store.add_path(folder)
  added[#added + 1] = folder
  by_name = {}
end

--- Forget folders that were added, and what was found.
function store.forget()
  added, by_name = {}, {}
end

--- The folders that are searched, in this order.
-- @treturn {string,...}
function store.paths()
  local folders = table.move(added, 1, #added, 1, {})
  for folder in (os.getenv "MOONWIRE_PLATFORM_PATH" or ""):gmatch "[^:]+" do
    folders[#folders + 1] = folder
  end
  local home = uv.os_homedir()
  local settings = os.getenv "XDG_CONFIG_HOME" or home and home .. "/.config"
  if settings then
    folders[#folders + 1] = settings .. "/moonwire/platform"
  end
  return folders
end

local function is_file(path)
  return lfs.attributes(path, "mode") == "file"
end

local function own_file(name)
  for _, folder in ipairs(store.paths()) do
    local path = ("%s/%s.lua"):format(folder, name)
    if is_file(path) then
      return path
    end
  end
end

-- the names of a folder's files, none when there is no such folder
local function names_in(folder)
  local names = {}
  if lfs.attributes(folder, "mode") == "directory" then
    for file in lfs.dir(folder) do
      local name = file:match "^(.*)%.lua$"
      if name and name:find(NAME) then
        names[#names + 1] = name
      end
    end
  end
  table.sort(names)
  return names
end

local function own_names()
  local names, seen = {}, {}
  for _, folder in ipairs(store.paths()) do
    for _, name in ipairs(names_in(folder)) do
      if not seen[name] then
        seen[name] = true
        names[#names + 1] = name
      end
    end
  end
  return names
end

-- not every message of Lua names the file
local function located(path, message)
  return message:find(path, 1, true) and message or path .. ": " .. message
end

--- Load a file that defines a platform.
-- @string path
-- @treturn[1] table the platform
-- @return[2] nil
-- @treturn[2] string message, with file and field
function store.load(path)
  local chunk, message = loadfile(path, "t")
  if not chunk then
    return nil, located(path, message)
  end
  local ok, value = pcall(chunk)
  if not ok then
    return nil, located(path, tostring(value))
  elseif type(value) ~= "table" or not value.modes_of then
    return nil, path .. ": gives no platform: return platform.define \"name\" { … }"
  end
  value.file = path
  value.hides = builtin[value.name] == value.name
  return value
end

local function load_own(name, path)
  if loading[name] then
    return nil, ("%s: is like one that is like it"):format(path)
  end
  loading[name] = true
  local value, message = store.load(path)
  loading[name] = nil
  if value and value.name ~= name then
    local words = "%s: defines '%s', but is named for '%s'"
    return nil, words:format(path, value.name, name)
  end
  return value, message
end

--- The built-in platform of a name, whatever files the user has.
-- @string name or alias
-- @treturn table|nil
function store.builtin(name)
  return builtin[name] and require("moonwire.platform." .. builtin[name])
end

local function find_named(name)
  local path = own_file(name)
  if path then
    return load_own(name, path)
  end
  local real = builtin[name]
  if real and real ~= name then
    return store.find(real) -- an alias of one that the user may have replaced
  end
  return store.builtin(name)
end

-- aliases in the user's files; one that is broken is told only when it is asked for
local function find_alias(name)
  for _, own in ipairs(own_names()) do
    local value = store.find(own)
    for _, alias in ipairs(value and value.aliases or {}) do
      if alias == name then
        return value
      end
    end
  end
end

--- Find a platform: a user's file of this name, then a built-in name or alias, then an
-- alias in a user's file.
-- @string name
-- @treturn[1] table the platform
-- @return[2] nil
-- @treturn[2] string|nil message, when there is a file and it is wrong
function store.find(name)
  if type(name) ~= "string" or not name:find(NAME) then
    return nil
  end
  local found, message = by_name[name], nil
  if not found then
    found, message = find_named(name)
    if not found and not message then
      found = find_alias(name)
    end
    by_name[name] = found
  end
  return found, message
end

--- All names, without aliases: those built in, then the user's own.
-- @treturn {string,...}
function store.names()
  local names = {}
  for _, entry in ipairs(index) do
    names[#names + 1] = entry[1]
  end
  for _, name in ipairs(own_names()) do
    if builtin[name] ~= name then
      names[#names + 1] = name
    end
  end
  return names
end

--- The name or built-in alias that was probably meant.
-- @string name
-- @treturn string|nil
function store.nearest(name)
  local known = store.names()
  for alias, real in pairs(builtin) do
    if alias ~= real then
      known[#known + 1] = alias
    end
  end
  table.sort(known)
  return spelling.nearest(name, known, math.max(2, #name // 3))
end

return store
