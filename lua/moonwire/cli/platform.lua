--- `moonwire platform`: what is known about each kind of device.
-- @module moonwire.cli.platform
local argparse = require "argparse"
local json = require "dkjson"

local describe = require "moonwire.platform.describe"
local command_line = require "moonwire.cli.line"
local lint = require "moonwire.platform.lint"
local platform = require "moonwire.platform"
local verify = require "moonwire.verify"

local command = { summary = "kinds of devices: what is known of them, and is it right" }

local DESCRIPTION = [[
What moonwire knows about each kind of device: its prompts, modes, questions and verbs.
A file NAME.lua of one's own in ~/.config/moonwire/platform or in a folder of
MOONWIRE_PLATFORM_PATH wins over a built-in NAME.]]

local function complain(...)
  command_line.complain("platform", table.concat { ... })
end

-- what all of them take
local function add_common(parser)
  parser:flag("-h --help", "Show this text.")
  parser:option("--platform-path", "Search this folder first; may be repeated.")
    :argname("<dir>"):count("*")
end

-- gives the parser, and those of its commands by name
local function new_parser()
  local parser = argparse("moonwire platform", DESCRIPTION)
  parser:add_help(false)
  parser:usage_max_width(88):help_max_width(88):help_description_margin(27)
  parser:command_target "action"
  parser:require_command(true)
  local commands = {
    list = parser:command("list", "Name all platforms, and how far each is proved."),
    show = parser:command("show", "Show what is known about one."),
    lint = parser:command("lint", "Look for mistakes; exit status 1 when there are."),
    verify = parser:command("verify", "Let the client talk to a simulated device of "
      .. "the same table; exit status 1 when they do not come to terms."),
  }
  commands.list:flag("--json", "As JSON.")
  commands.show:argument("name", "A platform or an alias of it.")
  commands.lint
    :argument("what", "Files or names of platforms; all when none is given.")
    :args("*"):argname "<file>"
  commands.verify:argument("names", "Platforms or aliases."):args("*"):argname "<name>"
  commands.verify:flag("--all", "All platforms.")
  commands.verify:flag("--json", "As JSON.")
  for _, one in pairs(commands) do
    one:add_help(false)
    add_common(one)
  end
  parser:flag("-h --help", "Show this text.")
  return parser, commands
end

--- The options as argparse knows them: for completion and manual pages.
function command.parser()
  return (new_parser())
end

local action = {}

local function load_all()
  local found, broken = {}, false
  for _, name in ipairs(platform.names()) do
    local value, message = platform.get(name)
    if value then
      found[#found + 1] = value
    else
      broken = true
      complain(message)
    end
  end
  return found, broken
end

local function print_row(row)
  local own = row.file and ("  (%s)"):format(row.file) or ""
  print(("%-20s %-10s %s%s"):format(row.name, row.status, row.title or "", own))
end

function action.list(given)
  local found, broken = load_all()
  local rows = {}
  for i, value in ipairs(found) do
    rows[i] = describe.row(value)
    if not given.json then
      print_row(rows[i])
    end
  end
  if given.json then
    print(json.encode(rows))
  end
  return broken and 1 or 0
end

function action.show(given)
  local value, message = platform.get(given.name)
  if not value then
    complain(message)
    return 1
  end
  io.stdout:write(describe.text(value))
  return 0
end

local function count_samples(value)
  local count = 0
  for _, lines in pairs(value.samples) do
    count = count + #lines
  end
  return count
end

local function report(result)
  for _, finding in ipairs(result.findings) do
    local place = finding.place and finding.place .. ": " or ""
    print(("%s: %s%s: %s"):format(result.name, place, finding.kind, finding.message))
  end
  if #result.findings == 0 then
    local samples = count_samples(result.platform)
    print(("%-20s ok, %d samples"):format(result.name, samples))
  end
  return #result.findings == 0
end

local function lint_one(what)
  if what:find "/" or what:find "%.lua$" then
    return lint.file(what)
  end
  return lint.named(what)
end

function action.lint(given)
  local all_good = true
  local names = given.what[1] and given.what or platform.names()
  for _, what in ipairs(names) do
    all_good = report(lint_one(what)) and all_good
  end
  return all_good and 0 or 1
end

local function print_verified(result)
  if not result.ok then
    local line = ("%-20s failed: %s: %s"):format(
      result.name, result.failed, result.message
    )
    print((line:gsub("%s*\n%s*", "; ")))
    return
  end
  local skipped = {}
  for _, step in ipairs(result.steps) do
    skipped[#skipped + 1] = step.skipped and step.name or nil
  end
  local rest = skipped[1] and ", nothing to try: " .. table.concat(skipped, ", ") or ""
  print(("%-20s passed, %d steps%s"):format(
    result.name, #result.steps - #skipped, rest
  ))
end

function action.verify(given)
  local names = given.all and platform.names() or given.names
  if #names == 0 then
    complain "verify: name a platform, or say --all"
    return 2
  end
  local results, status = verify.all(names), 0
  for _, result in ipairs(results) do
    status = result.ok and status or 1
    if not given.json then
      print_verified(result)
    end
  end
  if given.json then
    print(json.encode(results))
  end
  return status
end

--- Run a subcommand.
-- @tparam {string,...} words of the command line
-- @treturn int exit status
function command.run(words)
  local parser, commands = new_parser()
  local given, status = command_line.read("platform", words, parser, commands)
  if not given then
    return status
  end
  for _, folder in ipairs(given.platform_path or {}) do
    platform.add_path(folder)
  end
  return action[given.action](given)
end

return command
