--- Bodies checked by a part of JSON Schema, the same tables that the API's description
-- shows. Every mistake is named by the path of its field; no message shows a value,
-- since it could be a password.
-- @module moonwire.serve.schema
local json = require "moonwire.report.json"
local spelling = require "moonwire.platform.spelling"
local value = require "moonwire.inventory.value"

local schema = {}

local MOST_ERRORS = 50

-- A format is checked by the reader that the inventory has for it.
local FORMATS = {
  host = value.host,
  port = value.port,
  text = value.string,
}

local function type_of(what)
  if what == nil or what == json.null then
    return "null"
  elseif type(what) == "table" then
    return json.is_array(what) and "array" or "object"
  elseif math.type(what) == "integer" then
    return "integer"
  end
  return type(what)
end

local function is_of_type(what, kind)
  local found = type_of(what)
  return found == kind or kind == "number" and found == "integer"
end

local function types_of(rule)
  return type(rule.type) == "table" and rule.type or { rule.type }
end

local function has_right_type(what, rule)
  for _, kind in ipairs(types_of(rule)) do
    if is_of_type(what, kind) then
      return true
    end
  end
  return false
end

local ARTICLES = {
  array = "a list",
  object = "an object",
  string = "text",
  integer = "a whole number",
  number = "a number",
  boolean = "true or false",
  null = "null",
}

local function names_of(rule)
  local words = {}
  for i, kind in ipairs(types_of(rule)) do
    words[i] = ARTICLES[kind]
  end
  return table.concat(words, " or ")
end

local function complain(errors, field, message)
  if #errors < MOST_ERRORS then
    errors[#errors + 1] = { field = field == "" and "body" or field, message = message }
  end
end

local function join(field, name)
  return field == "" and name or field .. "." .. name
end

local check

local function check_unknown(what, rule, field, errors)
  local names, strange = {}, {}
  for name in pairs(rule.properties) do
    names[#names + 1] = name
  end
  for name in pairs(what) do
    if not rule.properties[name] then
      strange[#strange + 1] = name
    end
  end
  table.sort(names)
  table.sort(strange)
  for _, name in ipairs(strange) do
    local meant = spelling.nearest(name, names, math.max(1, #name // 3))
    local advice = meant and ("; did you mean %s?"):format(meant) or ""
    complain(errors, join(field, name), "is not known here" .. advice)
  end
end

local CHECKS = {}

function CHECKS.object(what, rule, field, errors)
  for _, name in ipairs(rule.required or {}) do
    if what[name] == nil then
      complain(errors, join(field, name), "is missing")
    end
  end
  for name, inner in pairs(rule.properties) do
    if what[name] ~= nil then
      check(what[name], inner, join(field, name), errors)
    end
  end
  check_unknown(what, rule, field, errors)
end

function CHECKS.array(what, rule, field, errors)
  if #what < (rule.minItems or 0) then
    complain(errors, field, ("must have %d items at least"):format(rule.minItems))
  elseif #what > (rule.maxItems or math.huge) then
    complain(errors, field, ("must have %d items at most"):format(rule.maxItems))
    return
  end
  for i, item in ipairs(what) do
    check(item, rule.items, ("%s[%d]"):format(field, i - 1), errors)
  end
end

local function check_length(what, rule, field, errors)
  local length = utf8.len(what) or #what
  if length < (rule.minLength or 0) then
    complain(errors, field, "must not be empty")
  elseif length > (rule.maxLength or math.huge) then
    complain(errors, field, ("must be %d characters at most"):format(rule.maxLength))
  end
end

function CHECKS.string(what, rule, field, errors)
  check_length(what, rule, field, errors)
  if not rule.enum then
    return
  end
  for _, word in ipairs(rule.enum) do
    if what == word then
      return
    end
  end
  complain(errors, field, "must be one of " .. table.concat(rule.enum, ", "))
end

function CHECKS.number(what, rule, field, errors)
  local lowest, highest = rule.minimum or -math.huge, rule.maximum or math.huge
  if what < lowest or what > highest then
    complain(errors, field, ("must be from %g to %g"):format(lowest, highest))
  end
end
CHECKS.integer = CHECKS.number

-- A format has its own words for what is wrong.
local function has_right_format(what, rule, field, errors)
  local reader = rule.format and FORMATS[rule.format]
  if not reader or what == json.null then
    return true
  end
  local read, complaint = reader(what)
  if read == nil then
    -- behind the comma some readers show the value
    complain(errors, field, (complaint:gsub(", not .*", "")))
  end
  return read ~= nil
end

function check(what, rule, field, errors)
  local further = CHECKS[type_of(what)]
  if not has_right_type(what, rule) then
    complain(errors, field, "must be " .. names_of(rule))
  elseif has_right_format(what, rule, field, errors) and further then
    further(what, rule, field, errors)
  end
end

--- Check a decoded body.
-- @param what
-- @tparam table rule a schema: `type`, `properties`, `required`, `items`, `enum`,
-- `minimum`, `maximum`, `minItems`, `maxItems`, `minLength`, `maxLength`, `format`
-- @treturn {table,...} `field` and `message` of each mistake, sorted by field; 50 at
-- most
function schema.check(what, rule)
  local errors = {}
  check(what, rule, "", errors)
  table.sort(errors, function(a, b)
    return a.field < b.field
  end)
  return errors
end

-- Values that JSON text can carry and that nobody means: no number, half a character.
local ODDITIES = {
  string = function(text)
    return not utf8.len(text) and "text that is not valid Unicode" or nil
  end,
  number = function(number)
    return number - number ~= 0 and "a number that is too large" or nil
  end,
}

local function oddity(what)
  if ODDITIES[type(what)] then
    return ODDITIES[type(what)](what)
  elseif type(what) ~= "table" or what == json.null then
    return nil
  end
  for name, inner in pairs(what) do
    local found = oddity(name) or oddity(inner)
    if found then
      return found
    end
  end
end

--- Read a body strictly: one value, no key twice, not too deep, nothing out of range.
-- @string text
-- @return[1] the value
-- @return[2] nil
-- @treturn[2] string message
function schema.read(text)
  if not utf8.len(text) then
    return nil, "the body is not UTF-8"
  end
  local read, message = json.decode(text)
  if read == nil then
    return nil, "the body is not JSON: " .. (message or "nothing is there")
  end
  local odd = oddity(read)
  if odd then
    return nil, "the body holds " .. odd
  end
  return read
end

return schema
