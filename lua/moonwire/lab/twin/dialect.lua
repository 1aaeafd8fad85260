--- How a twin's configuration is written: which lines open a section, how a line is
-- taken back, which one replaces which. A configuration is a list of lines; those of a
-- section stand behind its first one, indented.
-- @module moonwire.lab.twin.dialect
local dialect = {}

local INDENT = " "

local SECTIONS = { "^interface ", "^vlan %d", "^router ", "^line ", "^bgp ", "^ospf " }

-- `no`: what takes a line back; `set`: the word that lines begin with; `mark`: a line
-- between sections; `last`: the one at the end
local INDENTED = { no = "no", sections = SECTIONS, mark = "!", last = "end" }
local SET = { no = "delete", set = "set" }
local PLAIN = { no = "no" }

-- by a platform's family
local DIALECTS = {
  ["ios-like"] = INDENTED,
  fastpath = INDENTED,
  redback = INDENTED,
  confd = INDENTED,
  ["comware-like"] = {
    no = "undo", sections = SECTIONS, mark = "#", last = "return", leave = "quit",
  },
  junos = SET,
  vyatta = SET,
  panos = SET,
  srlinux = SET,
  sros = { no = "delete", set = "/configure" },
  gaia = SET,
}

--- The dialect of a platform.
-- @tparam table platform
-- @treturn table
function dialect.of(platform)
  return DIALECTS[platform.family] or PLAIN
end

local function literal(text)
  return (text:gsub("[%^$()%%.%[%]*+%-?]", "%%%0"))
end

--- The line that names a device.
-- @tparam table platform
-- @string name
-- @treturn string|nil nil where none is known
function dialect.naming(platform, name)
  local form = platform.config and platform.config.hostname
  return form and (form:gsub("%%s", (name:gsub("%%", "%%%%"))))
end

--- The name that a line gives to the device.
-- @tparam table platform
-- @string line
-- @treturn string|nil nil for any other line
function dialect.name_in(platform, line)
  local form = platform.config and platform.config.hostname
  if not form then
    return nil
  end
  local before, behind = form:match "^(.-)%%s(.*)$"
  local name = line:match("^" .. literal(before) .. "(.+)" .. literal(behind) .. "$")
  return name and (name:gsub('^"(.*)"$', "%1"):gsub("^'(.*)'$", "%1"))
end

--- Whether a line opens a section.
-- @tparam table self dialect
-- @string line
-- @treturn boolean
function dialect.opens(self, line)
  for _, pattern in ipairs(self.sections or {}) do
    if line:find(pattern) then
      return true
    end
  end
  return false
end

-- the lines from and to where a section stands, its first one included
local function section_at(lines, header)
  for i, line in ipairs(lines) do
    if line == header then
      local last = i
      while lines[last + 1] and lines[last + 1]:sub(1, #INDENT) == INDENT do
        last = last + 1
      end
      return i, last
    end
  end
end

-- such lines replace each other, though they differ behind these words
local SINGLE = { "^%s*description", "^%s*ip address", "^%s*speed", "^%s*mtu" }

-- A function that says whether a line makes room for this one.
local function replaced_by(platform, line)
  if dialect.name_in(platform, line) then
    return function(other)
      return dialect.name_in(platform, other) ~= nil
    end
  end
  for _, pattern in ipairs(SINGLE) do
    local words = line:match(pattern)
    if words then
      return function(other)
        return other:sub(1, #words) == words
      end
    end
  end
  return function(other)
    return line == other
  end
end

local function is_under(line, words)
  return line == words or line:sub(1, #words + 1) == words .. " "
end

-- what "no …" or "delete …" is about; nil when the line is none of these
local function taken_back(self, line)
  local words = line:match("^" .. self.no .. " (.+)$")
  if words and self.set then
    return self.set .. " " .. words
  end
  return words
end

local function remove(lines, words, first, last)
  for i = last, first, -1 do
    if is_under(lines[i], words) then
      local _, stop = section_at(lines, lines[i])
      for at = stop, i, -1 do
        table.remove(lines, at)
      end
    end
  end
end

local function put(platform, lines, line, first, last)
  local makes_room = replaced_by(platform, line)
  for i = first, last do
    if makes_room(lines[i]) then
      lines[i] = line
      return
    end
  end
  table.insert(lines, last + 1, line)
end

--- Let a line do what it does to a configuration.
-- @tparam table platform
-- @tparam {string,...} lines are changed
-- @string line
-- @tparam string|nil section the first line of the section that it is entered in
function dialect.apply(platform, lines, line, section)
  local self = dialect.of(platform)
  local first, last, indent = 1, #lines, ""
  if section then
    first, last = section_at(lines, section)
    if not first then
      table.insert(lines, section)
      first, last = #lines, #lines
    end
    first, indent = first + 1, INDENT
  end
  local words = taken_back(self, line)
  if words then
    remove(lines, indent .. words, first, last)
  else
    put(platform, lines, indent .. line, first, last)
  end
end

--- The lines of one configuration that another one does not have where they stand.
-- @tparam {string,...} lines
-- @tparam {string,...} others
-- @treturn {string,...}
function dialect.missing(lines, others)
  local known, header, found = {}, "", {}
  local function place_of(line)
    header = line:sub(1, #INDENT) == INDENT and header or line
    return header .. "\n" .. line
  end
  for _, line in ipairs(others) do
    known[place_of(line)] = true
  end
  for _, line in ipairs(lines) do
    found[#found + 1] = not known[place_of(line)] and line or nil
  end
  return found
end

--- A configuration as it is shown.
-- @tparam table platform
-- @tparam {string,...} lines
-- @treturn {string,...} with what stands between sections, and at the end
function dialect.shown(platform, lines)
  local self, shown, was_section = dialect.of(platform), {}, false
  if not self.mark then
    return lines
  end
  for i, line in ipairs(lines) do
    local is_section = (lines[i + 1] or ""):sub(1, #INDENT) == INDENT
    local is_inside = line:sub(1, #INDENT) == INDENT
    if not is_inside and (is_section or was_section) then
      shown[#shown + 1] = self.mark
    end
    shown[#shown + 1] = line
    was_section = is_inside or is_section
  end
  shown[#shown + 1] = self.mark
  shown[#shown + 1] = self.last
  return shown
end

return dialect
