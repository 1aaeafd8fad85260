--- Where a value stands in a JSON text, for whoever has to complain about it.
-- Looked for only then: a text that is well costs nothing. The text was decoded, so it
-- is JSON, or what dkjson lets pass for it, such as comments.
-- @module moonwire.inventory.json_places
local places = {}

-- Where the string that begins at a quote has its last one.
local function end_of_string(text, at)
  local last = at
  while true do
    last = text:find('["\\]', last + 1) or #text + 1
    if text:byte(last) ~= 92 then -- a backslash
      return last
    end
    last = last + 1
  end
end

-- where the text goes on behind a comment; at any other slash, behind that
local function end_of_comment(text, at)
  local _, last = text:find("^//[^\n]*", at)
  if not last and text:find("^/%*", at) then
    _, last = text:find("*/", at + 2, true)
    last = last or #text
  end
  return (last or at) + 1
end

-- Call visit(kind, at, text) for each piece: a bracket, a comma, a "string", a "key".
local function scan(text, visit)
  local at, kind = text:match '()([%[%]{},"/])'
  while at do
    local after, piece = at + 1, nil
    if kind == "/" then
      after = end_of_comment(text, at)
    elseif kind == '"' then
      local last = end_of_string(text, at)
      local colon = text:match("^%s*:()", last + 1)
      kind, piece = colon and "key" or "string", text:sub(at + 1, last - 1)
      after = colon or last + 1
    end
    if kind ~= "/" and visit(kind, at, piece) then
      return
    end
    at, kind = text:match('()([%[%]{},"/])', after)
  end
end

local function unescape(key)
  return (key:gsub("\\(u?)(.)(%x?%x?%x?)", function(is_code, first, rest)
    if is_code == "u" then
      return utf8.char(tonumber(first .. rest, 16) or 63)
    end
    return first .. rest
  end))
end

local function line_of(text, at)
  local _, before = text:sub(1, at - 1):gsub("\n", "%0")
  return before + 1
end

-- One level of the text: which keys it has seen, and where it is.
local function step(stack, kind, piece)
  local top = stack[#stack]
  if kind == "{" or kind == "[" then
    stack[#stack + 1] = { seen = {}, key = kind == "[" and 1 or nil }
  elseif kind == "}" or kind == "]" then
    stack[#stack] = nil
  elseif kind == "," and math.type(top.key) == "integer" then
    top.key = top.key + 1
  elseif kind == "key" then
    top.key = unescape(piece)
  end
end

--- The first key that one object has twice.
-- @string text
-- @treturn string|nil message
-- @treturn int|nil line
function places.duplicate(text)
  local stack, found = {}, nil
  scan(text, function(kind, at, piece)
    step(stack, kind, piece)
    local top = stack[#stack]
    if kind == "key" and top.seen[top.key] then
      found = at
      return true
    elseif kind == "key" then
      top.seen[top.key] = true
    end
  end)
  if found then
    return "a key is there twice in one object", line_of(text, found)
  end
end

-- how many of the keys the stack has followed
local function followed(stack, keys)
  for depth = 1, #stack do
    if depth > #keys or stack[depth].key ~= keys[depth] then
      return depth - 1
    end
  end
  return #stack
end

--- The line of a value; when there is none, of the last object on the way to it.
-- @string text
-- @tparam table keys names, and positions from 1
-- @treturn int line
function places.line(text, keys)
  local stack, best, found = {}, 0, 1
  scan(text, function(kind, at, piece)
    step(stack, kind, piece)
    if kind ~= "}" and kind ~= "]" and kind ~= "string" then
      local count = followed(stack, keys)
      if count > best and (count == #stack or kind == "{") then
        best, found = count, kind == "key" and at or text:find("%S", at + 1)
      end
    end
    return best == #keys
  end)
  return line_of(text, found)
end

return places
