--- What the command lines of send and push have in common.
-- @module moonwire.cli.run.command
local argparse = require "argparse"

local orders = require "moonwire.cli.run.order"
local run = require "moonwire.cli.run"
local via_option = require "moonwire.cli.via_option"

local command = {}

local EXIT_STATUS = [[
Exit status: 0 all is well, 1 some device failed, 2 nothing was started. Ctrl-C once:
nothing more is begun; twice: all is dropped. moonwire runs resume does the rest.]]

--- A parser with the options of every order.
-- @string verb
-- @string description
-- @tparam function add called with the parser, to add what is the verb's own
-- @treturn parser of argparse
function command.parser(verb, description, add)
  local parser = argparse("moonwire " .. verb, description, EXIT_STATUS)
  parser:add_help(false)
  parser:usage_max_width(88):help_max_width(88):help_description_margin(27)
  add(parser)
  parser:flag("-h --help", "Show this text.")
  orders.add(parser)
  via_option.add(parser)
  return parser
end

local function is_asked_for_help(words)
  for _, word in ipairs(words) do
    if word == "-h" or word == "--help" then
      return true
    end
  end
  return false
end

local function refuse(parser, verb, message)
  io.stderr:write(parser:get_usage(), "\n\nmoonwire ", verb, ": ", message, "\n")
  return 2
end

local function read_order(given, verb, prepare, complete)
  local order, message = true, nil
  if prepare then
    order, message = prepare(given)
  end
  if order then
    order, message = orders.read(given, verb)
  end
  local ok
  if order then
    ok, message = complete(order, given)
  end
  return ok and order, message
end

--- Read a command line and carry out its order.
-- @tparam {string,...} words
-- @string verb
-- @param parser of `parser`
-- @tparam function complete given the order and what was given, to add what is the
-- verb's own: true, or nil and a message
-- @tparam[opt] function prepare given what was given before it is read: true, or nil
-- and a message
-- @treturn int exit status
function command.run(words, verb, parser, complete, prepare)
  if is_asked_for_help(words) then
    io.stdout:write(parser:get_help(), "\n")
    return 0
  end
  local ok, given = parser:pparse(words)
  if not ok then
    return refuse(parser, verb, given)
  end
  local order, message = read_order(given, verb, prepare, complete)
  if not order then
    return refuse(parser, verb, message)
  end
  via_option.apply(given)
  return run.start(order, {
    verbosity = given.quiet and -1 or given.verbose or 0,
    root = given.runs,
  })
end

return command
