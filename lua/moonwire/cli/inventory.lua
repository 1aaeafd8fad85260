--- `moonwire inventory`: what is in an inventory, is it right, and in another language.
-- Nothing is contacted, asked or run: references to passwords stay references.
-- @module moonwire.cli.inventory
local argparse = require "argparse"

local check = require "moonwire.cli.inventory_check"
local escape = require "moonwire.report.escape"
local inventory = require "moonwire.inventory"
local json = require "moonwire.report.json"
local command_line = require "moonwire.cli.line"
local nodeset = require "moonwire.inventory.nodeset"
local option = require "moonwire.cli.inventory_option"
local secret = require "host.secret"
local text_table = require "moonwire.report.table"
local writer = require "moonwire.inventory.writer"

local command = { summary = "the devices of a file: show, check, convert" }

local DESCRIPTION = [[
What is in an inventory. Nothing is contacted, no password is read or shown. It is a
path, a folder of Nornir or Ansible, - for standard input, or a node set.]]

local ACTIONS = {
  show = "List the devices: a table, JSON, or a node set.",
  check = "Say what is wrong, what may be, and what there is; exit status 2 when "
    .. "something is wrong.",
  convert = "Write the devices as JSON, Lua, YAML or CSV.",
}

local function complain(...)
  command_line.complain("inventory", table.concat { ... })
end

local function new_parser()
  local parser = argparse("moonwire inventory", DESCRIPTION)
  parser:add_help(false)
  parser:usage_max_width(88):help_max_width(88):help_description_margin(27)
  parser:command_target "action"
  parser:require_command(true)
  parser:flag("-h --help", "Show this text.")
  local commands = {}
  for _, name in ipairs { "show", "check", "convert" } do
    local one = parser:command(name, ACTIONS[name])
    one:add_help(false)
    one:argument("source", "The inventory."):argname "<inventory>"
    one:flag("-h --help", "Show this text.")
    option.add(one)
    commands[name] = one
  end
  commands.show:flag("--json", "As JSON.")
  commands.show:flag("--fold", "The names only, as a node set.")
  commands.check:flag("--strict", "Exit status 1 when something may be wrong.")
  commands.convert:option("--to", "The language to write (json).")
    :choices(writer.languages):default("json"):show_default(false)
  return parser, commands
end

--- The options as argparse knows them: for completion and manual pages.
function command.parser()
  return (new_parser())
end

-- A password as it may be shown: where it is, or that there is one.
local function masked(what)
  local way = type(what) == "table" and next(what)
  if not way then
    return secret.is_secret(what) and "********" or nil
  end
  local where = what[way]
  return type(where) == "table" and way .. " " .. tostring(where[1])
    or ("%s %s"):format(way, where)
end

local function labels_of(one)
  local parts = {}
  for name, what in pairs(one.labels or {}) do
    parts[#parts + 1] = ("%s=%s"):format(name, what)
  end
  table.sort(parts)
  return table.concat(parts, " ")
end

local COLUMNS = {
  { title = "name" },
  { title = "host" },
  { title = "port" },
  { title = "username" },
  { title = "password" },
  { title = "device_type" },
  { title = "groups" },
  { title = "labels" },
}

local function print_table(devices)
  local rows = {}
  for i, one in ipairs(devices) do
    local groups = table.concat(one.groups or {}, " ")
    rows[i] = {
      one.name, one.host, one.port, one.username, masked(one.password), one.device_type,
      groups, labels_of(one),
    }
  end
  io.stdout:write(text_table.format(COLUMNS, rows))
end

local SECRETS = { "password", "secret", "key_passphrase" }

local function print_json(devices)
  local list = {}
  for i, one in ipairs(devices) do
    list[i] = json.object()
    for name, what in pairs(one) do
      list[i][name] = what
    end
    for _, name in ipairs(SECRETS) do
      list[i][name] = masked(one[name])
    end
    list[i].labels = one.labels and json.object(one.labels)
  end
  io.stdout:write(json.encode(list))
end

local action = {}

function action.show(given, loaded)
  if given.json then
    print_json(loaded.devices)
  elseif given.fold then
    local names = {}
    for i, one in ipairs(loaded.devices) do
      names[i] = one.name
    end
    io.stdout:write(escape.line(nodeset.fold(names)), "\n")
  else
    print_table(loaded.devices)
  end
  if loaded.lab then
    complain "such a lab runs for as long as who asked for it: other ports every time"
  end
  return 0
end

function action.check(given, loaded)
  for _, line in ipairs(check.lines(loaded, given.source)) do
    io.stdout:write(escape.line(line), "\n")
  end
  for _, line in ipairs(loaded.warnings) do
    complain("warning: ", escape.line(line))
  end
  if #loaded == 0 and not loaded.lab then
    complain "there are no devices"
    return 2
  end
  return given.strict and #loaded.warnings > 0 and 1 or 0
end

function action.convert(given, loaded)
  if loaded.lab then
    complain "it asks for a lab, which has no devices to write"
    return 2
  end
  local text, replaced = writer.write(loaded, given.to)
  io.stdout:write(text)
  if replaced > 0 then
    complain(("%d passwords stood in the file; in their place is a reference to the "
      .. "environment variable MOONWIRE_PASSWORD"):format(replaced))
  end
  return 0
end

local function print_lines(message)
  for line in message:gmatch "[^\n]+" do
    complain(escape.line(line))
  end
end

-- Only looked at. A lab has no devices until it runs, so that they can be shown.
local function load(given, options)
  options.resolve = false
  local loaded, message = inventory.load(given.source, options)
  if loaded and loaded.lab and given.action == "show" then
    options.resolve = nil
    return inventory.load(given.source, options)
  end
  return loaded, message
end

--- Run a subcommand.
-- @tparam {string,...} words of the command line
-- @treturn int exit status: 2 when the inventory or the command line is wrong
function command.run(words)
  local parser, commands = new_parser()
  local given, status = command_line.read("inventory", words, parser, commands)
  if not given then
    return status
  end
  local options, complaint = option.read(given)
  if not options then
    complain(complaint)
    return 2
  end
  local loaded <close>, message = load(given, options)
  if not loaded then
    print_lines(message)
    return 2
  end
  return action[given.action](given, loaded)
end

return command
