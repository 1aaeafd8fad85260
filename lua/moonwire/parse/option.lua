--- What the options of a value do: `Value Filldown,Required NAME (\S+)`.
-- An option is a table of what happens to a cell, the place of a value in the record
-- that is being filled, at four occasions: `assign` behind a match (it may return
-- message and kind of what went wrong), `clear` and `clear_all` by those actions, and
-- `clear` behind a record too, `save` before one (false: no record). They are asked in
-- the order in which the template names them; that can matter, as it does in Python.
-- @module moonwire.parse.option
local option = {}

local function is_empty(value)
  return value == nil or value == "" or type(value) == "table" and #value == 0
end

-- Keeps its value for the next record.
option.Filldown = {
  assign = function(cell)
    cell.kept = cell.value
  end,
  clear = function(cell)
    cell.value = cell.kept
  end,
  clear_all = function(cell)
    cell.kept = nil
  end,
}

-- Goes to the records above as well, up to one that has a value.
option.Fillup = {
  assign = function(cell, rows)
    if is_empty(cell.value) then
      return
    end
    for i = #rows, 1, -1 do
      if not is_empty(rows[i][cell.name]) then
        return
      end
      rows[i][cell.name] = cell.value
    end
  end,
}

-- Tells records apart; for those who join the tables of several templates.
option.Key = {}

-- No record without it.
option.Required = {
  save = function(cell)
    return not is_empty(cell.value)
  end,
}

-- A group within the group of the value makes a table of each item, as Python does it:
-- by a second match, of the value alone.
local function item_of(cell)
  if not cell.nested or not cell.value then
    return cell.value or "None"
  end
  local captures, message, kind = cell.nested:match(cell.value)
  if not captures then
    return not message and cell.value, message, kind
  end
  local item = {}
  for _, name in ipairs(cell.nested.names) do
    item[name] = captures[cell.nested.alias[name] or name] or ""
  end
  return item
end

-- Collects all that was matched. An item is the string "None" where the group of the
-- value took no part in the match, which is what Python's users see.
option.List = {
  assign = function(cell)
    local item, message, kind = item_of(cell)
    if not item then
      return message, kind
    end
    table.insert(cell.list, item)
  end,
  clear = function(cell)
    if not cell.is_filled_down then
      cell.list = {}
    end
  end,
  clear_all = function(cell)
    cell.list = {}
  end,
  save = function(cell)
    cell.value = table.move(cell.list, 1, #cell.list, 1, {})
    return true
  end,
}

return option
