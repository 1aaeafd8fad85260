--- The files that Ansible keeps variables in beside an inventory: `group_vars/NAME` and
-- `host_vars/NAME`, with an ending or without, or a folder of that name with any number
-- of files and folders, of which those that come last by name win.
-- Source: find_vars_files of ansible-core 2.14, lib/ansible/parsing/dataloader.py.
-- @module moonwire.inventory.ansible_files
local language = require "moonwire.inventory.language"
local set = require "moonwire.set"
local source = require "moonwire.inventory.source"
local uv = require "luv"

local ansible_files = {}

local ENDINGS = { "", ".yml", ".yaml", ".json" } -- the first that is there counts
local IS_ENDING = set.of(ENDINGS)
local DEEPEST = 16 -- a link may lead to a folder above

-- The names in a folder, or nil.
local function names_in(path)
  local request = uv.fs_scandir(path)
  local names = request and {}
  while request do
    local name = uv.fs_scandir_next(request)
    if not name then
      break
    end
    names[#names + 1] = name
  end
  return names
end

-- Files that are hidden, backups, or of another kind are no variables.
local function is_read(name, kind)
  if name:find "^%." or name:find "~$" then
    return false
  end
  local ending = name:match ".(%.[^.]*)$" or ""
  return kind == "directory" or kind == "file" and IS_ENDING[ending] or false
end

local function add_files(path, found, depth)
  local names = depth <= DEEPEST and names_in(path) or {}
  table.sort(names)
  for _, name in ipairs(names) do
    local below = path .. "/" .. name
    local kind = source.kind(below)
    local counts = is_read(name, kind)
    if counts and kind == "directory" then
      add_files(below, found, depth + 1)
    elseif counts then
      found[#found + 1] = below
    end
  end
end

-- The files for one name, in the order in which they are read.
local function files_for(path, name, entries)
  local found = {}
  for _, ending in ipairs(ENDINGS) do
    local file = path .. "/" .. name .. ending
    local kind = entries[name .. ending] and source.kind(file)
    if kind == "directory" then
      add_files(file, found, 1)
      break
    elseif kind == "file" then
      found[1] = file
      break
    end
  end
  return found
end

--- How Ansible's readers get at the variables beside an inventory. Few of many hosts
-- have a file there, so the two folders are listed once.
-- @string folder of the inventory
-- @tparam table reading see `moonwire.inventory.shape`
-- @treturn ?function of "group_vars" or "host_vars", and a name: gives a list of tables
-- with `value` and `source`, the last one wins; nil when there are no such folders
function ansible_files.beside(folder, reading)
  local entries = {}
  for _, kind in ipairs { "group_vars", "host_vars" } do
    local names = names_in(folder .. "/" .. kind)
    entries[kind] = names and set.of(names)
  end
  return next(entries) and function(kind, name)
    local files = {}
    if entries[kind] then
      files = files_for(folder .. "/" .. kind, name, entries[kind])
    end
    local list = {}
    for _, path in ipairs(files) do
      local value, from = language.read_yaml(path, reading)
      if from then
        list[#list + 1] = { value = value, source = from }
      end
    end
    return list
  end
end

return ansible_files
