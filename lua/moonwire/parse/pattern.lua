--- Regular expressions as Python writes them, for PCRE2.
-- The two agree but for a few forms. Those are rewritten here, and those that only
-- PCRE2 knows are refused, so that a template means what it means where it was written.
-- All else is not looked at: when it is wrong, PCRE2 says so.
-- @module moonwire.parse.pattern
local pattern = {}

local LONGEST_NAME = 32 -- of a group, in PCRE2 up to 10.43

local function alias(names, name)
  if #name <= LONGEST_NAME then
    return name
  end
  if not names.alias[name] then
    names.count = names.count + 1
    names.alias[name] = ("%s_%d"):format(name:sub(1, LONGEST_NAME - 5), names.count)
  end
  return names.alias[name]
end

-- Each of the readers takes the text, the place of its first character and the names of
-- the groups. It gives what to write, and the place behind what it has read.

-- "\u" and "\U" with as many digits as they want
local function code_point(wanted)
  return function(text, at)
    local digits = text:match("^" .. wanted, at + 2)
    if not digits then
      return nil, ("\\%s without its digits"):format(text:sub(at + 1, at + 1))
    end
    return ("\\x{%s}"):format(digits), at + 2 + #digits
  end
end

local ESCAPES = {
  Z = function(_, at)
    return "\\z", at + 2 -- \Z would allow for a newline
  end,
  v = function(_, at)
    return "\\x0b", at + 2 -- \v is a class of its own
  end,
  u = code_point "%x%x%x%x",
  U = code_point "%x%x%x%x%x%x%x%x",
}

local function escape(text, at)
  local letter = text:sub(at + 1, at + 1)
  if ESCAPES[letter] then
    return ESCAPES[letter](text, at)
  elseif letter:find "%a" and not letter:find "[AbBdDsSwWafnrtx]" then
    return nil, "there is no \\" .. letter
  end
  return text:sub(at, at + 1), at + 1 + #letter
end

-- In a class "[" is a letter like others, and PCRE2 would look for "[:alpha:]"; so is
-- "]" in the first place.
local function open_class(text, at)
  local negation, first = text:match("^%[(%^?)([%]:.=]?)", at)
  local escaped = first ~= "" and "\\" .. first or ""
  return "[" .. negation .. escaped, at + 1 + #negation + #first
end

local function class(text, at)
  local pieces = {}
  pieces[1], at = open_class(text, at)
  while true do
    local plain, special = text:match("^([^\\%[%]]*)([\\%[%]]?)", at)
    pieces[#pieces + 1] = plain
    at = at + #plain
    if special == "[" then
      pieces[#pieces + 1] = "\\["
      at = at + 1
    elseif special == "\\" then
      local piece, behind = escape(text, at)
      if not piece then
        return nil, behind
      end
      pieces[#pieces + 1], at = piece, behind
    else
      pieces[#pieces + 1] = special
      return table.concat(pieces), at + #special
    end
  end
end

local function repetition(text, at)
  local most = text:match("^{,(%d*)}", at)
  if not most then
    return "{", at + 1
  end
  return ("{0,%s}"):format(most), at + 3 + #most
end

-- what may follow "(?" and has no name in it
local EXTENSIONS = { "^[:=!>(]", "^<[=!]", "^[aiLmsux%-]+[:)]" }

local function extension(text, at)
  local comment = text:match("^#[^)]*", at + 2)
  if comment then
    return "(?" .. comment, at + 2 + #comment
  end
  for _, known in ipairs(EXTENSIONS) do
    if text:find(known, at + 2) then
      return "(?", at + 2
    end
  end
  return nil, "there is no " .. text:sub(at, at + 2)
end

-- "(?P<name>", "(?P=name)" and "(?(name)": opening, name, closing
local NAMED = { "^(%(%?P<)([^>]*)(>)", "^(%(%?P=)([^)]*)(%))", "^(%(%?%()([^)]*)(%))" }

local function group(text, at, names)
  for i, named in ipairs(NAMED) do
    local opening, name, closing = text:match(named, at)
    if opening then
      names[#names + 1] = i == 1 and name or nil
      local behind = at + #opening + #name + #closing
      return opening .. alias(names, name) .. closing, behind
    end
  end
  if text:find("^%(%?", at) then
    return extension(text, at)
  elseif text:find("^%(%*", at) then
    return nil, "there is no (*"
  end
  return "(", at + 1
end

local READERS = { ["\\"] = escape, ["["] = class, ["{"] = repetition, ["("] = group }

--- Rewrite a regular expression of Python's.
-- @string text
-- @treturn[1] string for PCRE2
-- @treturn[1] {string,...} the names of its groups, with `alias`: by name what it is
-- called now, for those that PCRE2 finds too long
-- @return[2] nil
-- @treturn[2] string message
function pattern.translate(text)
  local pieces, names, at = {}, { alias = {}, count = 0 }, 1
  while at <= #text do
    local plain, special = text:match("^([^\\%[{(]*)([\\%[{(]?)", at)
    pieces[#pieces + 1] = plain
    at = at + #plain
    if special ~= "" then
      local piece, behind = READERS[special](text, at, names)
      if not piece then
        return nil, behind
      end
      pieces[#pieces + 1], at = piece, behind
    end
  end
  return table.concat(pieces), names
end

return pattern
