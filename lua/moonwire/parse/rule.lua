--- One line of a state: `^Interface ${NAME} is up -> Continue.Record Ports`.
-- @module moonwire.parse.rule
local regex = require "moonwire.parse.regex"

local rule = {}

local LINE = { Continue = true, Next = true, Error = true }
local RECORD = { Clear = true, Clearall = true, Record = true, NoRecord = true }

local WORD = "^[%w_\x80-\xff]+$"

--- Whether something is an action, and so no name for a state.
-- @string name
-- @treturn boolean
function rule.is_action(name)
  return LINE[name] or RECORD[name] or false
end

-- "Continue.Record", "Clear", …: what is done with the line, and with the record. One
-- of both is nil when it is something else.
local function read_operator(text)
  local line, record = text:match "^(%a+)%.(%a+)$"
  if line then
    return LINE[line] and line, RECORD[record] and record
  elseif RECORD[text] then
    return "Next", text
  end
  return LINE[text] and text, "NoRecord"
end

local function is_target(text)
  return text:find(WORD) or text:find '^".*"$'
end

-- What stands behind the arrow: an operator, a target, both or nothing.
local function read_action(text)
  local word, target = text:match "^%s+(%S+)%s*(.*)$"
  if not word then
    return text == "" and { line = "Next", record = "NoRecord" } or nil
  end
  local line, record = read_operator(word)
  if not (line and record) then
    line, record, target = "Next", "NoRecord", text:match "^%s+(.*)$"
  end
  if target == "" then
    target = nil
  elseif not is_target(target) then
    return nil
  end
  return { line = line, record = record, target = target }
end

local function check_target(action)
  if not action.target or action.line == "Error" then
    return nil
  elseif action.line == "Continue" then
    return ("Continue stays in its state, and cannot go to '%s'"):format(action.target)
  elseif not action.target:find(WORD) then
    return "only Error has a message"
  end
end

-- What '$NAME', '${NAME}' and '$$' stand for; anything else behind a dollar is wrong.
local function substitute(text, values)
  local wrong
  local function fill(dollar, open, name, close)
    if dollar == "$" then
      return "$" .. open .. name .. close
    elseif open ~= "" and close == "" or not values[name] then
      wrong = wrong or "$" .. open .. name .. close
      return ""
    end
    return values[name].group .. (open == "" and close or "")
  end
  local filled = text:gsub("%$(%$?)({?)([%w_]*)(}?)", fill)
  if wrong then
    return nil, ("'%s' is no value of this template"):format(wrong)
  end
  return filled
end

-- Which capture goes to which value.
local function captures_of(compiled, values)
  local captures = {}
  for _, name in ipairs(compiled.names) do
    if values[name] then
      table.insert(captures, { compiled.alias[name] or name, values[name].index })
    end
  end
  return captures
end

local function compile(matched, values)
  local text = matched
  if next(values) then
    local message
    text, message = substitute(matched, values)
    if not text then
      return nil, message
    end
  end
  local compiled, message = regex.compile(text)
  if not compiled then
    return nil, ("%s in '%s'"):format(message, matched)
  end
  return compiled
end

--- Read a rule.
-- @string line
-- @tparam table values by name, each with `group` and `index`
-- @treturn[1] table `regex`, `captures` (pairs of a capture's name and the index of a
-- value), `line` and `record` (actions), `target` (a state, or the message of an Error)
-- @return[2] nil
-- @treturn[2] string message
function rule.read(line, values)
  local stripped = line:gsub("^%s+", "")
  local matched, arrow = stripped:match "^(.*)%s%->(.*)$"
  local compiled, message = compile(matched or stripped, values)
  if not compiled then
    return nil, message
  end
  local action = read_action(arrow or "")
  if not action then
    return nil, ("'%s' is no action"):format(arrow:gsub("^%s+", ""))
  end
  message = check_target(action)
  if message then
    return nil, message
  end
  action.regex = compiled
  action.captures = captures_of(compiled, values)
  return action
end

return rule
