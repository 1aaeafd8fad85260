--- The house, folder by folder: each file, what it is for, and what it uses.
local source = require "source"

local map = {}

local LIBRARIES = {
  ["^libssh/"] = "libssh", ["^uv%.h"] = "libuv", ["^openssl/"] = "libcrypto",
  ["^zlib%.h"] = "zlib",
  ["^luv/"] = "luv", ["^lua"] = "lua", ["^lauxlib"] = "lua",
}

local function library_of(header)
  for pattern, library in pairs(LIBRARIES) do
    if header:find(pattern) then
      return library
    end
  end
end

--- Names in the order they came, each once.
local function collector()
  local list, seen = {}, {}
  return list, function(name)
    if name and not seen[name] then
      seen[name] = true
      list[#list + 1] = name
    end
  end
end

-- Ours first, then the libraries.
local function c_uses(entry)
  local list, add = collector()
  local text = table.concat(entry.texts, "\n")
  local ours, others = source.includes_of(text)
  for _, used in ipairs(ours) do
    local is_near = source.folder_of(used) == source.folder_of(entry.unit)
    add(used ~= entry.unit and (is_near and used:match "[^/]+$" or used) or nil)
  end
  for _, header in ipairs(others) do
    add(library_of(header))
  end
  return list
end

local function lua_uses(entry)
  local list, add = collector()
  for _, required in ipairs(source.requires_of(entry.texts[1])) do
    add((required.name:gsub("^moonwire%.", "")) .. (required.is_open and "*" or ""))
  end
  return list
end

--- Folders in order; a .c and its .h are one entry.
local function rooms()
  local list, by_folder, by_unit = {}, {}, {}
  for _, path in ipairs(source.files()) do
    local folder, name = path:match "^(.*)/([^/]+)%.%w+$"
    local room, unit = by_folder[folder], folder .. "/" .. name
    if not room then
      room = { folder = folder }
      by_folder[folder] = room
      list[#list + 1] = room
    end
    local text = source.read(path)
    local entry = by_unit[unit]
    if not entry then
      entry = { name = name, unit = source.unit_of(unit), texts = {} }
      entry.uses = path:find "%.lua$" and lua_uses or c_uses
      entry.summary = source.summary_of(path, text)
      by_unit[unit] = entry
      room[#room + 1] = entry
    end
    table.insert(entry.texts, text)
  end
  return list
end

--- Print it.
function map.print()
  for _, room in ipairs(rooms()) do
    print(room.folder)
    for _, entry in ipairs(room) do
      print(("  %-18s %s"):format(entry.name, entry.summary))
      local uses = table.concat(entry:uses(), ", ")
      if uses ~= "" then
        print((" "):rep(21) .. "-> " .. uses)
      end
    end
  end
end

return map
