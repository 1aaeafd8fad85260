--- What is wrong with an inventory, collected, so that a person mends all at once.
-- A complaint names the file, the line where there is one, and the path of the field;
-- it never holds what stands there, unless the reader of that field knows better.
--
-- Complaints are about records. A record is what somebody wrote about one device, one
-- group or the like: `given` (the fields), `source` (the file), `at` (the place of all
-- its kind: `path`, `keys`, `base`) and `key` (its own name or position there), `line`
-- (when the reader knows it), `words` (what the file calls a field), `name` (when it
-- has one), and `inherited` (see `moonwire.inventory.inherit`).
-- @module moonwire.inventory.complaints
local inherit = require "moonwire.inventory.inherit"
local printable = require "moonwire.printable"

local Complaints = {}
Complaints.__index = Complaints

local MOST = 10

local NOWHERE = { path = "", keys = {}, base = 1 }

local function below(path, word)
  return path == "" and word or path .. "." .. word
end

local function path_of(record, word)
  local at = record.at or NOWHERE
  local path, key = at.path, record.key or record.name
  if math.type(key) == "integer" then
    path = ("%s[%d]"):format(path, key - 1 + at.base)
  elseif key then
    path = below(path, key)
  end
  return word and below(path, word) or path
end

local function line_of(record, word)
  local source = record.source
  local lines = record.lines
  if lines and lines[word] or record.line then
    return lines and lines[word] or record.line
  elseif not source.locate then
    return nil
  end
  local at = record.at or NOWHERE
  local keys = table.move(at.keys, 1, #at.keys, 1, {})
  keys[#keys + 1] = record.key or record.name
  keys[#keys + 1] = word
  return source.locate(keys)
end

local function format(entry)
  local record = inherit.owner(entry.record, entry.field)
  local word = record.words and record.words[entry.field or ""] or entry.field
  local line, path = entry.line or line_of(record, word), path_of(record, word)
  return printable(("%s:%s %s%s"):format(
    record.source.name,
    line and (" %d:"):format(line):sub(2) or "",
    path == "" and "" or path .. ": ",
    entry.text
  ))
end

local function format_some(entries)
  local lines = {}
  for i = 1, math.min(#entries, MOST) do
    lines[i] = format(entries[i])
  end
  if #entries > MOST then
    lines[#lines + 1] = ("… and %d more"):format(#entries - MOST)
  end
  return lines
end

--- Something is wrong.
-- @tparam table record
-- @tparam string|nil field which of its fields; nil: all of it
-- @string text
function Complaints:add(record, field, text)
  self.errors[#self.errors + 1] = { record = record, field = field, text = text }
end

--- Something may be wrong.
-- @tparam table record
-- @tparam string|nil field
-- @string text
-- @int[opt] line when it is not the field's
function Complaints:warn(record, field, text, line)
  local entry = { record = record, field = field, text = text, line = line }
  self.doubts[#self.doubts + 1] = entry
end

--- What a person may call the place of a record: its path, or else its line.
-- @tparam table record
-- @treturn string
function Complaints.place(record)
  local path = path_of(record)
  return path ~= "" and path or ("line %d"):format(record.line or 1)
end

--- How many things are wrong.
-- @treturn int
function Complaints:count()
  return #self.errors
end

--- All that is wrong, a line for each; nil when nothing is.
-- @treturn string|nil
function Complaints:verdict()
  if #self.errors > 0 then
    return table.concat(format_some(self.errors), "\n")
  end
end

--- What may be wrong.
-- @treturn {string,...} lines
-- @treturn int how many there are in all
function Complaints:warnings()
  return format_some(self.doubts), #self.doubts
end

--- An empty collection.
-- @treturn Complaints
function Complaints.new()
  return setmetatable({ errors = {}, doubts = {} }, Complaints)
end

return Complaints
