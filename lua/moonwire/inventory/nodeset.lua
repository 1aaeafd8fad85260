--- Names of many devices as one text, the way ClusterShell writes them.
--
--  * `sw[001-400]`, `r[1,3,5-9]`, `p[0-20/2]`, `r[1-2]-p[1-4]`: ranges, zeros kept;
--  * `a,b` both, `a!b` without, `a&b` what is in both, `a^b` what is in one only; from
--    left to right;
--  * `sw*` and `sw?` those of the known names that fit, `@core` the members of a group;
--  * `"core 1"` a name as it is.
--
-- A set is only names: whether such devices exist is for others to say.
-- See https://clustershell.readthedocs.io/en/latest/tools/nodeset.html
-- @module moonwire.inventory.nodeset
local glob = require "moonwire.inventory.glob"

local nodeset = {}

--- How many names a set can have, unless the caller says otherwise.
nodeset.most = 100000

--- See `moonwire.inventory.fold`.
-- @function nodeset.fold
-- @tparam {string,...} names
-- @treturn string
nodeset.fold = require "moonwire.inventory.fold"

-- What is wrong travels as an error inside of here, and never further.
local function fail(at, text, ...)
  error({ at = at, text = text:format(...) }, 0)
end

local function new_set()
  return { list = {}, has = {} }
end

local function add(set, name)
  if not set.has[name] then
    set.has[name] = true
    set.list[#set.list + 1] = name
  end
end

local function check_count(count, state, at)
  if count > state.most then
    fail(at, "more than %d names", state.most)
  end
end

local function add_range(numbers, first, last, step, at, state)
  local low, high, stride = tonumber(first), tonumber(last), tonumber(step)
  if #first > 15 or #last > 15 or #step > 15 then
    fail(at, "a number of a range is too long")
  elseif high < low then
    fail(at, "the range %s-%s ends before it begins", first, last)
  elseif stride < 1 then
    fail(at, "a range cannot go in steps of 0")
  end
  check_count(#numbers + (high - low) // stride + 1, state, at)
  local format = "%d"
  if #first > 1 and first:find "^0" then
    format = ("%%0%dd"):format(#first)
  end
  for number = low, high, stride do
    numbers[#numbers + 1] = format:format(number)
  end
end

-- "7", "1-5" or "0-20/2" as first, last and step
local function split_range(part)
  if part:find "^%d+$" then
    return part, part, "1"
  end
  local first, last, step = part:match "^(%d+)%-(%d+)(/?%d*)$"
  if step == "" then
    return first, last, "1"
  end
  step = (step or ""):match "^/(%d+)$"
  return step and first, last, step
end

-- what stands between brackets, as a list of texts
local function read_ranges(text, at, state)
  local numbers = {}
  for part in (text .. ","):gmatch "([^,]*)," do
    local first, last, step = split_range(part)
    if not first then
      fail(at, "a range is like 1-5, 7 or 0-20/2, and nothing else")
    end
    add_range(numbers, first, last, step, at, state)
  end
  return numbers
end

-- Put every one of `ends` behind every one of `names`.
local function cross(names, ends, state, at)
  check_count(#names * #ends, state, at)
  local crossed = {}
  for _, name in ipairs(names) do
    for _, ending in ipairs(ends) do
      crossed[#crossed + 1] = name .. ending
    end
  end
  return crossed
end

local function expand_ranges(word, at, state)
  local names, position = { "" }, 1
  while position <= #word do
    local text, after = word:match("^([^%[%]]+)()", position)
    if not text then
      local inside
      inside, after = word:match("^%[([^%[%]]*)%]()", position)
      if not inside then
        fail(at + position - 1, "a bracket has no partner")
      end
      names = cross(names, read_ranges(inside, at + position, state), state, at)
    else
      names = cross(names, { text }, state, at)
    end
    position = after
  end
  return names
end

local function add_members(set, name, at, state)
  local members = state.group and state.group(name)
  if not members then
    fail(at, "there is no group %q", name)
  end
  for _, member in ipairs(members) do
    add(set, member)
  end
end

local function add_fitting(set, pattern, state)
  local fits = glob(pattern)
  for _, name in ipairs(state.names or {}) do
    if fits(name) then
      add(set, name)
    end
  end
end

local function read_word(word, at, state)
  local set = new_set()
  if word:find "^@" then
    add_members(set, word:sub(2), at, state)
    return set
  end
  for _, name in ipairs(expand_ranges(word, at, state)) do
    if name:find "[*?]" then
      add_fitting(set, name, state)
    else
      add(set, name)
    end
  end
  return set
end

-- the next name, range, group or pattern; where the text goes on
local function next_term(text, position, state)
  local at = text:find("%S", position) or #text + 1
  local quoted, after = text:match('^"([^"]+)"()', at)
  if quoted then
    local set = new_set()
    add(set, quoted)
    return set, after
  end
  after = at
  repeat
    local next = text:match("^[^%s,!&^\"%[%]]+()", after)
      or text:match("^%[[^%[%]]*%]()", after)
    after = next or after
  until not next
  if after == at then
    fail(at, "a name is missing")
  end
  return read_word(text:sub(at, after - 1), at, state), after
end

local function keep(set, wanted)
  local kept = new_set()
  for _, name in ipairs(set.list) do
    if wanted(name) then
      add(kept, name)
    end
  end
  return kept
end

local OPERATIONS = {
  [","] = function(a, b)
    for _, name in ipairs(b.list) do
      add(a, name)
    end
    return a
  end,
  ["!"] = function(a, b)
    return keep(a, function(name) return not b.has[name] end)
  end,
  ["&"] = function(a, b)
    return keep(a, function(name) return b.has[name] end)
  end,
}

OPERATIONS["^"] = function(a, b)
  local common = OPERATIONS["&"](a, b)
  return OPERATIONS["!"](OPERATIONS[","](a, b), common)
end

local function read_set(text, state)
  local set, position = next_term(text, 1, state)
  while true do
    local sign, after = text:match("^%s*([,!&^])()", position)
    if not sign then
      break
    end
    local other
    other, position = next_term(text, after, state)
    set = OPERATIONS[sign](set, other)
    check_count(#set.list, state, after)
  end
  local rest = text:find("%S", position)
  if rest then
    fail(rest, "here a , or ! or & or ^ is missing")
  end
  return set.list
end

--- The names that a node set means.
-- @string text
-- @tparam[opt] table options `most` (100,000 names), `names` (a list: what `*` and `?`
-- choose from), `group` (function: the members of a group, or nil)
-- @treturn[1] {string,...} each name once, in the order of the text
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: "invalid"
-- @treturn[2] int the column of the mistake
function nodeset.expand(text, options)
  options = options or {}
  local state = {
    most = options.most or nodeset.most,
    names = options.names,
    group = options.group,
  }
  local ok, result = pcall(read_set, text, state)
  if ok then
    return result
  elseif type(result) ~= "table" then
    error(result, 0)
  end
  local message = "node set, column %d: %s"
  return nil, message:format(result.at, result.text), "invalid", result.at
end

return nodeset
