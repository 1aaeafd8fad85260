--- `moonwire report`: what a finished run looks like.
-- @module moonwire.cli.report
local argparse = require "argparse"
local lfs = require "lfs"

local file = require "moonwire.report.file"
local journal = require "moonwire.journal"
local report = require "moonwire.report.run"
local results = require "moonwire.journal.results"
local source = require "moonwire.report.run.source"

local command = { summary = "a finished run as table, JSON, CSV, Markdown or a page" }

local DESCRIPTION = [[
Shows what runs were like: how long they took and how they compare, where the time of a
session went, how the sessions spread, and what failed, grouped by cause. Several runs
are compared. The page (html) needs no network and holds no script.]]

local function format_of(text)
  if report.has(text) then
    return text
  end
  local known = table.concat(report.formats, ", ")
  return nil, ("--format: there is no '%s'; there are %s"):format(text, known)
end

local function new_parser()
  local parser = argparse("moonwire report", DESCRIPTION)
  parser:add_help(false)
  parser:usage_max_width(88):help_max_width(88):help_description_margin(27)
  parser:argument("what", "A run, as `moonwire runs` names it, JSON that `bench` or "
    .. "`send` wrote, or - for standard input.")
    :args("+"):argname "<run>"
  parser:option("--runs", "The folder of all runs (outputs/runs)."):argname "<folder>"
  parser:option("-f --format", table.concat(report.formats, ", ") .. " (table; else by "
    .. "the ending of --output).")
    :argname("<format>"):convert(format_of)
  parser:option("-o --output", "Write it here instead of on standard output.")
    :argname "<file>"
  parser:flag("-h --help", "Show this text.")
  return parser
end

--- The options as argparse knows them: for completion and manual pages.
function command.parser()
  return (new_parser())
end

local ENDINGS = {
  json = "json", csv = "csv", md = "markdown", html = "html", htm = "html",
}

local function choose_format(given)
  local ending = (given.output or ""):match "%.(%w+)$"
  return given.format or ENDINGS[ending] or "table"
end

local function complain(message)
  io.stderr:write("moonwire report: ", message, "\n")
end

-- A file, or else a run by its name.
local function read(name, root)
  if name == "-" or lfs.attributes(name, "mode") then
    return source.read(name)
  end
  local id, message = journal.find(name, root)
  if not id then
    return nil, ("there is no file %s, and %s"):format(name, message)
  end
  local run
  run, message = results.read(id, root)
  return run and source.of(run, "run " .. id), message
end

local function read_all(names, root)
  local subjects = {}
  for i, name in ipairs(names) do
    local message
    subjects[i], message = read(name, root)
    if not subjects[i] then
      return nil, message
    end
  end
  return source.join(subjects)
end

local function deliver(text, path)
  if not path then
    io.stdout:write(text)
    return 0
  end
  local ok, message = file.write(path, text)
  if not ok then
    complain(message)
    return 1
  end
  io.stderr:write("wrote ", path, "\n")
  return 0
end

local function wants_help(words)
  for _, word in ipairs(words) do
    if word == "--help" or word == "-h" then
      return true
    end
  end
  return false
end

--- Run it.
-- @tparam {string,...} words the command line
-- @treturn int exit status: 0 whatever the runs were like; 1 when it cannot write; 2
-- for a wrong command line or no results
function command.run(words)
  local parser = new_parser()
  if wants_help(words) then
    io.stdout:write(parser:get_help(), "\n")
    return 0
  end
  local ok, given = parser:pparse(words)
  if not ok then
    io.stderr:write(parser:get_usage(), "\nmoonwire report: ", given, "\n")
    return 2
  end
  local subject, message = read_all(given.what, given.runs)
  if not subject then
    complain(message)
    return 2
  end
  return deliver(report.write(subject, choose_format(given)), given.output)
end

return command
