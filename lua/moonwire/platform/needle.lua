--- What a text must hold for a pattern to match: a plain search for that is far cheaper
-- than the pattern on every line, and most texts hold none of it.
-- @module moonwire.platform.needle
local needle = {}

local LEAST = 4 -- bytes: a shorter one is found everywhere

-- One item of a Lua pattern from `at` on: what it matches when it is a literal, and
-- where the next begins.
local function item_at(pattern, at)
  local char = pattern:sub(at, at)
  if char == "%" then
    local escaped = pattern:sub(at + 1, at + 1)
    if escaped == "b" then
      return nil, at + 4
    end
    return escaped:match "%p", at + 2
  elseif char == "[" then
    local _, last = pattern:find("^%[%^?%]?[^%]]*%]", at)
    return nil, (last or #pattern) + 1
  elseif char:find "[%.%(%)%$%^]" then
    return nil, at + 1
  end
  return char, at + 1
end

local function literals_of(pattern)
  local runs, run, at = {}, "", 1
  while at <= #pattern do
    local literal, after = item_at(pattern, at)
    local repeats = pattern:find("^[%*%-%?%+]", after) ~= nil
    if literal and not repeats then
      run = run .. literal
    else
      runs[#runs + 1] = run
      run = ""
    end
    at = repeats and after + 1 or after
  end
  runs[#runs + 1] = run
  return runs
end

--- The longest literal in a Lua pattern: every match holds it.
-- @string pattern
-- @int[opt=4] least bytes of a literal that is worth the search: how rare its letters
-- are is for the caller to know
-- @treturn string|nil nil when there is none
function needle.of(pattern, least)
  local longest = ""
  for _, run in ipairs(literals_of(pattern)) do
    if #run > #longest then
      longest = run
    end
  end
  return #longest >= (least or LEAST) and longest or nil
end

local FEW = 3 -- needles that begin alike are searched for by that, from here on

-- A sign with what follows it is rare: "% " stands for all errors of some platforms.
local function by_beginning(list)
  local counts, merged, seen = {}, {}, {}
  for _, one in ipairs(list) do
    local beginning = one:match "^%p."
    if beginning then
      counts[beginning] = (counts[beginning] or 0) + 1
    end
  end
  for _, one in ipairs(list) do
    local beginning = one:match "^%p."
    local shown = (counts[beginning] or 0) >= FEW and beginning or one
    if not seen[shown] then
      seen[shown] = true
      merged[#merged + 1] = shown
    end
  end
  return merged
end

--- Those of a list of rules.
-- @tparam {table,...} rules each with a pattern at 1
-- @treturn {string,...}|nil nil when one of them has none: then a search tells nothing
function needle.list(rules)
  local list, seen = {}, {}
  for _, rule in ipairs(rules) do
    local one = needle.of(rule[1])
    if not one then
      return nil
    elseif not seen[one] then
      seen[one] = true
      list[#list + 1] = one
    end
  end
  return by_beginning(list)
end

--- Whether a text may match one of the rules that a list was made of.
-- @string text
-- @tparam {string,...}|nil list
-- @treturn boolean
function needle.may_match(text, list)
  if not list then
    return true
  end
  for i = 1, #list do
    if text:find(list[i], 1, true) then
      return true
    end
  end
  return false
end

return needle
