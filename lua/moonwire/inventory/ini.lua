--- Ansible's inventories in INI: `[group]`, `[group:children]`, `[group:vars]`, ranges.
-- @module moonwire.inventory.ini
local Tree = require "moonwire.inventory.ansible_tree"
local ansible = require "moonwire.inventory.ansible"
local json = require "moonwire.inventory.json"
local scalar = require "moonwire.inventory.scalar"

local ini = {}

local match = string.match

local function complain(state, text)
  local record = { source = state.tree.source, line = state.line }
  state.complaints:add(record, nil, text)
end

local LONGEST_WORD = 5 -- of those that are more than text: "false"

-- a text in quotes is that text; digits are a number
local function value_of(text)
  local first = text:byte()
  if first and first >= 65 and #text > LONGEST_WORD then -- a letter
    return text
  end
  local quoted = text:match "^'([^']*)'$" or text:match '^"([^"]*)"$'
  if quoted then
    return quoted
  end
  local value = scalar.resolve(text, json.null)
  return value == json.null and text or value
end

-- the next word of a line, quotes and all, and where the line goes on
local function next_word(line, position)
  local word, behind = line:match("^%s*([^%s'\"#]+)%f[%s\0]()", position)
  if word then
    return word, behind
  end
  local at = line:find("%S", position)
  if not at or line:sub(at, at) == "#" then
    return nil
  end
  local after = at
  repeat
    local next = line:match("^[^%s'\"]+()", after) or line:match("^'[^']*'()", after)
      or line:match('^"[^"]*"()', after)
    after = next or after
  until not next
  if after == at or line:find("^%S", after) then
    return false
  end
  return line:sub(at, after - 1), after
end

-- The next name=value of a line and where it goes on; nil at its end.
local function next_variable(state, line, position)
  local name, text, after =
    line:match("^%s*([%w_]+)=([^%s'\"#]*)%f[%s\0]()", position)
  if name then
    return name, text, after
  end
  local word
  word, after = next_word(line, position)
  if word == false then
    complain(state, "a quote has no partner")
  end
  if not word then
    return nil
  end
  name, text = word:match "^([%w_]+)=(.*)$"
  if not name then
    complain(state, "behind the host only name=value is read")
  end
  return name, text, after
end

local function read_variables(state, line, position)
  local variables = {}
  local name, text, after = next_variable(state, line, position)
  while name do
    variables[name] = value_of(text)
    name, text, after = next_variable(state, line, after)
  end
  return variables
end

-- A line of one host and variables without quotes, as nearly all are; nil: another one.
local function read_plain(line)
  local name, position = match(line, "^([%w._-]+)()%f[%s\0]")
  if not name then
    return nil
  end
  local variables, length = {}, #line
  while position <= length do
    local variable, text, after =
      match(line, "^%s+([%w_]+)=([^%s'\"#]*)()%f[%s\0]", position)
    if not variable then
      return nil
    end
    variables[variable], position = value_of(text), after
  end
  return name, variables
end

local readers = {}

function readers.hosts(state, line)
  local pattern, after = next_word(line, 1)
  if not pattern then
    complain(state, "a host's name is missing")
    return
  end
  local names, port = state.tree:names_of(pattern)
  if not names then
    complain(state, port)
    return
  end
  local variables = read_variables(state, line, after)
  variables.ansible_port = variables.ansible_port or port
  for _, name in ipairs(names) do
    state.tree:host(state.group, name, variables, { line = state.line })
  end
end

function readers.children(state, line)
  local name = line:match "^%s*(%S+)%s*$"
  if not name then
    complain(state, "one name of a group on a line")
    return
  end
  state.tree:group(name)
  table.insert(state.group.children, name)
end

function readers.vars(state, line)
  local name, text = line:match "^%s*([%w_]+)%s*=%s*(.*)$"
  if not name then
    complain(state, "only name = value is read here")
    return
  end
  state.group.variables[name] = value_of((text:gsub("%s+$", "")))
  state.group.record.lines[name] = state.line
end

local function begin_section(state, header)
  local name, kind = header:match "^([^:]+):?(.*)$"
  kind = kind == "" and "hosts" or kind
  if not name or not readers[kind] then
    complain(state, "a section is [group], [group:children] or [group:vars]")
    name, kind = "ungrouped", "hosts"
  end
  state.group, state.kind = state.tree:group(name), kind
end

-- "core:vars" of a line "[core:vars]", a comment behind it or none
local function header_of(line)
  local header, rest = line:match "^%s*%[([^%[%]]*)%]%s*(.*)$"
  return header and (rest == "" or rest:find "^[#;]") and header
end

local function read_line(state, line)
  local first = match(line, "^%s*([^%s#;])")
  local header = first == "[" and header_of(line)
  if header then
    begin_section(state, header)
  elseif first then
    readers[state.kind](state, line)
  end
end

--- Read an inventory.
-- @string text
-- @tparam table reading `source`, `complaints`, `beside`
-- @treturn table `records`
function ini.read(text, reading)
  local tree, place = Tree.new(reading.source), {}
  local state = { tree = tree, complaints = reading.complaints, line = 0 }
  state.group, state.kind = tree:group "ungrouped", "hosts"
  for line in (text .. "\n"):gmatch "([^\n]*)\n" do
    state.line = state.line + 1
    local name, variables
    if state.kind == "hosts" then
      name, variables = read_plain(line)
    end
    if name then
      place.line = state.line
      tree:host(state.group, name, variables, place)
    else
      read_line(state, line)
    end
  end
  return ansible.finish(tree, reading)
end

return ini
