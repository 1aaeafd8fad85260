--- Output of commands as tables: TextFSM templates, and ntc-templates' index of them.
-- A template means what it means in Python, where people write and test them. Nothing
-- in here waits, reaches a device or is told by one how long it takes.
--    local template = assert(textfsm.find("cisco_ios", "show ip interface brief"))
--    for _, row in ipairs(assert(template:parse(output))) do
--      print(row.INTERFACE, row.STATUS)
--    end
-- @module moonwire.parse.textfsm
local folder = require "moonwire.parse.folder"
local template = require "moonwire.parse.template"
local uv = require "luv"

local textfsm = {}

--- Compile a template.
-- @string text of it
-- @string[opt="template"] name for messages
-- @treturn[1] Template `name`; `values`, the names of its values in their order;
-- `keys`, those that tell rows apart; `parse`, see `moonwire.parse.template`
-- @return[2] nil
-- @treturn[2] string message, with a line "name:12: …" for each thing that is wrong
-- @treturn[2] string kind: "invalid"
function textfsm.compile(text, name)
  if type(text) ~= "string" then
    error(("a template must be a string, not a %s"):format(type(text)), 2)
  end
  return template.compile(text, name or "template")
end

local here = assert(package.searchpath("moonwire.parse.textfsm", package.path))
local OWN = here:gsub("textfsm%.lua$", "templates")

local function add_path(list, path)
  if path and path ~= "" then
    local home = uv.os_homedir()
    list[#list + 1] = home and path:find "^~%f[/\0]" and home .. path:sub(2) or path
  end
end

-- Where to look, in this order.
local function paths(first)
  local list = {}
  add_path(list, first)
  add_path(list, os.getenv "NET_TEXTFSM")
  list[#list + 1] = OWN
  return list
end

local opened = {} -- folders, by path

local function find_in(path, attributes)
  if not opened[path] then
    local found, message, kind = folder.open(path)
    if not found then
      return nil, message, kind
    end
    opened[path] = found
  end
  return opened[path]:find(attributes)
end

--- Find the template of a command: in a folder, in that of the environment variable
-- `NET_TEXTFSM`, or among our own, in this order.
-- @string platform as the index calls it, such as "cisco_ios"
-- @string command in full, or abbreviated as the index allows
-- @string[opt] path of a folder with an `index`, or of a checkout of ntc-templates
-- @treturn[1] Template
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: "missing" (there is none), "local" (a file cannot be read),
-- "invalid" (an index or a template is wrong)
function textfsm.find(platform, command, path)
  if type(platform) ~= "string" or type(command) ~= "string" then
    error("the platform and the command must be strings", 2)
  end
  local attributes = { Platform = platform, Command = command }
  for _, place in ipairs(paths(path)) do
    local found, message, kind = find_in(place, attributes)
    if found or message then
      return found, message, kind
    end
  end
  local message = "there is no template for '%s' on %s"
  return nil, message:format(command, platform), "missing"
end

return textfsm
