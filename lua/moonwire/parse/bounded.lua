--- Lua's patterns with a bound on their work, for what a job does with outputs.
-- Lua's own matcher can take hours for some hundred characters, and nothing interrupts
-- it. What a pattern can cost follows from its form and its subject's length: what is
-- cheap goes to Lua's own functions, the rest, translated, to PCRE2, which counts its
-- steps and gives up.
-- @module moonwire.parse.bounded
local guard = require "host.pattern"
local item = require "moonwire.parse.item"

local bounded = {}

local native = {
  find = string.find, match = string.match, gmatch = string.gmatch,
  gsub = string.gsub,
}

local BUDGET = 2e7 -- steps of Lua's matcher, a tenth of a second
local STEPS = 5000000 -- of PCRE2's, about as long
local STEPS_A_BYTE = 4
local MEMORY = 32768 -- KiB that a match may need
local MOST_KNOWN = 1000 -- patterns whose cost is remembered

local compiled, compiled_count = {}, 0 -- by pattern and size of its subjects

local function factorial(n)
  return n <= 1 and 1 or n * factorial(n - 1)
end

-- Who does not understand a pattern leaves it to Lua, which says what is wrong with it.
local function limit_of(pattern, budget)
  local degree = item.degree(pattern)
  if not degree or degree <= 1 then
    return math.maxinteger
  end
  return (budget * factorial(degree)) ^ (1 / degree) // 1 | 0
end

local Limits = {}
Limits.__index = Limits

function Limits:allow(subject, pattern)
  local limit = self.by_pattern[pattern]
  if not limit then
    if self.count >= MOST_KNOWN then
      for name in pairs(self.by_pattern) do
        self.by_pattern[name] = nil
      end
      self.count = 0
    end
    limit = limit_of(pattern, self.budget)
    self.by_pattern[pattern], self.count = limit, self.count + 1
  end
  return #subject <= limit
end

local function bits_of(length)
  local bits = 0
  while length >> bits > 0 do
    bits = bits + 1
  end
  return bits
end

-- Where a match begins is part of the match, so that the bound is on the whole search.
local function compile(pattern, length, has_no_anchor)
  local rex = require "rex_pcre2"
  local bits = bits_of(length)
  local key = (has_no_anchor and "-" or "") .. bits .. pattern
  if not compiled[key] then
    if compiled_count >= MOST_KNOWN then
      compiled, compiled_count = {}, 0
    end
    compiled_count = compiled_count + 1
    local translated, slots, is_anchored = item.translate(pattern, has_no_anchor)
    local flags = rex.flags()
    local text = ("(*LIMIT_MATCH=%d)(*LIMIT_HEAP=%d)\\G%s(%s)"):format(
      STEPS + STEPS_A_BYTE * (1 << bits), MEMORY, is_anchored and "" or "(?:.*?)",
      translated)
    compiled[key] = {
      regex = rex.new(text, flags.DOTALL | flags.ANCHORED | flags.NO_AUTO_POSSESS),
      slots = slots, is_anchored = is_anchored,
    }
  end
  return compiled[key]
end

-- First and last place of the next match, and its captures, in order.
local function search(one, pattern, subject, init)
  local ok, found, _, places = pcall(one.regex.exec, one.regex, subject, init)
  if not ok then
    error(("pattern too expensive for %d bytes: %q"):format(#subject, pattern), 4)
  elseif not found then
    return nil
  end
  local captures = { n = #one.slots }
  for i, slot in ipairs(one.slots) do
    local first = places[2 * slot.group - 1]
    captures[i] = slot.is_place and first or subject:sub(first, places[2 * slot.group])
  end
  return places[1], places[2], captures
end

local function start_of(subject, init)
  init = init and math.tointeger(init) or 1
  if init < 0 then
    init = math.max(1, #subject + init + 1)
  end
  return math.max(1, init)
end

local function whole_or_captures(subject, first, last, captures)
  if captures.n == 0 then
    return subject:sub(first, last)
  end
  return table.unpack(captures, 1, captures.n)
end

local slow = {}

function slow.find(limits, subject, pattern, init, plain)
  local start = start_of(subject, init)
  if plain or start > #subject + 1 or limits:allow(subject, pattern) then
    return native.find(subject, pattern, init, plain)
  end
  local one = compile(pattern, #subject)
  local first, last, captures = search(one, pattern, subject, start)
  if first then
    return first, last, table.unpack(captures, 1, captures.n)
  end
  return nil
end

function slow.match(limits, subject, pattern, init)
  local start = start_of(subject, init)
  if start > #subject + 1 or limits:allow(subject, pattern) then
    return native.match(subject, pattern, init)
  end
  local one = compile(pattern, #subject)
  local first, last, captures = search(one, pattern, subject, start)
  if first then
    return whole_or_captures(subject, first, last, captures)
  end
  return nil
end

-- The next match that does not end where the last one did.
local function next_match(one, pattern, subject, from, last_end)
  local first, last, captures
  repeat
    if from > #subject + 1 then
      return nil
    end
    first, last, captures = search(one, pattern, subject, from)
    from = first and first + 1
  until not first or last ~= last_end
  return first, last, captures
end

function slow.gmatch(limits, subject, pattern, init)
  if limits:allow(subject, pattern) then
    return native.gmatch(subject, pattern, init)
  end
  local one = compile(pattern, #subject, true)
  local from, last_end = start_of(subject, init), nil
  return function()
    local first, last, captures = next_match(one, pattern, subject, from, last_end)
    if not first then
      from = #subject + 2
      return nil
    end
    from, last_end = last + 1, last
    return whole_or_captures(subject, first, last, captures)
  end
end

local function expand(replacement, whole, captures)
  return (native.gsub(replacement, "%%(.?)", function(letter)
    if letter == "%" then
      return "%"
    elseif letter == "0" or letter == "1" and captures.n == 0 then
      return whole
    end
    local value = captures[tonumber(letter)]
    return value or error(("invalid replacement string %q"):format(replacement), 4)
  end))
end

local REPLACE = {
  string = expand,
  number = function(replacement, whole, captures)
    return expand(tostring(replacement), whole, captures)
  end,
  table = function(replacement, whole, captures)
    return replacement[captures.n > 0 and captures[1] or whole]
  end,
  ["function"] = function(replacement, whole, captures)
    if captures.n == 0 then
      return (replacement(whole))
    end
    return (replacement(table.unpack(captures, 1, captures.n)))
  end,
}

local function replaced(replacement, whole, captures)
  local value = REPLACE[type(replacement)](replacement, whole, captures)
  if not value then
    return whole
  elseif type(value) ~= "string" and type(value) ~= "number" then
    error(("invalid replacement value (a %s)"):format(type(value)), 3)
  end
  return tostring(value)
end

function slow.gsub(limits, subject, pattern, replacement, most)
  if not REPLACE[type(replacement)] or limits:allow(subject, pattern) then
    return native.gsub(subject, pattern, replacement, most)
  end
  local one, parts = compile(pattern, #subject), {}
  local count, from, last_end = 0, 1, nil
  most = most or math.huge
  while count < most do
    local first, last, captures = next_match(one, pattern, subject, from, last_end)
    if not first then
      break
    end
    count = count + 1
    parts[#parts + 1] = subject:sub(from, first - 1)
    parts[#parts + 1] = replaced(replacement, subject:sub(first, last), captures)
    from, last_end = last + 1, last
    if one.is_anchored then
      break
    end
  end
  parts[#parts + 1] = subject:sub(from)
  return table.concat(parts), count
end

--- The bounded functions, with a table of what their patterns may cost.
-- @number[opt] budget steps of Lua's matcher that are cheap
-- @treturn table `find`, `match`, `gmatch`, `gsub`
-- @treturn table by pattern: the longest subject that is left to Lua's own matcher
function bounded.new(budget)
  local limits = setmetatable({
    by_pattern = {}, count = 0, budget = budget or BUDGET,
  }, Limits)
  local functions = {}
  for name, fn in pairs(slow) do
    functions[name] = function(...)
      return fn(limits, ...)
    end
  end
  return functions, limits.by_pattern
end

--- Put the bound on `string` in this Lua state, for jobs only: `host.task.within`.
-- Harmless when repeated.
function bounded.install()
  if string.find ~= native.find then
    return
  end
  local functions, limits = bounded.new()
  for name, fn in pairs(functions) do
    rawset(string, name, guard.wrap(native[name], limits, fn, name == "find"))
  end
end

return bounded
