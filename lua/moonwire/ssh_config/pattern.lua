--- OpenSSH's patterns: `*` for any characters, `?` for one, `!` in front of what must
-- not be. No pattern takes more than the product of both lengths.
-- @module moonwire.ssh_config.pattern
local pattern = {}

local STAR, MARK = ("*?"):byte(1, 2)

--- Where a pattern stops being plain text.
-- @string glob
-- @treturn ?int position of the first wildcard
function pattern.find_wildcard(glob)
  return glob:find "[*?]"
end

-- goes back to the last star only
local function glob_matches(text, glob)
  local t, g, star, retry = 1, 1, nil, nil
  while t <= #text do
    local c = glob:byte(g)
    if c == STAR then
      star, retry = g, t
      g = g + 1
    elseif c and (c == MARK or c == text:byte(t)) then
      t, g = t + 1, g + 1
    elseif star then
      retry = retry + 1
      t, g = retry, star + 1
    else
      return false
    end
  end
  return glob:find("^%**$", g) ~= nil
end

--- Whether all of a text is as a pattern says.
-- @string text
-- @string glob
-- @treturn boolean
function pattern.matches(text, glob)
  if text == glob or glob == "*" then
    return true
  end
  return pattern.find_wildcard(glob) ~= nil and glob_matches(text, glob)
end

--- Whether a list of patterns fits: one of them, and none that has a `!`.
-- @string text
-- @string list patterns with commas in between
-- @treturn boolean
function pattern.matches_list(text, list)
  local is_match = false
  for negation, glob in list:gmatch "(!?)([^,]*)" do
    if pattern.matches(text, glob) then
      if negation ~= "" then
        return false
      end
      is_match = true
    end
  end
  return is_match
end

return pattern
