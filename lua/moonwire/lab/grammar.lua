--- The command language of a simulated device: words that may be shortened, arguments,
-- help, and errors that say where. A grammar is compiled once, shared by all devices,
-- and remembers the lines it has seen, so that a command costs one look into a table.
-- Nothing in here runs a command or writes to anybody.
-- @module moonwire.lab.grammar
local filter = require "moonwire.lab.filter"

local grammar = {}

local Grammar = { __name = "moonwire.lab.Grammar" }
Grammar.__index = Grammar

local MEMORY = 2000 -- lines remembered

local function is_address(word)
  local a, b, c, d = word:match "^(%d+)%.(%d+)%.(%d+)%.(%d+)$"
  return a and tonumber(a) < 256 and tonumber(b) < 256 and tonumber(c) < 256
    and tonumber(d) < 256
end

-- what may stand for an argument; nil for a keyword
local function acceptor(word)
  local first, last = word:match "^<(%d+)%-(%d+)>$"
  if first then
    return function(text)
      return #text < 10 and text:find "^%d+$" and tonumber(text) >= tonumber(first)
        and tonumber(text) <= tonumber(last)
    end
  elseif word == "A.B.C.D" then
    return is_address
  elseif word == "WORD" or word == "LINE" then
    return function()
      return true
    end
  end
  return nil
end

local function new_node(word, path)
  return {
    word = word,
    path = path,
    keywords = {},
    order = {},
    arguments = {},
    is_pipe = false,
  }
end

local function child_of(node, word)
  local accepts = acceptor(word)
  for _, argument in ipairs(node.arguments) do
    if argument.word == word then
      return argument
    end
  end
  if not accepts and node.keywords[word] then
    return node.keywords[word]
  end
  local path = node.path .. (node.path ~= "" and " " or "") .. word
  local child = new_node(word, accepts and node.path or path)
  child.accepts = accepts
  if accepts then
    table.insert(node.arguments, child)
  else
    node.keywords[word] = child
    table.insert(node.order, word)
    table.sort(node.order)
  end
  return child
end

local function add(root, entry)
  local node = root
  for word in entry[1]:gmatch "%S+" do
    node = child_of(node, word)
  end
  node.help = entry[2]
  node.run = entry.run
  node.is_pipe = entry.is_pipe or false
end

--- Compile a grammar.
-- @tparam table entries each `{ "show ip route A.B.C.D", "help of the last word",
-- run = anything, is_pipe = true }`. Words in lower case are keywords; `WORD`, `LINE`
-- (the rest of the line), `A.B.C.D` and `<0-512>` are arguments. An entry without `run`
-- only gives help for a word on the way.
-- @int[opt=15] level leave out the entries whose `level` is higher
-- @treturn Grammar
function grammar.compile(entries, level)
  local root = new_node("", "")
  for _, entry in ipairs(entries) do
    if (entry.level or 0) <= (level or 15) then
      add(root, entry)
    end
  end
  return setmetatable({ root = root, memory = {}, remembered = 0 }, Grammar)
end

local function keywords_with(node, beginning)
  local found = {}
  for _, word in ipairs(node.order) do
    if word:sub(1, #beginning) == beginning then
      found[#found + 1] = word
    end
  end
  return found
end

local function argument_for(node, word)
  for _, argument in ipairs(node.arguments) do
    if argument.accepts(word) then
      return argument
    end
  end
  return nil
end

-- one word further: the node it leads to, or nil and what is wrong with it
local function step(node, word)
  local lower = word:lower()
  if node.keywords[lower] then
    return node.keywords[lower]
  end
  local found = keywords_with(node, lower)
  if #found == 1 then
    return node.keywords[found[1]]
  elseif #found > 1 then
    return nil, "ambiguous"
  end
  local argument = argument_for(node, word)
  return argument, argument == nil and "invalid" or nil
end

-- how many letters of the word are those of some keyword
local function known_letters(node, word)
  local lower = word:lower()
  for length = #lower - 1, 1, -1 do
    if keywords_with(node, lower:sub(1, length))[1] then
      return length
    end
  end
  return 0
end

local function invalid(column)
  return { problem = "invalid", column = column }
end

local function only_key(map, beginning)
  local found
  for key in pairs(map) do
    if key:sub(1, #beginning) == beginning then
      if found then
        return nil
      end
      found = key
    end
  end
  return found
end

local function parse_filter(found, line, first)
  local start, verb, expression = line:match("^%s*()(%S+)%s+(.-)%s*$", first)
  local full = verb and only_key(filter.VERBS, verb:lower())
  if not verb or expression == "" then
    return { problem = "incomplete" }
  elseif not full then
    return invalid(start - 1)
  end
  found.filter = filter.compile(full, expression)
  return found.filter and found or { problem = "expression" }
end

local function accept(found, node, line, first, last)
  if not node.accepts then
    return
  end
  table.insert(found.columns, first - 1)
  if node.word == "LINE" then
    table.insert(found, (line:sub(first):gsub("%s+$", "")))
  else
    table.insert(found, line:sub(first, last))
  end
end

local function finish(found, node)
  if node.run == nil then
    found.problem = "incomplete"
  end
  found.run, found.path = node.run, node.path
  return found
end

local function parse(root, line)
  local found, node = { columns = {} }, root
  local first, last = line:find "%S+"
  while first do
    local word = line:sub(first, last)
    if word == "|" and node.is_pipe then
      return parse_filter(finish(found, node), line, last + 1)
    end
    local child, problem = step(node, word)
    if problem == "ambiguous" then
      return { problem = problem, line = line }
    elseif problem then
      return invalid(first - 1 + known_letters(node, word))
    end
    accept(found, child, line, first, last)
    node = child
    if node.word == "LINE" then
      break
    end
    first, last = line:find("%S+", last + 1)
  end
  return finish(found, node)
end

--- Understand a line.
-- @string line
-- @treturn table shared and not to be changed: `run` and `path` (its keywords in full)
-- of the entry, the arguments as a list, their `columns` (from 0), perhaps a `filter`;
-- or a `problem`: "ambiguous", "incomplete" (as far as it goes), "expression", or
-- "invalid" with its `column`
function Grammar:parse(line)
  local found = self.memory[line]
  if not found then
    if self.remembered >= MEMORY then
      self.memory, self.remembered = {}, 0
    end
    found = parse(self.root, line)
    self.memory[line] = found
    self.remembered = self.remembered + 1
  end
  return found
end

-- the node that the whole words of a line lead to, and the word being typed
local function descend(root, line)
  local node = root
  local words, partial = line:match "^(.-)(%S*)$"
  for word in words:gmatch "%S+" do
    local child, problem = step(node, word)
    if problem then
      return nil, problem
    end
    node = child
  end
  return node, partial
end

-- what may follow a node; `is_end`: the line may stop here
local function rows_of(node)
  local rows = { is_end = node.run ~= nil }
  for _, word in ipairs(node.order) do
    rows[#rows + 1] = { word, node.keywords[word].help }
  end
  for _, argument in ipairs(node.arguments) do
    rows[#rows + 1] = { argument.word, argument.help }
  end
  if node.is_pipe then
    rows[#rows + 1] = { "|", "Output modifiers" }
  end
  return rows
end

--- What may stand next.
-- @string line what has been typed; with a blank behind it: the words that follow,
-- without: those that its last one may become
-- @treturn[1] {table,...} word and help (or nil) of each; `is_end` where the line may
-- also be entered as it is
-- @treturn[1] string the beginning of a word that they all go on with
-- @return[2] nil
-- @treturn[2] string "ambiguous" or "invalid"
function Grammar:next(line)
  local node, partial = descend(self.root, line)
  if not node then
    return nil, partial
  elseif partial == "" then
    return rows_of(node), ""
  end
  local rows = {}
  for i, word in ipairs(keywords_with(node, partial:lower())) do
    rows[i] = { word, node.keywords[word].help }
  end
  if not rows[1] then
    return nil, "invalid"
  end
  return rows, partial
end

--- Rows as a table: the words below each other, and what they are for.
-- @tparam {table,...} rows word and help (or nil) of each
-- @int[opt=0] least how wide the words are at least
-- @string[opt] margin two blanks, when left out
-- @treturn string lines that end in CR LF
function grammar.columns(rows, least, margin)
  local width, lines = least or 0, {}
  for _, row in ipairs(rows) do
    width = math.max(width, #row[1])
  end
  local form = (margin or "  ") .. "%-" .. width .. "s  %s"
  for i, row in ipairs(rows) do
    local padded = form:format(row[1], row[2] or "")
    lines[i] = padded:gsub("%s+$", "") .. "\r\n"
  end
  return table.concat(lines)
end

--- The answer to a question mark behind a line.
-- @string line what has been typed before it
-- @treturn string lines that end in CR LF
function Grammar:help(line)
  local rows, partial = self:next(line)
  if not rows then
    return partial == "ambiguous" and ('%% Ambiguous command:  "%s"\r\n'):format(line)
      or "% Unrecognized command\r\n"
  elseif partial == "" then
    rows[#rows + 1] = rows.is_end and { "<cr>" } or nil
    return grammar.columns(rows)
  end
  for i, row in ipairs(rows) do
    rows[i] = row[1]
  end
  return table.concat(rows, "  ") .. "\r\n"
end

--- The answer to the TAB key.
-- @string line what has been typed before it
-- @treturn string the line with its last word in full, when only one is possible
function Grammar:complete(line)
  local node, partial = descend(self.root, line)
  local words = node and partial ~= "" and keywords_with(node, partial:lower()) or {}
  if #words ~= 1 then
    return line
  end
  return line:sub(1, #line - #partial) .. words[1] .. " "
end

return grammar
