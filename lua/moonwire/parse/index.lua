--- The `index` of a folder of templates: which of them is for which command.
-- It is a table with commas between its columns. `Template` says which files, with
-- colons between them; the other columns hold regular expressions, and the first row of
-- which all match counts. In a command `sh[[ow]]` is `sh`, `sho` or `show`.
-- @module moonwire.parse.index
local regex = require "moonwire.parse.regex"
local text = require "moonwire.parse.text"

local index = {}

local Index = { __name = "moonwire.parse.Index" }
Index.__index = Index

local function trim(given)
  return given:match "^%s*(.-)%s*$"
end

-- A comma in the last column belongs to it.
local function split(line, count)
  local cells, at = {}, 1
  for i = 1, count - 1 do
    local comma = line:find(",", at, true)
    if not comma then
      break
    end
    cells[i] = trim(line:sub(at, comma - 1))
    at = comma + 1
  end
  cells[#cells + 1] = trim(line:sub(at))
  return cells
end

local function optional_letters(word)
  local letters, count = word:gsub(utf8.charpattern, "(%0")
  return letters .. (")?"):rep(count)
end

local PREPARE = {
  Command = function(cell)
    return (cell:gsub("%[%[(..-)%]%]", optional_letters))
  end,
}

local function new_row(self, cells, number)
  local row = { number = number, patterns = {} }
  for i, name in ipairs(self.header) do
    if name == "Template" then
      row.template = cells[i]
    elseif cells[i] ~= "" then
      row.patterns[name] = PREPARE[name] and PREPARE[name](cells[i]) or cells[i]
    end
  end
  return row
end

local function failure(self, number, message)
  return nil, ("%s:%d: %s"):format(self.name, number, message), "invalid"
end

local function read_header(self, line, number)
  line = trim(line:gsub("#.*", ""))
  if line == "" then
    return true
  end
  local _, commas = line:gsub(",", "")
  self.header = split(line, commas + 1)
  for _, name in ipairs(self.header) do
    if name == "Template" then
      return true
    end
  end
  return failure(self, number, "there is no column 'Template'")
end

local function read_row(self, line, number)
  if line:find "^#" or not line:find "%S" then
    return true
  end
  local cells = split(line, #self.header)
  if #cells < #self.header then
    local message = "a row has %d columns, and not %d"
    return failure(self, number, message:format(#self.header, #cells))
  end
  table.insert(self.rows, new_row(self, cells, number))
  return true
end

--- Read an index.
-- @string given the text of it
-- @string name for messages
-- @treturn[1] Index
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: "invalid"
function index.read(given, name)
  local self = setmetatable({ name = name, rows = {}, compiled = {} }, Index)
  local number = 0
  for line in text.lines(given) do
    number = number + 1
    local read = self.header and read_row or read_header
    local ok, message, kind = read(self, line, number)
    if not ok then
      return nil, message, kind
    end
  end
  if not self.header then
    return failure(self, 1, "there is no line that names the columns")
  end
  return self
end

-- Many rows share a pattern, and most are never needed.
local function compile(self, pattern)
  local compiled = self.compiled[pattern]
  if not compiled then
    local message
    compiled, message = regex.compile(pattern)
    if not compiled then
      return nil, ("%s in '%s'"):format(message, pattern)
    end
    self.compiled[pattern] = compiled
  end
  return compiled
end

local function matches(self, pattern, attribute)
  local compiled, message = compile(self, pattern)
  if not compiled then
    return nil, message, "invalid"
  end
  return compiled:match((text.valid(attribute)))
end

-- In the order of the columns, so that a command is only looked at on its platform.
local function row_matches(self, row, attributes)
  for _, name in ipairs(self.header) do
    local pattern, attribute = row.patterns[name], attributes[name]
    if pattern and attribute then
      local found, message, kind = matches(self, pattern, attribute)
      if not found then
        return found, message, kind
      end
    end
  end
  return true
end

--- Search for the templates of a command.
-- @tparam table attributes by column: `Platform`, `Command`, …; one that the index does
-- not have is ignored
-- @treturn[1] {string,...} the names of their files
-- @return[2] nil when there are none
-- @treturn[2] string|nil message, when the index is wrong
-- @treturn[2] string|nil kind: "invalid", "limit"
function Index:search(attributes)
  for _, row in ipairs(self.rows) do
    local found, message, kind = row_matches(self, row, attributes)
    if found then
      local names = {}
      for name in row.template:gmatch "[^:]+" do
        names[#names + 1] = name
      end
      return names
    elseif message then
      return nil, ("%s:%d: %s"):format(self.name, row.number, message), kind
    end
  end
  return nil
end

return index
