--- `moonwire`, `moonwire -i INVENTORY`: the prompt, or a script from standard input.
-- @module moonwire.cli.repl
local Console = require "moonwire.repl.console"
local History = require "moonwire.repl.history"
local Keyboard = require "moonwire.repl.keyboard"
local argparse = require "argparse"
local command_line = require "moonwire.cli.line"
local escape = require "moonwire.report.escape"
local inventory = require "moonwire.inventory"
local inventory_option = require "moonwire.cli.inventory_option"
local log = require "moonwire.log"
local recording = require "moonwire.session.recording"
local terminal = require "moonwire.report.terminal"
local via_option = require "moonwire.cli.via_option"

local command = { summary = "a prompt for devices; moonwire alone is the same" }

local LAB = "lab:5"
local SIGNALLED = 128 -- exit status of who was ended by a signal, less its number

local function new_parser()
  local parser = argparse("moonwire repl", "Talk to devices line by line.")
  parser:add_help(false)
  parser:usage_max_width(88):help_max_width(88):help_description_margin(27)
  parser:flag("-h --help", "Show this text.")
  parser:option("-i --inventory", "The devices; five simulated ones when left out.")
    :argname "<inventory>"
  parser:option("--history", "Where typed lines are kept for the next time.")
    :argname "<file>"
  parser:option("--record", "All that is said with each device into a file here, "
    .. "without secrets."):argname "<folder>"
  parser:flag("--no-recorder", "Leave no recording of sessions that fail (in "
    .. "outputs/recordings).")
  inventory_option.add(parser)
  via_option.add(parser)
  return parser
end

--- The words that it takes.
-- @return parser of argparse
function command.parser()
  return new_parser()
end

-- nil and a reason, where lines cannot be edited
local function open_editor()
  local is_there, editor = pcall(require, "host.editor")
  if not is_there then
    return nil, "built without libedit: lines are not edited, and Tab does nothing"
  elseif not (terminal.is_terminal(io.stdin) and terminal.is_terminal(io.stdout)) then
    return nil, "this terminal cannot edit lines"
  end
  return editor.open(terminal.is_utf8())
end

local function greet(console, devices, given, complaints)
  local count = ("%d device%s"):format(#devices, #devices == 1 and "" or "s")
  local what = given.inventory and ("%s of %s"):format(count, given.inventory)
    or count .. ", simulated: -i INVENTORY takes yours"
  local version = require("moonwire.cli").version
  console:say(("moonwire %s; %s"):format(version, what))
  local first = devices[1] and devices[1].name or "NAME"
  console:say((':help; Tab; Ctrl-D leaves. Begin with: connect "%s"'):format(first))
  for _, complaint in ipairs(complaints) do
    console:say(complaint)
  end
end

local function complainer(console, is_terminal)
  return function(text)
    if is_terminal then
      console:write(text .. "\n")
    else
      io.stdout:flush()
      io.stderr:write("moonwire: ", escape.text(text), "\n")
    end
  end
end

local function talk(devices, given, console, keyboard, reason)
  local history <close> = History.open(given.history or History.default_path())
  local complaints = { reason }
  if history.complaint then
    complaints[#complaints + 1] = "what is typed is not kept: " .. history.complaint
  end
  if keyboard.is_terminal then
    greet(console, devices, given, complaints)
    log.redirect(function(text)
      console:say(text)
    end)
  end
  local status = require("moonwire.repl").run {
    inventory = devices,
    session = {
      record = given.record,
      recorder = not given.no_recorder and recording.FOLDER,
    },
    console = console,
    keyboard = keyboard,
    history = keyboard.is_terminal and history or nil,
    complain = complainer(console, keyboard.is_terminal),
  }
  log.redirect(nil)
  return status
end

local function start(given, options)
  local devices <close>, message = inventory.load(given.inventory or LAB, options)
  if not devices then
    io.stderr:write("moonwire: ", escape.text(message), "\n")
    return 2
  end
  for _, warning in ipairs(devices.warnings) do
    log.say(warning)
  end
  local console = Console.new(io.stdout)
  local editor, reason
  local is_terminal = require("luv").guess_handle(0) == "tty"
  if is_terminal then
    editor, reason = open_editor()
  end
  local keyboard <close> = Keyboard.open(console, editor)
  local status = talk(devices, given, console, keyboard, reason)
  return keyboard.ended_by and SIGNALLED + keyboard.ended_by or status
end

--- Run a subcommand.
-- @tparam {string,...} words of the command line
-- @treturn int exit status: 0; 1 when a line of a script has failed; 2 for a wrong
-- command line or inventory
function command.run(words)
  local given, status = command_line.read("repl", words, new_parser(), {})
  if not given then
    return status
  end
  local options, complaint = inventory_option.read(given)
  if not options then
    command_line.complain("repl", complaint)
    return 2
  end
  via_option.apply(given)
  return start(given, options)
end

return command
