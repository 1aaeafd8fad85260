--- A compiled template, ready for any number of texts.
-- @module moonwire.parse.template
local definition = require "moonwire.parse.definition"
local machine = require "moonwire.parse.machine"
local text = require "moonwire.parse.text"

local template = {}

local Template = { __name = "moonwire.parse.Template" }
Template.__index = Template

--- Compile a template.
-- @string given the text of it
-- @string name for messages
-- @treturn[1] Template
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: "invalid"
function template.compile(given, name)
  local read, message, kind = definition.read(given, name)
  if not read then
    return nil, message, kind
  end
  local values, keys = {}, {}
  for i, column in ipairs(read.columns) do
    values[i] = column.name
    keys[#keys + 1] = column.options.Key and column.name or nil
  end
  return setmetatable({
    name = name,
    values = values,
    keys = keys,
    definition = read,
  }, Template)
end

--- Parse the output of a command.
-- @string output
-- @treturn[1] {table,...} rows by the names of the values: strings, "" where nothing
-- was matched, and lists of strings (or of tables) for values with the option List
-- @return[2] nil
-- @treturn[2] string message with the template, its line, and the line of the text
-- @treturn[2] string kind: "parse" (an Error of the template), "limit" (a pattern that
-- is too expensive for this text)
function Template:parse(output)
  if type(output) ~= "string" then
    error(("the text must be a string, not a %s"):format(type(output)), 2)
  end
  local run = machine.new(self.definition)
  for line in text.lines(output) do
    local ok, message, kind = run:take(line)
    if not ok then
      return nil, message, kind
    elseif run.is_over then
      break
    end
  end
  return run:finish()
end

return template
