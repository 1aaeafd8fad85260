--- Which devices: an expression over their fields, labels, groups and names.
--
--     site == "lon" and device_type == "cisco_ios"
--     not name ~ "*-old" and @core
--     sw[001-040],r1 or role in (spine, leaf) and rack > 4
--
-- A word before an operator is a field of a device or a label; `label.x` is a label for
-- sure. `==` and `!=` compare, `<`, `<=`, `>`, `>=` too (numbers as numbers), `~` and
-- `!~` match a shell pattern, `in (…)` and `not in (…)` ask for one of several. A list,
-- such as `groups`, is met when one of its words is. A device without the field meets
-- only `!=`, `!~` and `not in`. Anything else is a node set; `@name` is a group.
-- @module moonwire.inventory.filter
local condition = require "moonwire.inventory.condition"
local nodeset = require "moonwire.inventory.nodeset"
local spelling = require "moonwire.platform.spelling"

local filter = {}

local DEEPEST = 64

-- What is wrong travels as an error inside of here, and never further.
local function fail(at, text, ...)
  error({ at = at, text = text:format(...) }, 0)
end

local Parser = {}
Parser.__index = Parser

function Parser:_skip()
  self.at = self.text:find("%S", self.at) or #self.text + 1
  return self.at
end

-- Take a word when it is next; it ends where no letter follows.
function Parser:_take(word)
  local after = self.text:match("^" .. word .. "()", self:_skip())
  if after then
    self.at = after
  end
  return after ~= nil
end

local function number_of(text)
  return text:find "^%-?%d+%.?%d*$" and tonumber(text) or nil
end

local WORDS = { ["true"] = true, ["false"] = false }

function Parser:_operand()
  local at = self:_skip()
  local quote = self.text:match("^[\"']", at)
  if quote then
    local pattern = ("^%s([^%s]*)%s()"):format(quote, quote, quote)
    local inside, after = self.text:match(pattern, at)
    if not inside then
      fail(at, "a quote has no partner")
    end
    self.at = after
    return inside
  end
  local word, after = self.text:match("^([^%s()\"',=!<>~]+)()", at)
  if not word then
    fail(at, "a value is missing")
  end
  self.at = after
  if WORDS[word] ~= nil then
    return WORDS[word]
  end
  return number_of(word) or word
end

function Parser:_list()
  if not self:_take "%(" then
    fail(self.at, "( and values with commas between are missing")
  end
  local list = {}
  repeat
    list[#list + 1] = self:_operand()
  until not self:_take ","
  if not self:_take "%)" then
    fail(self.at, "a ) is missing")
  end
  return list
end

local SIGNS = { "==", "!=", "<=", ">=", "!~", "~", "<", ">" }

-- Remember which fields were asked for: a name that no device has is a mistake.
function Parser:_field(name, at)
  if condition.is_secret(name) then
    fail(at, "%s is a secret, and secrets are not compared", name)
  end
  self.asked[#self.asked + 1] = { name = name, at = at }
  return name
end

function Parser:_comparison()
  local start = self:_skip()
  local name, after = self.text:match("^([%a_][%w_.-]*)()", start)
  if not name then
    return nil
  end
  self.at = after
  local position = self:_skip()
  for _, sign in ipairs(SIGNS) do
    if self.text:sub(position, position + #sign - 1) == sign then
      self.at = position + #sign
      self:_field(name, start)
      return condition.compare(name, sign, self:_operand())
    end
  end
  local is_negated = after < position and self:_take "not%s+%f[%w]in%f[^%w_]"
  if is_negated or after < position and self:_take "in%f[^%w_]" then
    self:_field(name, start)
    return condition.one_of(name, self:_list(), is_negated)
  end
  self.at = start
end

-- a node set goes on to a space or a parenthesis outside of quotes
function Parser:_nodes()
  local start, after = self.at, self.at
  repeat
    local next = self.text:match("^[^%s()\"]+()", after)
      or self.text:match('^"[^"]*"()', after)
    after = next or after
  until not next
  if after == start then
    fail(start, "a condition is missing")
  end
  self.at = after
  local text = self.text:sub(start, after - 1)
  local names, message, _, column = nodeset.expand(text, self.universe)
  if not names then
    fail(start + column - 1, "%s", message:gsub("^[^:]*: ", ""))
  end
  return condition.named(names)
end

function Parser:_unary(depth)
  if depth > DEEPEST then
    fail(self.at, "more than %d parentheses deep", DEEPEST)
  elseif self:_take "not%f[^%w_]" then
    return condition.negate(self:_unary(depth + 1))
  elseif self:_take "%(" then
    local inside = self:_either(depth + 1)
    if not self:_take "%)" then
      fail(self.at, "a ) is missing")
    end
    return inside
  end
  return self:_comparison() or self:_nodes()
end

function Parser:_both(depth)
  local met = self:_unary(depth)
  while self:_take "and%f[^%w_]" do
    met = condition.both(met, self:_unary(depth))
  end
  return met
end

function Parser:_either(depth)
  local met = self:_both(depth)
  while self:_take "or%f[^%w_]" do
    met = condition.either(met, self:_both(depth))
  end
  return met
end

local function parse(self)
  local met = self:_either(1)
  if self:_skip() <= #self.text then
    fail(self.at, "here 'and' or 'or' is missing")
  end
  return met
end

local function members(devices)
  local groups
  return function(name)
    if not groups then
      groups = {}
      for _, one in ipairs(devices) do
        for _, group in ipairs(one.groups or {}) do
          groups[group] = groups[group] or {}
          table.insert(groups[group], one.name)
        end
      end
    end
    return groups[name]
  end
end

local function universe_of(devices)
  local names = {}
  for i, one in ipairs(devices) do
    names[i] = one.name
  end
  return { names = names, group = members(devices), most = math.max(100000, #names) }
end

local function check_fields(asked, devices)
  local known
  for _, one in ipairs(asked) do
    known = known or condition.fields_of(devices)
    if not known[one.name] then
      local words = {}
      for word in pairs(known) do
        words[#words + 1] = word
      end
      table.sort(words)
      local meant = spelling.nearest(one.name, words, math.max(1, #one.name // 3))
      local advice = meant and ("; did you mean %q?"):format(meant) or ""
      fail(one.at, "no device has %q%s", one.name, advice)
    end
  end
end

--- The devices that a filter wants.
-- @string text
-- @tparam table devices
-- @treturn[1] table some of them, in their order
-- @return[2] nil
-- @treturn[2] string message, with the column
-- @treturn[2] string kind: "invalid"
function filter.select(text, devices)
  local self = setmetatable({
    text = text,
    at = 1,
    asked = {},
    universe = universe_of(devices),
  }, Parser)
  local ok, result = pcall(function()
    local met = parse(self)
    check_fields(self.asked, devices)
    return met
  end)
  if ok then
    local chosen = {}
    for _, one in ipairs(devices) do
      chosen[#chosen + 1] = result(one) and one or nil
    end
    return chosen
  elseif type(result) ~= "table" then
    error(result, 0)
  end
  return nil, ("filter, column %d: %s"):format(result.at, result.text), "invalid"
end

return filter
