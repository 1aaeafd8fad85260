--- A template at work on one text: where it is, the record being filled, and the rows.
-- @module moonwire.parse.machine
local text = require "moonwire.parse.text"

local machine = {}

local Machine = { __name = "moonwire.parse.Machine" }
Machine.__index = Machine

local EXCERPT = 100 -- characters of a line in a message

local function new_cell(column)
  return {
    name = column.name,
    hooks = column.hooks,
    nested = column.nested,
    is_filled_down = column.options.Filldown,
    list = column.options.List and {} or nil,
  }
end

--- Begin with a text.
-- @tparam table template see `moonwire.parse.template`
-- @treturn Machine `is_over`: no line is wanted any more
function machine.new(template)
  local cells = {}
  for i, column in ipairs(template.columns) do
    cells[i] = new_cell(column)
  end
  return setmetatable({
    template = template,
    state = template.states.Start,
    cells = cells,
    rows = {},
    lines = 0,
    is_over = false,
  }, Machine)
end

local function clear(self, occasion)
  for _, cell in ipairs(self.cells) do
    cell.value = nil
    for _, hook in ipairs(cell.hooks[occasion]) do
      hook(cell)
    end
  end
end

local function may_save(cell)
  for _, hook in ipairs(cell.hooks.save) do
    if not hook(cell) then
      return false
    end
  end
  return true
end

local function is_unset(value)
  return value == nil or type(value) == "table" and #value == 0
end

local function new_row(cells)
  local row, has_any = {}, false
  for _, cell in ipairs(cells) do
    if not may_save(cell) then
      return nil, true
    end
    has_any = has_any or not is_unset(cell.value)
    row[cell.name] = cell.value or ""
  end
  return has_any and row or nil, has_any
end

-- A record of which nothing is set is none, and stays open.
local function record(self)
  local row, is_done = new_row(self.cells)
  if row then
    table.insert(self.rows, row)
  end
  if is_done then
    clear(self, "clear")
  end
end

local RECORD = {
  Record = record,
  Clear = function(self)
    clear(self, "clear")
  end,
  Clearall = function(self)
    clear(self, "clear_all")
  end,
  NoRecord = function() end,
}

-- False, message and kind when an option cannot do its part.
local function assign(self, rule, captures)
  for _, pair in ipairs(rule.captures) do
    local cell = self.cells[pair[2]]
    cell.value = captures[pair[1]] or nil
    for _, hook in ipairs(cell.hooks.assign) do
      local message, kind = hook(cell, self.rows)
      if message then
        return false, message, kind
      end
    end
  end
  return true
end

local function failure(self, rule, line, message, kind)
  local where = '%s:%d: %s (line %d: "%s")'
  local name, excerpt = self.template.name, text.excerpt(line, EXCERPT)
  return nil, where:format(name, rule.number, message, self.lines, excerpt), kind
end

local function rejection(self, rule, line)
  local message = rule.target and rule.target:gsub('^"(.*)"$', "%1")
  return failure(self, rule, line, message or "the template rejects this", "parse")
end

local function go(self, target)
  if target == "End" or target == "EOF" then
    self.is_over = true
    self.is_ended = target == "End"
  elseif target then
    self.state = self.template.states[target]
  end
end

-- Whether the line is done with; nil, message and kind when it cannot be.
local function apply(self, rule, line)
  local captures, message, kind = rule.regex:match(line)
  if not captures then
    return captures, message, kind
  end
  local ok
  ok, message, kind = assign(self, rule, captures)
  if not ok then
    return nil, message, kind
  end
  RECORD[rule.record](self)
  if rule.line == "Next" then
    go(self, rule.target)
  end
  return rule.line ~= "Continue"
end

--- Take the next line.
-- @string given
-- @treturn[1] boolean true
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: "parse" for the template's own Error, "limit" for a pattern
-- that is too expensive
function Machine:take(given)
  self.lines = self.lines + 1
  local line, is_changed = text.valid(given)
  self.is_changed = self.is_changed or is_changed
  for _, rule in ipairs(self.state) do
    local is_done, message, kind = apply(self, rule, line)
    if message then
      return failure(self, rule, line, message, kind)
    elseif is_done and rule.line == "Error" then
      return rejection(self, rule, line)
    elseif is_done then
      break
    end
  end
  return true
end

local function restore(value)
  if type(value) == "string" then
    return text.restore(value)
  end
  for key, item in pairs(value) do
    value[key] = restore(item)
  end
  return value
end

--- There are no more lines.
-- @treturn {table,...} rows by the names of values; what was never set is "", or an
-- empty list
function Machine:finish()
  if not self.is_ended and not self.template.states.EOF then
    record(self)
  end
  if self.is_changed then
    restore(self.rows)
  end
  return self.rows
end

return machine
