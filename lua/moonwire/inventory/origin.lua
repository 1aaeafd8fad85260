--- What the name of an inventory stands for.
--
--  * a path: a file in one of the languages of `moonwire.inventory.source`, or a folder
--    with Nornir's `hosts.yaml`, `groups.yaml` and `defaults.yaml`, or with Ansible's
--    `hosts`; what Ansible keeps in `group_vars` and `host_vars` beside it counts;
--  * `-`: standard input;
--  * `lab:5`: so many simulated devices;
--  * `ssh_config:PATH`: the hosts that an OpenSSH client configuration names, no
--    patterns; without a path the user's and the system's;
--  * a node set such as `sw[01-40]` or `r1,r2`: hosts, with the caller's `defaults`.
-- @module moonwire.inventory.origin
local ansible_files = require "moonwire.inventory.ansible_files"
local assemble = require "moonwire.inventory.assemble"
local language = require "moonwire.inventory.language"
local nodeset = require "moonwire.inventory.nodeset"
local shape = require "moonwire.inventory.shape"
local source = require "moonwire.inventory.source"
local ssh_config = require "moonwire.ssh_config"
local without_collector = require "moonwire.inventory.pause"

local origin = {}

local function from_value(given, from)
  local reading = assemble.new_reading(from)
  return shape.read(given, reading), reading
end

local function from_text(text, from, options)
  local reading = assemble.new_reading(from)
  local ending = from.name:match "%.(%a+)$"
  local name = options.format or source.by_ending[ending] or source.sniff(text)
  reading.beside = ansible_files.beside(from.folder, reading)
  return language.read(text, name, reading), reading
end

local function from_file(path, options)
  local text, from, kind = source.read_file(path)
  if not text then
    return nil, from, kind
  end
  return from_text(text, from, options)
end

local function from_standard_input(options)
  local text, from, kind = source.read_standard_input()
  if not text then
    return nil, from, kind
  end
  return from_text(text, from, options)
end

local function from_nornir(folder)
  local reading = assemble.new_reading { name = folder, folder = folder, base = 0 }
  return language.read_nornir(folder, reading), reading
end

local HOSTS = { "hosts.yaml", "hosts.yml" }
local BESIDE = { "groups.yaml", "groups.yml", "defaults.yaml", "defaults.yml" }
local OTHERS = {
  "hosts", "hosts.ini", "inventory.yaml", "inventory.yml", "inventory.ini", "inventory",
}

-- Nornir's hosts have their groups and defaults in files beside them.
local function is_nornir(folder)
  return language.first_file(folder, BESIDE) ~= nil
end

local function from_folder(path, options)
  local folder = path:gsub("(.)/+$", "%1")
  local hosts = language.first_file(folder, HOSTS)
  if hosts and is_nornir(folder) then
    return from_nornir(folder)
  end
  local found = hosts or language.first_file(folder, OTHERS)
  if found then
    return from_file(found, options)
  end
  local wrong = "%s: a folder holds hosts.yaml, with groups.yaml and defaults.yaml, or "
    .. "an inventory of Ansible called hosts"
  return nil, wrong:format(folder), "invalid"
end

local function from_path(path, options)
  if source.kind(path) == "directory" then
    return from_folder(path, options)
  end
  local is_hosts = path:find "^hosts%.ya?ml$" or path:find "/hosts%.ya?ml$"
  local folder = source.folder_of(path)
  if is_hosts and source.kind(path) and not options.format and is_nornir(folder) then
    return from_nornir(folder)
  end
  return from_file(path, options)
end

local function from_lab(text)
  local devices = math.tointeger(tonumber(text))
  if not devices or devices < 1 then
    local message = "lab:%s: write lab: and how many devices"
    return nil, message:format(text), "invalid"
  end
  return from_value({ lab = { devices = devices } }, { name = "lab", base = 1 })
end

-- hosts of which only the names are known, and fields that all of them have
local function from_names(names, from, fields)
  local records, at = {}, { path = "", keys = {}, base = 1 }
  local inherited = next(fields) and { given = fields, from = {} }
  for i = 1, #names do
    local name = names[i]
    records[i] = {
      given = { host = name },
      source = from,
      at = at,
      key = name,
      inherited = inherited,
    }
  end
  return { records = records }, assemble.new_reading(from)
end

local function from_nodes(text)
  local names, message, kind = nodeset.expand(text)
  if not names then
    return nil, message, kind
  end
  return from_names(names, { name = "node set", folder = ".", base = 1 }, {})
end

local function from_ssh_config(path)
  local is_usual = path == ""
  local config, message, kind = ssh_config.load(is_usual and ssh_config.usual() or path)
  if not config then
    return nil, message, kind
  end
  local name = is_usual and "ssh_config" or path
  local from = { name = name, folder = source.folder_of(name), base = 1 }
  local file = is_usual and "default" or path:match "([^/]+)$"
  return from_names(config:names(), from, { ssh_config_file = file })
end

-- A name with a bracket or a comma is a node set, unless there is such a file.
local function is_nodes(text)
  return text:find "[%[,]" and not text:find "/" and not source.kind(text)
end

--- Read what a name stands for.
-- @tparam string|table from
-- @tparam table options `format`
-- @treturn[1] table `records`, `commands`, `lab`
-- @treturn[1] table reading, with the complaints so far
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind
function origin.read(from, options)
  if type(from) == "table" then
    return from_value(from, { name = "inventory", base = 1 })
  elseif from == "-" then
    return from_standard_input(options)
  elseif from:find "^lab:" then
    return from_lab(from:sub(5))
  elseif from:find "^ssh_config:" then
    return without_collector(from_ssh_config, from:sub(12))
  elseif is_nodes(from) then
    return from_nodes(from)
  end
  return from_path(from, options)
end

return origin
