--- `moonwire runs`: what was run, what came of it, and the rest of it.
-- @module moonwire.cli.runs
local argparse = require "argparse"

local command_line = require "moonwire.cli.line"
local escape = require "moonwire.report.escape"
local history_text = require "moonwire.cli.run.history"
local journal = require "moonwire.journal"
local json = require "moonwire.report.json"
local output = require "moonwire.report.output"
local request = require "moonwire.journal.request"
local resume = require "moonwire.cli.run.resume"
local tail = require "moonwire.cli.run.tail"

local command = { summary = "runs: list, show, pause, resume, cancel, tail" }

local DESCRIPTION = [[
Runs of moonwire send and push, as their journals in outputs/runs tell. A run is named
by its id, by the beginning of it, or as "last".]]

local ACTIONS = {
  { "list", "What was run, and how far it came." },
  { "show", "How each device of a run fared." },
  { "resume", "Do what a run has not finished; what is finished stays. Devices that "
    .. "a push has left unknown are looked at, and nothing is sent to them." },
  { "pause", "Let a running one begin nothing until it is told to continue." },
  { "continue", "Let a paused one go on." },
  { "cancel", "Let a running one begin nothing more; with --now, drop all." },
  { "tail", "What happens in a run, as it happens." },
}

local function complain(...)
  io.stdout:flush()
  io.stderr:write("moonwire runs: ", ...)
  io.stderr:write "\n"
  return 2
end

local function add_own(commands)
  commands.list:flag("--json", "As JSON.")
  commands.show:option("--format", "The results themselves, in this format.")
    :choices(output.formats)
  commands.show:flag("--json", "What is known about the run, as JSON.")
  commands.resume:option("-i --inventory", "Another inventory than the run's.")
    :argname "<inventory>"
  commands.resume:flag("--failed", "Devices that failed without a change, too, and "
    .. "unknown ones that turn out to have none.")
  commands.resume:option("--format", "How results are printed.")
    :choices(output.formats)
  commands.resume:flag("-q --quiet", "No progress, no summary.")
  commands.resume:flag("-v --verbose", "Say what happens; -vv: more of it.")
    :count("0-2"):target "verbose"
  commands.cancel:flag("--now", "Drop what is under way, too.")
  commands.tail:flag("-f --follow", "Go on until the run is over, as without this.")
  commands.tail:flag("--once", "Only what has happened so far.")
end

local function new_parser()
  local parser = argparse("moonwire runs", DESCRIPTION)
  parser:add_help(false)
  parser:usage_max_width(88):help_max_width(88):help_description_margin(27)
  parser:command_target "action"
  parser:require_command(true)
  parser:flag("-h --help", "Show this text.")
  local commands = {}
  for _, action in ipairs(ACTIONS) do
    local name, about = table.unpack(action)
    local one = parser:command(name, about)
    one:add_help(false)
    one:flag("-h --help", "Show this text.")
    one:option("--runs", "The folder of all runs (outputs/runs)."):argname "<folder>"
    if name ~= "list" then
      one:argument("id", "Which run."):argname "<run>"
    end
    commands[name] = one
  end
  add_own(commands)
  return parser, commands
end

--- The options as argparse knows them.
function command.parser()
  return (new_parser())
end

local action = {}

function action.list(given)
  local rows = {}
  for _, id in ipairs(journal.list(given.runs)) do
    local known, message = journal.read(id, { root = given.runs })
    local is_running = journal.is_running(id, given.runs)
    rows[#rows + 1] = known and history_text.row(known, is_running)
      or { run = id, state = message }
  end
  io.stdout:write(given.json and json.encode(rows) or history_text.list(rows))
  return 0
end

local function show_results(given, id)
  local shown = output.new(given.format, {
    write = function(text) io.stdout:write(text) end,
  })
  local last = {} -- by device: the record that counts
  local known, message = journal.read(id, {
    root = given.runs,
    on_end = function(record) last[record.i] = record.n end,
  })
  if not known then
    return complain(escape.line(message))
  end
  journal.read(id, {
    root = given.runs,
    on_end = function(record)
      if last[record.i] == record.n then
        record.index = record.i
        shown:result(record)
      end
    end,
  })
  shown:finish()
  return 0
end

function action.show(given, id)
  if given.format then
    return show_results(given, id)
  end
  local known, message = journal.read(id, { root = given.runs })
  if not known then
    return complain(escape.line(message))
  end
  local is_running = journal.is_running(id, given.runs)
  if given.json then
    io.stdout:write(json.encode(history_text.row(known, is_running)))
  else
    io.stdout:write(history_text.text(known, is_running))
  end
  return 0
end

function action.resume(given, id)
  return resume.run(id, {
    root = given.runs,
    source = given.inventory,
    with_failed = given.failed,
    format = given.format,
    verbosity = given.quiet and -1 or given.verbose or 0,
  })
end

local function ask(given, id, word)
  local ok, message = request.send(id, word, given.runs)
  return ok and 0 or complain(escape.line(message))
end

function action.pause(given, id)
  return ask(given, id, "pause")
end

function action.continue(given, id)
  return ask(given, id, "continue")
end

function action.cancel(given, id)
  return ask(given, id, given.now and "drop" or "cancel")
end

function action.tail(given, id)
  return tail.follow(id, given.runs, given.once)
end

--- Run a subcommand.
-- @tparam {string,...} words of the command line
-- @treturn int exit status
function command.run(words)
  local parser, commands = new_parser()
  local given, status = command_line.read("runs", words, parser, commands)
  if not given then
    return status
  end
  if not given.id then
    return action[given.action](given)
  end
  local id, message = journal.find(given.id, given.runs)
  if not id then
    return complain(escape.line(message))
  end
  return action[given.action](given, id)
end

return command
