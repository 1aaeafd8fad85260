--- Lines as Python's `splitlines` sees them, each of them valid UTF-8.
-- A byte that is no UTF-8 stands as a character of a private plane while it is matched,
-- so that it is one character, neither letter nor space. Nothing is lost: `restore`
-- brings it back.
-- @module moonwire.parse.text
local printable = require "moonwire.printable"

local text = {}

local PRIVATE = 0x10FE00
local STAND_IN = "\xf4\x8f[\xba\xbb][\x80-\xbf]" -- U+10FE80 to U+10FEFF

--- A text whose every byte is valid UTF-8.
-- @string given
-- @treturn string the same one, when it was valid
-- @treturn boolean whether something stands for something else
function text.valid(given)
  local pieces, at = {}, 1
  local _, bad = utf8.len(given)
  while bad do
    pieces[#pieces + 1] = given:sub(at, bad - 1)
    pieces[#pieces + 1] = utf8.char(PRIVATE + given:byte(bad))
    at = bad + 1
    _, bad = utf8.len(given, at)
  end
  if at == 1 then
    return given, false
  end
  return table.concat(pieces) .. given:sub(at), true
end

local function byte_of(character)
  return utf8.codepoint(character) - PRIVATE
end

--- What was before `valid`.
-- @string given
-- @treturn string
function text.restore(given)
  return (given:gsub(STAND_IN, function(character)
    return string.char(byte_of(character))
  end))
end

--- The beginning of a line for a message, with all that is not text made visible.
-- @string line valid UTF-8
-- @int most characters
-- @treturn string
function text.excerpt(line, most)
  local behind = utf8.offset(line, most + 1)
  local shown = behind and line:sub(1, behind - 1) or line
  return (printable(shown):gsub(STAND_IN, function(character)
    return ("\\x%02x"):format(byte_of(character))
  end))
end

local function with_newlines(given)
  given = given:gsub("\r\n", "\n"):gsub("[\r\v\f\x1c-\x1e]", "\n")
  if given:find "[\xc2\xe2]" then
    given = given:gsub("\xc2\x85", "\n"):gsub("\xe2\x80[\xa8\xa9]", "\n")
  end
  return given
end

--- Go through lines. They end at a newline, a carriage return, both, and at what else
-- Python takes for the end of a line.
-- @string given
-- @treturn function for `for line in …`
function text.lines(given)
  given = with_newlines(given)
  if given:sub(-1) ~= "\n" and given ~= "" then
    given = given .. "\n"
  end
  return given:gmatch "([^\n]*)\n"
end

return text
