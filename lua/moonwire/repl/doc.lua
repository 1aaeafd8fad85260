--- What the LDoc comments of the Lua files that were shipped say about a function.
-- @module moonwire.repl.doc
local lfs = require "lfs"

local doc = {}

-- the rooms whose words are asked for, the nearest first
local ROOMS = {
  "repl", "session", "fleet", "task", "inventory", "report", "lab", "parse",
}

local function folder_of_library()
  local path = assert(package.searchpath("moonwire.task", package.path))
  return (path:gsub("/task%.lua$", ""))
end

local function files_in(folder, files)
  if lfs.attributes(folder, "mode") ~= "directory" then
    return
  end
  local names = {}
  for name in lfs.dir(folder) do
    names[#names + 1] = name:find "%.lua$" and name or nil
  end
  table.sort(names)
  for _, name in ipairs(names) do
    files[#files + 1] = folder .. "/" .. name
  end
end

local function all_files()
  local library, files = folder_of_library(), {}
  for _, room in ipairs(ROOMS) do
    files_in(library .. "/" .. room, files)
    files[#files + 1] = library .. "/" .. room .. ".lua"
  end
  return files
end

local function read_lines(path)
  local file <close> = io.open(path, "rb")
  local lines = {}
  for line in (file and file:lines() or function() end) do
    lines[#lines + 1] = line
  end
  return lines
end

-- "Session:send_command(command, options)" of a line that defines it
local function signature_in(line, name)
  local what, parameters = line:match "^function%s+([%w_.:]+)(%b())"
  if what and what:match "[%w_]+$" == name then
    return what .. parameters
  end
end

-- The comment right above a line, without its dashes; nil when it is none of LDoc's.
local function comment_above(lines, at)
  local comment, first = {}, at - 1
  while first >= 1 and lines[first]:find "^%-%-" do
    table.insert(comment, 1, (lines[first]:gsub("^%-%-%-? ?", "")))
    if lines[first]:find "^%-%-%-" then
      return comment
    end
    first = first - 1
  end
end

local TYPES = {
  string = "string", number = "number", int = "whole number", bool = "boolean",
}

-- "table options `timeout` …" behind @tparam; the others have their type in the tag
local function split_type(tag, words)
  if tag ~= "tparam" then
    return TYPES[tag], words
  end
  local kind, rest = words:match "^(%b{}%S*)%s*(.*)$"
  if not kind then
    kind, rest = words:match "^(%S+)%s*(.*)$"
  end
  return kind, rest
end

local function render_parameter(tag, how, words)
  local kind, rest = split_type(tag, words)
  local name, about = (rest or ""):match "^(%S+)%s*(.*)$"
  local notes = { kind }
  notes[#notes + 1] = how:find "opt" and "optional" or nil
  local note = notes[1] and (" (%s)"):format(table.concat(notes, ", ")) or ""
  return ("  %s%s: %s"):format(name or "", note, about or "")
end

local function render_tag(line)
  local tag, how, words = line:match "^@(%a+)(%b[])%s*(.*)$"
  if not tag then
    tag, words = line:match "^@(%a+)%s*(.*)$"
    how = ""
  end
  if tag == "tparam" or tag == "param" or TYPES[tag] then
    return render_parameter(tag, how, words)
  elseif tag == "treturn" or tag == "return" then
    return "  gives " .. words
  end
  return tag ~= "local" and ("  %s %s"):format(tag, words) or nil
end

local function render(signature, comment)
  local lines, indent = { signature }, "  "
  for _, line in ipairs(comment) do
    if line:find "^@" then
      lines[#lines + 1], indent = render_tag(line), "    "
    else
      lines[#lines + 1] = indent .. line
    end
  end
  return table.concat(lines, "\n")
end

--- What is written about a function.
-- @string name of the function or method: "send_command", or "session:send_command"
-- @treturn[1] string
-- @return[2] nil
-- @treturn[2] string message
function doc.of(name)
  local word = name:match "[%w_]+$"
  for _, path in ipairs(word and all_files() or {}) do
    local lines = read_lines(path)
    for at, line in ipairs(lines) do
      local signature = signature_in(line, word)
      local comment = signature and comment_above(lines, at)
      if comment then
        return render(signature, comment)
      end
    end
  end
  return nil, ("nothing is written about %q"):format(name)
end

return doc
