--- What lines would make of a configuration in the manner of IOS, foretold from its
-- text: sections are indented, "no" takes away, and some lines replace others. It knows
-- no defaults, so it may see less than a device does; only the device knows for sure.
-- @module moonwire.ansible.indented
local configuration = require "moonwire.lab.configuration"

local indented = {}

local function each_line(text)
  return (text:gsub("\r", "") .. "\n"):gmatch "([^\n]*)\n"
end

local function is_idle(line)
  return not line:find "%S" or line:find "^%s*!" or line == "end"
end

-- Lines as a tree: what is indented deeper belongs to the line above it.
local function parse(text, skips)
  local root = { children = {}, depth = -1 }
  local stack = { root }
  for line in each_line(text) do
    if not is_idle(line) and not (skips and skips(line)) then
      local blanks, words = line:match "^(%s*)(.-)%s*$"
      while stack[#stack].depth >= #blanks do
        stack[#stack] = nil
      end
      local node = { text = words, children = {}, depth = #blanks }
      table.insert(stack[#stack].children, node)
      stack[#stack + 1] = node
    end
  end
  return root
end

local function render(node, depth, into)
  for _, child in ipairs(node.children) do
    into[#into + 1] = (" "):rep(depth) .. child.text
    render(child, depth + 1, into)
  end
  return into
end

local function find(node, text)
  for _, child in ipairs(node.children) do
    if child.text == text then
      return child
    end
  end
  return nil
end

local function is_under(line, words)
  return line == words or line:sub(1, #words + 1) == words .. " "
end

local function remove(node, words)
  local count = 0
  for i = #node.children, 1, -1 do
    if is_under(node.children[i].text, words) then
      table.remove(node.children, i)
      count = count + 1
    end
  end
  return count > 0
end

local function find_replaced(node, text)
  local key = configuration.key(text)
  if key == text then
    return nil
  end
  for _, child in ipairs(node.children) do
    if configuration.key(child.text) == key then
      return child
    end
  end
  return nil
end

local function kind_of(text)
  return text:match "^%S+"
end

-- Whether a line opens a section, seen from the sections that are there.
local function opens_section(root, text)
  for _, child in ipairs(root.children) do
    if #child.children > 0 and kind_of(child.text) == kind_of(text) then
      return true
    end
  end
  return false
end

local apply_all

-- Gives whether the line stood there already, and no more would come of it.
local function apply(node, line)
  local words = line.text:match "^no%s+(.+)$"
  if words and not find(node, line.text) then
    remove(node, words)
    return false
  end
  local place = find(node, line.text)
  local stood = place ~= nil
  if not place then
    place = find_replaced(node, line.text)
    if place then
      place.text = line.text
    else
      place = { text = line.text, children = {} }
      table.insert(node.children, place)
    end
  end
  return apply_all(place, line.children) and stood
end

function apply_all(node, lines)
  local stood = true
  for _, line in ipairs(lines) do
    stood = apply(node, line) and stood
  end
  return stood
end

local function stands_in(node, text)
  local words = text:match "^no%s+(.+)$"
  for _, child in ipairs(node.children) do
    if child.text == text or words and is_under(child.text, words) then
      return true
    end
  end
  return false
end

-- Lines that are not indented may still be meant for the section above them. What
-- stands in it, or nowhere, goes there.
local function apply_flat(root, lines)
  local open, stood = nil, true
  for _, line in ipairs(lines) do
    local node = root
    if #line.children > 0 or opens_section(root, line.text) then
      open = line.text
    elseif open and (stands_in(find(root, open), line.text)
      or not stands_in(root, line.text)) then
      node = find(root, open)
    elseif open then
      stood = false -- it stands there, but may be meant for here
    end
    stood = apply(node, line) and stood
  end
  return stood
end

--- A configuration without what changes by itself, so that two can be compared.
-- @string text
-- @tparam function skips which lines to leave out
-- @treturn string
function indented.normal(text, skips)
  local lines = {}
  for line in each_line(text) do
    if not skips(line) then
      lines[#lines + 1] = line:gsub("%s+$", "")
    end
  end
  return table.concat(lines, "\n") .. "\n"
end

local function text_of(root)
  return table.concat(render(root, 0, {}), "\n") .. "\n"
end

--- What lines would make of a configuration.
-- @string text the configuration
-- @tparam {string,...} lines
-- @tparam function skips which lines of the configuration to leave out
-- @treturn table `before` and `after` (texts without comments), `stood` (whether every
-- line stands where it belongs already; false for "no" lines, whose absence proves
-- nothing)
function indented.foretell(text, lines, skips)
  local root = parse(text, skips)
  local before = text_of(root)
  local stood = apply_flat(root, parse(table.concat(lines, "\n")).children)
  return { before = before, after = text_of(root), stood = stood }
end

return indented
