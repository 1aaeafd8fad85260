--- A template as text, made into values, states and their rules.
-- Whatever is wrong in it is reported, with the lines, and not only the first thing.
-- @module moonwire.parse.definition
local rule = require "moonwire.parse.rule"
local texts = require "moonwire.parse.text"
local value = require "moonwire.parse.value"

local definition = {}

local MOST_COMPLAINTS = 10
local LONGEST_NAME = 48
local LONGEST_COMPLAINT = 400 -- characters: templates can have long lines
local RESERVED = { End = true, EOF = true }

local function complain(self, line, text)
  local where = line and ("%s:%d"):format(self.name, line) or self.name
  local shown = texts.excerpt((texts.valid(text)), LONGEST_COMPLAINT)
  table.insert(self.complaints, ("%s: %s"):format(where, shown))
end

local function verdict(complaints)
  local n = #complaints
  if n > MOST_COMPLAINTS then
    complaints = table.move(complaints, 1, MOST_COMPLAINTS, 1, {})
    complaints[MOST_COMPLAINTS + 1] = ("… and %d more"):format(n - MOST_COMPLAINTS)
  end
  return table.concat(complaints, "\n")
end

-- A reader takes a line and gives the reader of the next one, or nil at the end.
local read_value, read_state, read_rule

local function is_comment(line)
  return line:find "^%s*#" ~= nil
end

function read_value(self, line, number)
  if line == "" then
    -- without its values no rule can be understood
    return not self.complaints[1] and read_state or nil
  elseif not line:find "^Value " then
    local text = self.columns[1] and "expected an empty line behind the values"
      or "expected: Value [options] NAME (regular expression)"
    return complain(self, number, text)
  end
  local column, message = value.read(line)
  if not column then
    complain(self, number, message)
  elseif self.by_name[column.name] then
    complain(self, number, ("value '%s' stands twice"):format(column.name))
  else
    table.insert(self.columns, column)
    column.index = #self.columns
    self.by_name[column.name] = column
  end
  return read_value
end

local function check_state(self, name)
  if not name:find "^[%w_\x80-\xff]+$" or #name > LONGEST_NAME then
    return ("'%s' is no name for a state"):format(name)
  elseif rule.is_action(name) then
    return ("'%s' is an action, and no name for a state"):format(name)
  elseif self.states[name] then
    return ("state '%s' stands twice"):format(name)
  end
end

function read_state(self, line, number)
  if line == "" then
    return read_state
  end
  local complaint = check_state(self, line)
  if complaint then
    complain(self, number, complaint)
  end
  self.state = { name = line }
  self.states[line] = self.states[line] or self.state
  return read_rule
end

function read_rule(self, line, number)
  if line == "" then
    return read_state
  elseif not line:find "^  ?%^" and not line:find "^\t%^" then
    complain(self, number, "expected a rule: one or two spaces, and then ^")
    return read_rule
  elseif RESERVED[self.state.name] then
    complain(self, number, ("state '%s' must be empty"):format(self.state.name))
    return read_rule
  end
  local read, message = rule.read(line, self.by_name)
  if not read then
    complain(self, number, message)
    return read_rule
  end
  read.number = number
  table.insert(self.state, read)
  table.insert(self.rules, read)
  return read_rule
end

local function check_states(self)
  for _, read in ipairs(self.rules) do
    local target = read.line ~= "Error" and read.target
    if target and not RESERVED[target] and not self.states[target] then
      complain(self, read.number, ("there is no state '%s'"):format(target))
    end
  end
  if not self.states.Start then
    complain(self, nil, "there is no state 'Start'")
  end
end

--- Read a template.
-- @string text
-- @string name for messages
-- @treturn[1] table `name`, `columns` (the values in their order), `states` by name
-- @return[2] nil
-- @treturn[2] string message, a line for each thing that is wrong
-- @treturn[2] string kind: "invalid"
function definition.read(text, name)
  local self = { name = name, columns = {}, by_name = {}, states = {} }
  self.rules, self.complaints = {}, {}
  local read, number = read_value, 0
  for line in (text .. "\n"):gmatch "(.-)\r?\n" do
    number = number + 1
    line = line:gsub("%s+$", "")
    if read and not is_comment(line) then
      read = read(self, line, number)
    end
  end
  if not self.complaints[1] then
    check_states(self)
  end
  if self.complaints[1] then
    return nil, verdict(self.complaints), "invalid"
  end
  return { name = name, columns = self.columns, states = self.states }
end

return definition
