--- A folder of templates with their `index`, as ntc-templates is one.
-- Files are read when they are needed, and again when they have changed.
-- @module moonwire.parse.folder
local lfs = require "lfs"

local index = require "moonwire.parse.index"
local joined = require "moonwire.parse.joined"
local template = require "moonwire.parse.template"

local folder = {}

local Folder = { __name = "moonwire.parse.Folder" }
Folder.__index = Folder

-- where the index is, beginning at what people name
local BELOW = { "", "/templates", "/ntc_templates/templates" }

local function find_index(path)
  for _, below in ipairs(BELOW) do
    if lfs.attributes(path .. below .. "/index", "mode") == "file" then
      return path .. below
    end
  end
end

--- Open a folder.
-- @string path of it, or of a checkout of ntc-templates
-- @treturn[1] Folder
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: "local"
function folder.open(path)
  local place = find_index(path)
  if not place then
    return nil, ("%s: there is no index of templates"):format(path), "local"
  end
  return setmetatable({ path = place, kept = {} }, Folder)
end

local function read_file(path)
  local file, message = io.open(path, "rb")
  local content
  if file then
    content, message = file:read "a"
    file:close()
  end
  if not content then
    return nil, message, "local"
  end
  return content
end

local function stamp_of(path)
  local attributes = lfs.attributes(path)
  return attributes and attributes.modification .. " " .. attributes.size
end

-- What `read` makes of a file.
local function load(self, name, read)
  local path = self.path .. "/" .. name
  local kept, stamp = self.kept[name], stamp_of(path)
  if kept and kept.stamp == stamp then
    return kept.content
  end
  local content, message, kind = read_file(path)
  if content then
    content, message, kind = read(content, path)
  end
  if not content then
    return nil, message, kind
  end
  self.kept[name] = { stamp = stamp, content = content }
  return content
end

--- Find the template of a command.
-- @tparam table attributes see `moonwire.parse.index`
-- @treturn[1] Template
-- @return[2] nil when there is none
-- @treturn[2] string|nil message, when something is wrong
-- @treturn[2] string|nil kind: "invalid", "local", "limit"
function Folder:find(attributes)
  local list, message, kind = load(self, "index", index.read)
  local names
  if list then
    names, message, kind = list:search(attributes)
  end
  if not names then
    return nil, message, kind
  end
  local templates = {}
  for i, name in ipairs(names) do
    templates[i], message, kind = load(self, name, template.compile)
    if not templates[i] then
      return nil, message, kind
    end
  end
  if #templates == 1 then
    return templates[1]
  end
  return joined.new(templates)
end

return folder
