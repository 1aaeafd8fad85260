--- What the Tab key puts in: names of Lua, of devices and of what they can do; inside
-- of a command, what the device itself says may follow.
-- @module moonwire.repl.complete
local Group = require "moonwire.repl.group"
local Remote = require "moonwire.repl.remote"
local colon = require "moonwire.repl.colon"
local escape = require "moonwire.report.escape"

local complete = {}

local WIDTH = 80
local KEYWORDS = {
  "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto",
  "if", "in", "local", "nil", "not", "or", "repeat", "return", "then", "true", "until",
  "while",
}

local function begins(word, start)
  return word:sub(1, #start) == start
end

-- Those that begin so, each once and in order.
local function choose(words, start)
  local chosen, has = {}, {}
  for _, word in ipairs(words) do
    if type(word) == "string" and begins(word, start) and not has[word] then
      has[word] = true
      chosen[#chosen + 1] = { word = word }
    end
  end
  table.sort(chosen, function(a, b) return a.word < b.word end)
  return chosen
end

local function keys_of(value, names, shape)
  while type(value) == "table" do
    for key in next, value do
      if type(key) == "string" and key:find(shape) then
        names[#names + 1] = key
      end
    end
    local meta = getmetatable(value)
    value = type(meta) == "table" and rawget(meta, "__index")
  end
end

local function is_remote(value)
  local meta = getmetatable(value)
  return meta == Remote or meta == getmetatable(Group.new {})
end

-- Names are looked up without running anything.
local function raw_field(value, name)
  while type(value) == "table" do
    local found = rawget(value, name)
    if found ~= nil then
      return found
    end
    local meta = getmetatable(value)
    value = type(meta) == "table" and rawget(meta, "__index")
  end
end

local function value_of(environment, path)
  local value = environment
  for name in path:gmatch "[%a_][%w_]*" do
    value = raw_field(value, name)
  end
  return value
end

local function complete_name(desk, before)
  local path, sign, start = before:match "([%a_][%w_.]*)([.:])([%w_]*)$"
  if not path then
    start = before:match "[%a_][%w_]*$" or ""
    local names = table.move(KEYWORDS, 1, #KEYWORDS, 1, {})
    keys_of(desk.environment, names, "^[%a_][%w_]*$")
    return start, choose(names, start), ""
  end
  local value, names = value_of(desk.environment, path), {}
  if is_remote(value) then
    names = sign == ":" and Remote.verbs() or { "name", "device", "last" }
  elseif type(value) == "string" then
    keys_of(string, names, "^%a")
  else
    keys_of(value, names, "^[%a_][%w_]*$")
  end
  return start, choose(names, start), ""
end

-- The quote that is open at the end of a text, and where it stands.
local function open_quote(text)
  local quote, at, i = nil, nil, 1
  while i <= #text do
    local char = text:sub(i, i)
    if quote and char == "\\" then
      i = i + 1
    elseif quote == char then
      quote = nil
    elseif not quote and (char == '"' or char == "'") then
      quote, at = char, i
    end
    i = i + 1
  end
  return quote, at
end

local function is_placeholder(word)
  return word == "|" or word:find "^<" ~= nil or word:find "^%u[%u.:%d<>-]*$" ~= nil
end

-- A device's words for a start; those that stand for something are only shown.
local function device_words(remote, text)
  local rows = remote:learn(text)
  local start = text:match "%S*$"
  local words = {}
  for _, row in ipairs(rows or {}) do
    local is_place = is_placeholder(row.word)
    if is_place or begins(row.word:lower(), start:lower()) then
      words[#words + 1] = { word = row.word, help = row.help, is_place = is_place }
    end
  end
  return start, words, " "
end

local function complete_names_of_devices(desk, start, ending)
  return start, choose(desk:names(), start), ending
end

local function complete_string(desk, before, text, quote)
  local variable = before:match "([%a_][%w_.]*)%s*:%s*[%a_][%w_]*%s*%(?%s*{?%s*$"
  local value = variable and value_of(desk.environment, variable)
  if is_remote(value) then
    return device_words(getmetatable(value) == Remote and value or value[1], text)
  elseif before:find "%f[%w_]connect%s*%(?%s*$" then
    return complete_names_of_devices(desk, text, quote)
  elseif before:find "%f[%w_]fleet%s*%(?%s*$" then
    return complete_names_of_devices(desk, text:match "[^%s,!&^]*$", "")
  end
  return text, {}, ""
end

local function candidates(desk, before)
  local command, argument = before:match "^%s*:(%a*)(.*)$"
  if command and argument == "" then
    return command, choose(colon.names(), command), " "
  elseif command == "doc" then
    local start = argument:match "[%w_]*$"
    return start, choose(Remote.verbs(), start), ""
  elseif command then
    return complete_names_of_devices(desk, argument:match "[^%s,!&^]*$", "")
  elseif desk.target then
    return device_words(desk.target[1], before)
  end
  local quote, at = open_quote(before)
  if quote then
    return complete_string(desk, before:sub(1, at - 1), before:sub(at + 1), quote)
  end
  return complete_name(desk, before)
end

local function common_start(words)
  local common
  for _, candidate in ipairs(words) do
    if not candidate.is_place then
      local word = candidate.word
      common = common or word
      while not begins(word, common) do
        common = common:sub(1, -2)
      end
    end
  end
  return common or ""
end

local function with_help(words, width)
  local lines = {}
  for i, candidate in ipairs(words) do
    local padded = ("  %-" .. width .. "s  %s"):format(candidate.word, candidate.help)
    lines[i] = padded:gsub("%s+$", "")
  end
  return table.concat(lines, "\n") .. "\n"
end

-- down, then right, as ls does it
local function in_columns(words, width)
  local columns = math.max(1, WIDTH // (width + 2))
  local rows = (#words + columns - 1) // columns
  local lines = {}
  for row = 1, rows do
    local cells = {}
    for i = row, #words, rows do
      cells[#cells + 1] = ("%-" .. width .. "s"):format(words[i].word)
    end
    lines[row] = table.concat(cells, "  "):gsub("%s+$", "")
  end
  return table.concat(lines, "\n") .. "\n"
end

local function list(words)
  local width, has_help = 1, false
  for _, candidate in ipairs(words) do
    width = math.min(60, math.max(width, #candidate.word))
    has_help = has_help or (candidate.help or "") ~= ""
  end
  return escape.text((has_help and with_help or in_columns)(words, width))
end

--- What Tab does to a line.
-- @tparam Desk desk
-- @string text the line
-- @int cursor how many bytes stand before the cursor
-- @treturn string|nil what to put in
-- @treturn string|nil what to show above the line
function complete.line(desk, text, cursor)
  local start, words, ending = candidates(desk, text:sub(1, cursor))
  if #words == 0 then
    return nil, nil
  end
  local insertion = common_start(words):sub(#start + 1)
  if #words == 1 and not words[1].is_place then
    return escape.line(insertion .. ending), nil
  elseif insertion ~= "" then
    return escape.line(insertion), nil
  end
  return nil, list(words)
end

return complete
