--- The command line as data, for shell completion and manual pages: read from the same
-- argparse parsers that --help and the reading of words come from, so that none of them
-- can say something else than the others. Nothing is run.
-- @module moonwire.cli.outline
local outline = {}

local function describe_option(option)
  return {
    names = option._public_aliases,
    is_flag = option._maxargs == 0,
    argument = option._maxargs ~= 0 and option:_get_argname(1) or nil,
    choices = option._choices,
    text = option:_get_description(),
  }
end

local function describe_argument(argument)
  return {
    name = argument:_get_argname(1),
    choices = argument._choices,
    text = argument:_get_description(),
  }
end

local function shown(list, describe)
  local result = {}
  for _, one in ipairs(list) do
    if not one._hidden then
      result[#result + 1] = describe(one)
    end
  end
  return result
end

--- What a parser takes.
-- @param parser of argparse
-- @string name what is typed for it
-- @treturn table `name`, `usage`, `text`, `epilog`, `options` (each with `names`,
-- `is_flag`, `argument`, `choices`, `text`), `arguments` (`name`,
-- `choices`, `text`), `commands`
-- (each like this one)
function outline.of(parser, name)
  local self = {
    name = name,
    usage = parser:get_usage(),
    text = parser._description or parser._summary or "",
    epilog = parser._epilog,
    options = shown(parser._options, describe_option),
    arguments = shown(parser._arguments, describe_argument),
  }
  self.commands = shown(parser._commands, function(command)
    return outline.of(command, command._public_aliases[1])
  end)
  return self
end

--- All subcommands of the program.
-- @tparam {string,...} names
-- @treturn {table,...} what `of` gives, and `summary`; without options where a
-- subcommand has no parser
function outline.all(names)
  local list = {}
  for i, name in ipairs(names) do
    local command = require("moonwire.cli").module_of(name)
    local parser = command.parser and command.parser()
    list[i] = parser and outline.of(parser, name)
      or { name = name, text = "", options = {}, arguments = {}, commands = {} }
    list[i].summary = command.summary
  end
  return list
end

return outline
