--- Text from devices made safe to show: what a terminal would obey becomes `\x1b`.
-- Everything that was not written by us goes through here before a person sees it:
-- device output, error texts of libraries, host names, prompts, banners.
-- @module moonwire.report.escape
local escape = {}

local function show_bytes(bytes)
  return (bytes:gsub(".", function(byte)
    return ("\\x%02x"):format(byte:byte())
  end))
end

-- Walk through the stretches of valid UTF-8; `valid` may rewrite each of them.
local function walk(bytes, valid)
  local parts, first = {}, 1
  while first <= #bytes do
    local _, bad = utf8.len(bytes, first)
    local last = (bad or #bytes + 1) - 1
    if last >= first then
      parts[#parts + 1] = valid(bytes:sub(first, last))
    end
    if bad then
      parts[#parts + 1] = show_bytes(bytes:sub(bad, bad))
    end
    first = last + 2
  end
  return table.concat(parts)
end

-- C0 but newline and tab, DEL, C1, and the marks that reorder or break a line:
-- U+061C, U+200E, U+200F, U+2028 to U+202E, U+2066 to U+2069
local HARMFUL = {
  "[\0-\8\11-\31\127]",
  "\xc2[\x80-\x9f]",
  "\xd8\x9c",
  "\xe2\x80[\x8e\x8f\xa8-\xae]",
  "\xe2\x81[\xa6-\xa9]",
}

local function show_harmful(text)
  for _, pattern in ipairs(HARMFUL) do
    text = text:gsub(pattern, show_bytes)
  end
  return text
end

local function same(text)
  return text
end

--- Make bytes safe for a terminal, several lines allowed.
-- Printable UTF-8, newline and tab stay as they are; every byte of anything else is
-- shown as `\xNN`.
-- @string bytes
-- @treturn string valid UTF-8
function escape.text(bytes)
  if not bytes:find "[^\n\t\x20-\x7e]" then
    return bytes
  end
  return walk(bytes, show_harmful)
end

--- Like `text`, for what has to stay on one line: newline and tab are shown as well.
-- @string bytes
-- @treturn string valid UTF-8 without a newline
function escape.line(bytes)
  return (escape.text(bytes):gsub("[\n\t]", show_bytes))
end

--- Make any bytes valid UTF-8: a byte that is not becomes `\xNN`. Nothing else changes.
-- @string bytes
-- @treturn string
function escape.utf8(bytes)
  if not bytes:find "[\x80-\xff]" then
    return bytes
  end
  return walk(bytes, same)
end

local ENTITIES = {
  ["&"] = "&amp;",
  ["<"] = "&lt;",
  [">"] = "&gt;",
  ['"'] = "&quot;",
  ["'"] = "&#39;",
}

--- Make bytes safe as text or attribute of HTML and SVG.
-- @string bytes
-- @treturn string
function escape.html(bytes)
  return (escape.text(bytes):gsub("[&<>\"']", ENTITIES))
end

return escape
