--- What an unquoted word of YAML is: by rule, and never by surprise.
-- Only `true`, `false`, `null`, and numbers that would be written as they stand are
-- more than text. What older YAML takes for something else (`no`, `010`, `1:20`, `1e3`)
-- stays the text it is, and its writer is told: a password may look like that.
-- @module moonwire.inventory.scalar
local scalar = {}

local WORDS = {
  ["true"] = true, ["True"] = true, ["TRUE"] = true,
  ["false"] = false, ["False"] = false, ["FALSE"] = false,
}

local NULLS = { [""] = true, ["~"] = true, null = true, Null = true, NULL = true }

local SWITCHES = { yes = true, no = true, on = true, off = true, y = true, n = true }

local LONGEST_NUMBER = 15

-- what else YAML 1.1 sees, by the form of the text
local FORMS = {
  { "^[-+]?0%d+$", "a number with a leading zero" },
  { "^[-+]?%d+:[%d:]*%.?%d*$", "digits with colons" },
  { "^[-+]?%d[%d.]*[eE][-+]?%d+$", "a number with an exponent" },
  { "^[-+]?0[xob]%x+$", "a number to another base" },
  { "^[-+]?%d[%d_]*_[%d_]*$", "digits with underscores" },
}

local function doubt(text)
  if SWITCHES[text:lower()] then
    return "a word that some take for true or false"
  end
  for _, form in ipairs(FORMS) do
    if text:find(form[1]) then
      return form[2]
    end
  end
end

local function number_of(text)
  if #text > LONGEST_NUMBER then
    return nil
  elseif text:find "^%-?[1-9]%d*$" or text == "0" then
    return math.tointeger(tonumber(text))
  elseif text:find "^%-?%d+%.%d+$" and ("%.14g"):format(tonumber(text)) == text then
    return tonumber(text)
  end
end

--- Resolve a plain scalar.
-- @string text
-- @param null what stands for null
-- @return string, number, boolean or `null`
-- @treturn string|nil what else some readers take it for, when they do
function scalar.resolve(text, null)
  local first = text:byte()
  if NULLS[text] then
    return null
  elseif WORDS[text] ~= nil then
    return WORDS[text]
  elseif first >= 58 and (#text > 3 or not SWITCHES[text:lower()]) then
    return text -- it begins with a letter: all digits are below 58
  end
  local number = number_of(text)
  if number then
    return number
  end
  return text, doubt(text)
end

return scalar
