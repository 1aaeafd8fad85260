--- What stands behind the bar in `show … | include x`.
-- @module moonwire.lab.filter
local filter = {}

local function escape(item)
  local letter = item:sub(-1)
  if (#item == 2 and letter:find "%p") or letter:find "[%%%-%(%)]" then
    return "%" .. letter
  end
  return letter
end

-- One alternative of a regular expression of IOS as a Lua pattern. Groups are text.
local function to_pattern(expression)
  local pieces = {}
  for outside, set in (expression .. "[]"):gmatch "(.-)(%b[])" do
    pieces[#pieces + 1] = outside:gsub("\\?.", escape)
    pieces[#pieces + 1] = set ~= "[]" and set or ""
  end
  return table.concat(pieces)
end

local function matcher(expression)
  local patterns = {}
  for alternative in (expression .. "|"):gmatch "(.-)|" do
    local pattern = to_pattern(alternative)
    if not pcall(string.find, "", pattern) then
      return nil
    end
    patterns[#patterns + 1] = pattern
  end
  return function(line)
    for _, pattern in ipairs(patterns) do
      if line:find(pattern) then
        return true
      end
    end
    return false
  end
end

local function select_lines(text, is_wanted)
  local kept = {}
  for line in text:gmatch "(.-)\r\n" do
    if is_wanted(line) then
      kept[#kept + 1] = line .. "\r\n"
    end
  end
  return table.concat(kept), #kept
end

local apply = {}

function apply.include(text, matches)
  return (select_lines(text, matches))
end

function apply.exclude(text, matches)
  return (select_lines(text, function(line)
    return not matches(line)
  end))
end

function apply.begin(text, matches)
  local has_begun = false
  return (select_lines(text, function(line)
    has_begun = has_begun or matches(line)
    return has_begun
  end))
end

function apply.count(text, matches)
  local _, count = select_lines(text, matches)
  return ("Number of lines which match regexp = %d\r\n"):format(count)
end

-- a line that matches, with the indented lines below it
function apply.section(text, matches)
  local is_inside = false
  return (select_lines(text, function(line)
    is_inside = matches(line) or (is_inside and line:find "^ " ~= nil)
    return is_inside
  end))
end

--- The words that may follow the bar.
filter.VERBS = {
  begin = "Begin with the line that matches",
  count = "Count number of lines which match regexp",
  exclude = "Exclude lines that match",
  include = "Include lines that match",
  section = "Filter a section of output",
}

--- Make a filter.
-- @string verb one of `filter.VERBS`
-- @string expression a regular expression
-- @treturn function|nil from text to text, both with lines that end in CR LF; nil when
-- the expression is wrong
function filter.compile(verb, expression)
  local matches = matcher(expression)
  if not matches then
    return nil
  end
  local chosen = apply[verb]
  return function(text)
    return chosen(text, matches)
  end
end

return filter
