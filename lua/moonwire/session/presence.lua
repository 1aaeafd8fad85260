--- Whether lines stand in a configuration already, as far as its text can tell: for
-- platforms that show it with indentation, and for lines as the device shows them. A
-- line that is written another way (abbreviated, in another order of words) counts as
-- not there, so that it is sent: doing it twice is what such lines are for.
--
-- A device shows what is not as it is by itself. So `no X` is in effect when it stands
-- there, and it is not when X does. When neither does, the text cannot tell: X may
-- never have been there, or be what the device does unless it is told not to, such as
-- to look names up. Only of a section it is known that it is gone, where the text shows
-- others of its kind. All the rest has to be sent.
-- @module moonwire.session.presence
local presence = {}

local IDLE = { exit = true, ["end"] = true, quit = true }

local function split(line)
  local indent, words = line:match "^(%s*)(.-)%s*$"
  return #indent, words
end

local function is_idle(words)
  return words == "" or words:find "^[!#]" ~= nil or IDLE[words] == true
end

-- What a section is one of: "router bgp" of "router bgp 65000", at the same place.
local function sort_of(above, words)
  local sort = words:match "^(.*%S)%s+%S+$"
  return sort and above .. "\0" .. sort or ""
end

-- Every line of a configuration with the lines that it stands below, as one key; and
-- the sorts of those that others stand below.
local function keys_of(text)
  local keys, stack, sorts = {}, {}, {}
  for line in text:gmatch "[^\n]+" do
    local indent, words = split(line)
    if not is_idle(words) then
      while #stack > 0 and stack[#stack].indent >= indent do
        stack[#stack] = nil
      end
      local section = stack[#stack]
      local above = section and section.key or ""
      local key = above .. "\0" .. words
      keys[key] = true
      if section then
        sorts[section.sort] = true
      end
      stack[#stack + 1] = { indent = indent, key = key, sort = sort_of(above, words) }
    end
  end
  return keys, sorts
end

-- Whether there is a line that begins with these words at this place.
local function has_beginning(keys, above, words)
  local key = above .. "\0" .. words
  if keys[key] then
    return true
  end
  for other in pairs(keys) do
    local behind = other:sub(#key + 1, #key + 1)
    if other:sub(1, #key) == key and (behind == " " or behind == "\0") then
      return true
    end
  end
  return false
end

local function is_there(keys, above, words)
  local negated = words:match "^no (.+)$"
  if negated then
    return not has_beginning(keys, above, negated)
  end
  return keys[above .. "\0" .. words] == true
end

-- Whether nothing tells if a line that is to be gone is in effect.
local function is_hidden(keys, sorts, above, words)
  local negated = words:match "^no (.+)$"
  return negated ~= nil and not keys[above .. "\0" .. words]
    and (sort_of(above, negated) == "" or not sorts[sort_of(above, negated)])
end

-- People indent what stands in a section, or they do not: a line with no indentation
-- is looked for in the section before it, too.
local function find_place(keys, section, indent, words)
  if section and is_there(keys, section, words) and not words:find "^no " then
    return section
  elseif section and (indent > 0 or words:find "^no ") then
    return section
  end
  return ""
end

-- A line that others stand below may have been there for ever, and so may be gone what
-- is to be gone: neither tells that anybody has sent these lines.
local function count_traces(entries)
  local count = 0
  for _, entry in ipairs(entries) do
    if entry.is_there and not entry.is_section and not entry.words:find "^no " then
      count = count + 1
    end
  end
  return count
end

--- Which of some lines do not stand in a configuration.
-- @string text the configuration as the device shows it
-- @tparam {string,...} lines to be there; `no …`: not to be there
-- @treturn {string,...} those that would change it
-- @treturn int how many of the others are traces: that they are there tells that
-- somebody has sent these lines
-- @treturn {string,...} those of the others of which the text cannot tell
function presence.missing(text, lines)
  local keys, sorts = keys_of(text)
  local missing, hidden, entries, section = {}, {}, {}, nil
  for _, line in ipairs(lines) do
    local indent, words = split(line)
    if IDLE[words] then
      section = nil
    elseif not is_idle(words) then
      local place = find_place(keys, section and section.key, indent, words)
      local entry = { words = words, is_there = is_there(keys, place, words) }
      entries[#entries + 1] = entry
      if not entry.is_there then
        missing[#missing + 1] = line
      elseif is_hidden(keys, sorts, place, words) then
        hidden[#hidden + 1] = line
      end
      if place == "" then
        entry.key, section = "\0" .. words, entry -- what follows may stand in it
      else
        section.is_section = true
      end
    end
  end
  return missing, count_traces(entries), hidden
end

--- Lines as those that would be added.
-- @tparam {string,...} lines
-- @tparam[opt] {string,...} hidden those that may be in effect, which get a "?"
-- @treturn {string,...}
function presence.plus(lines, hidden)
  local list = {}
  for i, line in ipairs(lines) do
    list[i] = "+ " .. line
  end
  for _, line in ipairs(hidden or {}) do
    list[#list + 1] = "? " .. line
  end
  return list
end

-- Lines in their order, each with the section that it stands in.
local function entries_of(text, is_left_out)
  local list, section = {}, nil
  for line in text:gmatch "[^\n]+" do
    local indent, words = split(line)
    if not is_idle(words) and not is_left_out(line) then
      section = indent == 0 and words or section
      list[#list + 1] = {
        line = line, section = indent > 0 and section or nil,
        key = (indent > 0 and section or "") .. "\0" .. words,
      }
    end
  end
  return list
end

local function count_keys(entries)
  local counts = {}
  for _, entry in ipairs(entries) do
    counts[entry.key] = (counts[entry.key] or 0) + 1
  end
  return counts
end

-- Those of which the other text has fewer, each section once above its lines.
local function only_in(entries, counts, sign, into)
  local shown
  for _, entry in ipairs(entries) do
    local left = counts[entry.key] or 0
    counts[entry.key] = left - 1
    if left <= 0 then
      if entry.section and entry.section ~= shown then
        into[#into + 1] = "  " .. entry.section
      end
      shown = entry.section or entry.line
      into[#into + 1] = sign .. " " .. entry.line
    end
  end
end

--- What two texts of a configuration differ in: lines that begin with "-" and "+", and
-- the sections that they stand in.
-- @string before
-- @string after
-- @tparam function is_left_out whether a line does not count, as one with the time
-- @treturn {string,...} empty when there is no difference
function presence.difference(before, after, is_left_out)
  local old, new = entries_of(before, is_left_out), entries_of(after, is_left_out)
  local changes = {}
  only_in(old, count_keys(new), "-", changes)
  only_in(new, count_keys(old), "+", changes)
  return changes
end

return presence
