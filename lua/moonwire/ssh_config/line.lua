--- One line of ssh_config, taken apart: OpenSSH has two ways to do it, and both are
-- needed. Nothing in here knows what a keyword means.
-- @module moonwire.ssh_config.line
local line = {}

local match, lower = string.match, string.lower

local function is_escape(c, after, quote)
  return c == "\\" and (after:find "['\"\\]" or not quote and after == " ")
end

-- quoted or escaped in any way: character by character
local function read_word(text, at)
  local parts, quote = {}, nil
  while at <= #text do
    local c, after = text:sub(at, at), text:sub(at + 1, at + 1)
    if is_escape(c, after, quote) then
      parts[#parts + 1] = after
      at = at + 1
    elseif not quote and c:find "[ \t]" then
      break
    elseif not quote and c:find "['\"]" then
      quote = c
    elseif c == quote then
      quote = nil
    else
      parts[#parts + 1] = c
    end
    at = at + 1
  end
  return table.concat(parts), at, quote ~= nil
end

--- The words of a text, with their quotes and escapes taken away. A word that begins
-- with `#` ends it.
-- @string text
-- @treturn ?{string,...} nil: a quote has no end
function line.words(text)
  if text:find "^[^ \t'\"\\#]+$" then -- nearly every line has one, and a plain one
    return { text }
  end
  local words, at = {}, text:find "[^ \t]"
  local is_plain = not text:find "['\"\\]"
  while at and text:byte(at) ~= 35 do
    local word, after, is_open
    if is_plain then
      word, after = text:match("^([^ \t]*)()", at)
    else
      word, after, is_open = read_word(text, at)
    end
    if is_open then
      return nil
    end
    words[#words + 1] = word
    at = text:find("[^ \t]", after)
  end
  return words
end

local function skip_blanks(text, at)
  return text:match("^[ \t\r\n]*(.*)$", at)
end

--- The next word, up to a blank or an `=`; double quotes hold both.
-- @string text
-- @treturn ?string word; nil: a quote has no end
-- @treturn ?string the rest; nil: there is none
function line.delimit(text)
  local at = text:find '[ \t\r\n"=]'
  if not at then
    return text, nil
  end
  local stop, word = text:sub(at, at), text:sub(1, at - 1)
  if stop == '"' then
    local close = text:find('"', at + 1, true)
    if not close then
      return nil
    end
    return word .. text:sub(at + 1, close - 1), skip_blanks(text, close + 1)
  end
  local rest = skip_blanks(text, at + 1)
  if stop ~= "=" and rest:byte() == 61 then -- only one of them stands for a blank
    rest = skip_blanks(rest, 2)
  end
  return word, rest
end

--- Keyword and rest of a line.
-- @string text
-- @treturn ?string the keyword in lower case; nil: nothing is on this line
-- @treturn ?string the rest, perhaps empty
function line.split(text)
  local trimmed = text:match("^[^\0]*"):match "^.*[^ \t\r\n\f]" or ""
  local keyword, rest = line.delimit(trimmed)
  if keyword == "" and rest then
    keyword, rest = line.delimit(rest)
  end
  if not keyword or keyword == "" or keyword:byte() == 35 then
    return nil
  end
  return keyword:lower(), rest and skip_blanks(rest, 1) or ""
end

--- Keyword and rest of the line that begins at a place in a text, as from `split`. Most
-- lines are plain, and are not even taken out of the text.
-- @string text
-- @int at
-- @treturn ?string the keyword in lower case; nil: nothing is on this line
-- @treturn ?string the rest, perhaps empty
-- @treturn int where the next line begins
function line.next(text, at)
  local usual, rest, after = match(text, '^[ \t]*(%a+)[ \t]+([^%c"=]*[^%c"= ])\n()', at)
  if usual then
    return lower(usual), rest, after
  end
  local one
  one, after = match(text, "^([^\n]*)\n?()", at)
  local keyword
  keyword, rest = line.split(one)
  return keyword, rest, after
end

return line
