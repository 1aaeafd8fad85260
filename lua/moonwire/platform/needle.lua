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

local function literals_of(pattern, first, last)
  local runs, run, at = {}, "", first or 1
  while at <= (last or #pattern) do
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

-- Where the first capture of a pattern ends, which is what a rule of `scrub` keeps.
local function end_of_capture(pattern)
  local at = 1
  while at <= #pattern and pattern:sub(at, at) ~= ")" do
    local _, after = item_at(pattern, at)
    at = after
  end
  return at - 1
end

local HASH = "%$%d%$" -- as "$6$" before the digest of a password

local function hash_rules()
  local rules = {}
  for digit = 0, 9 do
    rules[#rules + 1] = { ("$%d$"):format(digit) }
  end
  return rules
end

-- A pattern that begins a line, with blanks at most, and then with something literal
-- that cannot be the end of a prompt.
local function is_first(pattern, first)
  local literal = item_at(pattern, first)
  return pattern:find "^%^" ~= nil and literal ~= nil and not literal:find "[#>$%%%]]"
end

--- What stands before a secret, for the rules of a platform that hide it: the literal
-- pieces of each pattern in their order. A line that holds them all may hold a secret
-- behind the last one.
-- @tparam {string,...} patterns of `scrub`
-- @treturn {table,...} lists of strings; `first` when the first one begins a line
function needle.lines(patterns)
  local rules = {}
  for _, pattern in ipairs(patterns) do
    local first = #pattern:match "^%^?%(? ?[%*%+]?%(?" + 1
    local words = { first = is_first(pattern, first) }
    for _, run in ipairs(literals_of(pattern, first, end_of_capture(pattern))) do
      words[#words + 1] = #run:gsub(" ", "") >= 2 and run or nil
    end
    if words[1] then
      rules[#rules + 1] = words
    elseif pattern:find(HASH, 1, true) then
      table.move(hash_rules(), 1, 10, #rules + 1, rules)
    end
  end
  return rules
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
