--- Words that a device might say, from the pattern by which the client knows them.
-- @module moonwire.lab.twin.wording
local wording = {}

local LETTER = {
  a = "a", d = "1", l = "a", s = " ", u = "A", w = "a", x = "a", S = "x", D = "x",
  W = "-", p = ".", c = "\7", g = "x",
}

-- one character that fits an item, or nil where that is too hard
local function sample_of(item)
  if item == "." then
    return "x"
  elseif item:find "^%[%^" then
    return nil
  elseif item:find "^%[" then
    return sample_of(item:match "^%[(%%?.)")
  elseif item:find "^%%" then
    local letter = item:sub(2)
    return LETTER[letter] or not letter:find "%w" and letter or nil
  end
  return item
end

local function next_item(pattern, at)
  return pattern:match("^%%.", at)
    or pattern:match("^%[%^?%]?[^%]]*%]", at)
    or pattern:sub(at, at)
end

local function is_skipped(item, quantifier)
  return quantifier == "*" or quantifier == "-" or item == "(" or item == ")"
    or (quantifier == "?" and item ~= " ")
end

local function read(pattern)
  local words, at = {}, 1
  while at <= #pattern do
    local item = next_item(pattern, at)
    at = at + #item
    local quantifier = pattern:match("^[*+%-?]", at) or ""
    at = at + #quantifier
    if not is_skipped(item, quantifier) then
      local sample = sample_of(item)
      if not sample then
        return nil
      end
      words[#words + 1] = sample
    end
  end
  return table.concat(words)
end

--- A text that fits a Lua pattern.
-- @string pattern
-- @treturn string|nil nil where none is found easily
function wording.of(pattern)
  local text = read((pattern:gsub("^%^", ""):gsub("%$$", "")))
  return text and text:find(pattern) and text or nil
end

--- How a device words a question.
-- @tparam table rule of a platform
-- @treturn string
function wording.question(rule)
  return rule.text or wording.of(rule[1]) or "? "
end

--- How a device rejects something.
-- @tparam table platform
-- @string[opt] class the first rule of this class, when there is one
-- @treturn string
function wording.rejection(platform, class)
  local usual
  for _, rule in ipairs(platform.errors or {}) do
    local text = wording.of(rule[1])
    if text and rule.class == class then
      return text
    end
    usual = usual or text
  end
  return usual or "error"
end

return wording
