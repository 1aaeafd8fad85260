--- What there is in an inventory, in a few lines.
-- @module moonwire.cli.inventory_check
local secret = require "host.secret"

local check = {}

local MOST = 12

local function count(counts, word)
  counts[word] = (counts[word] or 0) + 1
end

-- "lon 2, par 1", the most frequent first
local function join(counts)
  local words = {}
  for word in pairs(counts) do
    words[#words + 1] = word
  end
  table.sort(words, function(a, b)
    return counts[a] > counts[b] or counts[a] == counts[b] and a < b
  end)
  local parts = {}
  for i = 1, math.min(#words, MOST) do
    parts[i] = ("%s %d"):format(words[i], counts[words[i]])
  end
  if #words > MOST then
    parts[#parts + 1] = ("and %d more"):format(#words - MOST)
  end
  return table.concat(parts, ", ")
end

local function way_of(what)
  if type(what) == "table" then
    return "by " .. next(what)
  end
  return secret.is_secret(what) and "in the file" or "none"
end

local function tally(devices)
  local platforms, groups, labels, passwords = {}, {}, {}, {}
  for _, one in ipairs(devices) do
    count(platforms, one.device_type)
    count(passwords, way_of(one.password))
    for _, group in ipairs(one.groups or {}) do
      count(groups, group)
    end
    for label in pairs(one.labels or {}) do
      count(labels, label)
    end
  end
  return {
    { "platforms", platforms },
    { "groups", groups },
    { "labels", labels },
    { "passwords", passwords },
  }
end

--- Describe an inventory.
-- @tparam table loaded an inventory
-- @string name what the user calls it
-- @treturn {string,...} lines
function check.lines(loaded, name)
  if loaded.lab then
    return { ("%s: a lab of %d simulated devices"):format(name, loaded.lab.devices) }
  end
  local noun = #loaded == 1 and "device" or "devices"
  local lines = { ("%s: %d %s"):format(name, #loaded, noun) }
  for _, row in ipairs(tally(loaded.devices)) do
    if next(row[2]) then
      lines[#lines + 1] = ("  %-10s %s"):format(row[1], join(row[2]))
    end
  end
  if loaded.commands then
    lines[#lines + 1] = ("  %-10s %d"):format("commands", #loaded.commands)
  end
  return lines
end

return check
