--- Where an inventory comes from: a file, standard input, and what language it is in.
-- Text is made plain here, once for all readers: UTF-8, lines that end in LF, no mark
-- at the beginning. What cannot be made plain is named by file and line.
-- @module moonwire.inventory.source
local is_ascii = require("host.text").is_ascii
local uv = require "luv"

local source = {}

local OTHERS_READ = 4 -- of the mode of a file
local BOM = "\xEF\xBB\xBF"

--- Languages by the end of a file's name.
source.by_ending = {
  json = "json",
  lua = "lua",
  yaml = "yaml",
  yml = "yaml",
  csv = "csv",
  tsv = "csv",
  ini = "ini",
  cfg = "ini",
}

--- The names of all languages, for a person to choose from.
source.languages = { "json", "lua", "yaml", "csv", "ini" }

local function line_at(text, position)
  local _, before = text:sub(1, position - 1):gsub("\n", "")
  return before + 1
end

-- what no inventory can be, and where
local function oddity(text)
  local nul = text:find("\0", 1, true)
  if text:find "^\xFF\xFE" or text:find "^\xFE\xFF" then
    return "is UTF-16: save it as UTF-8", 1
  elseif nul then
    return "holds a NUL byte: it is no text", line_at(text, nul)
  end
  local ok, position = is_ascii(text), nil
  if not ok then
    ok, position = utf8.len(text)
  end
  if not ok then
    return "is not UTF-8 (Latin-1, perhaps)", line_at(text, position)
  end
end

--- Make a text plain.
-- @string text
-- @treturn[1] string
-- @return[2] nil
-- @treturn[2] string complaint
-- @treturn[2] int line
function source.plain(text)
  local complaint, line = oddity(text)
  if complaint then
    return nil, complaint, line
  end
  if text:sub(1, #BOM) == BOM then
    text = text:sub(#BOM + 1)
  end
  if text:find("\r", 1, true) then
    text = text:gsub("\r\n?", "\n")
  end
  return text
end

-- the first line that says something, and it is no comment
local function first_line(text)
  for line in text:gmatch "[^\n]+" do
    if not line:find "^%s*[#;]" and line:find "%S" then
      return line
    end
  end
  return ""
end

-- how the first line of each language begins, in the order of asking
local SIGNS = {
  { "json", "^%s*{", '^%s*%[%s*[{"]', "^%s*%[%s*$" },
  { "lua", "^%-%-[^-]", "^return%f[%W]", "^local%s" },
  { "csv", "^host[,;\t]", "^[^:=]*[,;\t] *host *[,;\t]", "^[^:=]*[,;\t] *host *$" },
  { "yaml", "^%-%-%-", "^[^%s=%[]+%s*:%s", "^[^%s=%[]+:$" },
}

--- The language that a text seems to be in.
-- @string text
-- @treturn string one of `source.languages`
function source.sniff(text)
  local line = first_line(text)
  for _, signs in ipairs(SIGNS) do
    for i = 2, #signs do
      if line:find(signs[i]) then
        return signs[1]
      end
    end
  end
  return "ini"
end

--- The folder that a path lies in.
-- @string path
-- @treturn string
function source.folder_of(path)
  return path:match "^(.*)/[^/]*$" or "."
end

--- What is at a path.
-- @string path
-- @treturn string|nil "file", "directory" or another word of libuv
function source.kind(path)
  local status = uv.fs_stat(path)
  return status and status.type
end

local function is_open(path)
  local status = uv.fs_stat(path)
  return status ~= nil and status.mode & OTHERS_READ ~= 0
end

local function read_all(stream, path)
  local text, message = stream:read "a"
  if not text then
    return nil, ("%s: %s"):format(path, message), "local"
  end
  return text
end

--- Read a file.
-- @string path
-- @treturn[1] string text, as it is
-- @treturn[1] table source: `name`, `folder`, `is_open` (others can read it)
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: "local"
function source.read_file(path)
  local stream, message = io.open(path, "rb")
  if not stream then
    return nil, message, "local"
  end
  local text, why, kind = read_all(stream, path)
  stream:close()
  if not text then
    return nil, why, kind
  end
  return text, { name = path, folder = source.folder_of(path), is_open = is_open(path) }
end

--- Read standard input to its end. Nothing else runs meanwhile.
-- @treturn[1] string text
-- @treturn[1] table source
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: "local"
function source.read_standard_input()
  local text, message, kind = read_all(io.stdin, "standard input")
  if not text then
    return nil, message, kind
  end
  return text, { name = "standard input", folder = "." }
end

return source
