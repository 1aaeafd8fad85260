--- What source files say about themselves, for the checks beside this file.
local source = {}

--- A whole file.
function source.read(path)
  local file <close> = assert(io.open(path, "rb"))
  return file:read "a"
end

--- Every C and Lua file, specs aside, in order.
function source.files()
  local list = {}
  local command = "find host lua scripts 2>/dev/null -name '*.[ch]' -o -name '*.lua'"
  local find <close> = assert(io.popen(command))
  for path in find:lines() do
    list[#list + 1] = path
  end
  table.sort(list)
  assert(#list > 0, "there are no files here: run this at the top of the repository")
  return list
end

--- Source without comments and with empty strings.
function source.code_of(path, text)
  local is_lua = path:find "%.lua$"
  if is_lua then
    text = text:gsub("%-?%-?%[(=*)%[.-%]%1%]", '""')
  else
    text = text:gsub("/%*.-%*/", "")
  end
  text = text:gsub("\\.", ""):gsub("([\"'])[^\n]-%1", '""')
  return is_lua and text:gsub("%-%-[^\n]*", "") or text
end

--- A C file and its header are one unit: "core/op", "main".
function source.unit_of(path)
  return (path:gsub("^host/", ""):gsub("%.[ch]$", ""))
end

function source.folder_of(unit)
  return unit:match "^(.*)/" or ""
end

--- What a C file includes of ours, as units, and of others, as headers.
function source.includes_of(text)
  local ours, others = {}, {}
  for header in text:gmatch '#include "([^"]+)%.h"' do
    ours[#ours + 1] = header
  end
  for header in text:gmatch "#include <([^>]+)>" do
    others[#others + 1] = header
  end
  return ours, others
end

--- Every module that is required, and whether only the start of its name is there.
function source.requires_of(text)
  local found = {}
  for line in text:gmatch "[^\n]+" do
    if not line:find "^%s*%-%-" then
      for name, dots in line:gmatch "require%s*%(?%s*[\"']([%w_.]+)[\"']%s*(%.?%.?)" do
        found[#found + 1] = { name = name, is_open = dots == ".." }
      end
    end
  end
  return found
end

local function lua_head(text)
  local words = {}
  for line in text:gsub("^#![^\n]*\n", ""):gmatch "[^\n]*" do
    local word = line:match "^%-%-%-?%s*([^@%s].*)"
    if not word then
      break
    end
    words[#words + 1] = word
  end
  return table.concat(words, " ")
end

local function c_head(text)
  local head = text:match "/%*+\n%*?%*?%s*(.-)%*/" or text:match "/%* (.-)%*/" or ""
  return head:gsub("\n%*%*", " "):gsub("^[%w_./]+ %- ", "")
end

--- The first sentence of a file: what the room is for. A long one ends at its colon.
function source.summary_of(path, text)
  local head = path:find "%.lua$" and lua_head(text) or c_head(text)
  head = head:gsub("%s+", " ")
  local sentence = head:match "^(.-)%. " or head:match "^(.-)[.:]?%s*$"
  return #sentence > 66 and sentence:match "^(.-): " or sentence
end

return source
