--- One line of a template that declares a value: `Value Required,List PORT (\S+)`.
-- @module moonwire.parse.value
local option = require "moonwire.parse.option"
local regex = require "moonwire.parse.regex"

local value = {}

local LONGEST_NAME = 48

-- "Value", perhaps options, a name, and all the rest: single spaces in between
local function split(line)
  local options, name, group = line:match "^Value ([^ ]*) ([^ (][^ ]*) (.*)$"
  if not options then
    name, group = line:match "^Value ([^ ]*) (%(.*)$"
  end
  return name, group, options
end

local function read_options(text)
  local names, has = {}, {}
  for name in (text .. ","):gmatch "([^,]*)," do
    if not option[name] then
      return nil, ("there is no option '%s'"):format(name)
    elseif has[name] then
      return nil, ("option '%s' stands twice"):format(name)
    end
    has[name] = true
    names[#names + 1] = name
  end
  return names, has
end

local function check_name(name)
  if not name:find "^[%a_][%w_]*$" then
    return ("'%s' is no name for a value"):format(name)
  elseif #name > LONGEST_NAME then
    return ("the name '%s' is longer than %d"):format(name, LONGEST_NAME)
  end
end

local function check_group(group)
  if not group:find "^%(.*%)$" or group:find "\\%)$" then
    return ("'%s' does not stand in parentheses"):format(group)
  end
end

-- by occasion, what its options do then
local HOOKS = { "assign", "clear", "clear_all", "save" }

local function hooks_of(options)
  local hooks = {}
  for _, occasion in ipairs(HOOKS) do
    hooks[occasion] = {}
    for _, name in ipairs(options) do
      table.insert(hooks[occasion], option[name][occasion])
    end
  end
  return hooks
end

--- Read a declaration.
-- @string line
-- @treturn[1] table `name`, `group` (what `${NAME}` stands for), `options` (by name),
-- `hooks` (by occasion), `nested` (the regular expression of a list whose items are
-- tables)
-- @return[2] nil
-- @treturn[2] string message
function value.read(line)
  local name, group, options = split(line)
  if not name then
    return nil, "expected: Value [options] NAME (regular expression)"
  end
  local complaint = check_name(name) or check_group(group)
  if complaint then
    return nil, complaint
  end
  local listed, has = {}, {}
  if options then
    listed, has = read_options(options)
    if not listed then
      return nil, has
    end
  end
  local compiled, message = regex.compile(group)
  if not compiled then
    return nil, ("%s in '%s'"):format(message, group)
  end
  return {
    name = name,
    group = "(?P<" .. name .. ">" .. group:sub(2),
    options = has,
    hooks = hooks_of(listed),
    nested = has.List and compiled.names[1] and compiled or nil,
  }
end

return value
