--- Failures by cause: a thousand devices that have failed alike are one line.
-- What a message says of its own device (its name, its address) is no part of a cause.
-- @module moonwire.report.run.cause
local fold = require "moonwire.inventory.fold"

local cause = {}

local LONGEST = 300 -- bytes of a message that tell causes apart
local HERE = "<device>"

local function replace(text, plain, by)
  if #plain < 2 then -- of one letter it is a word like any other
    return text
  end
  local parts, from = {}, 1
  while true do
    local first, last = text:find(plain, from, true)
    if not first then
      parts[#parts + 1] = text:sub(from)
      return table.concat(parts, by)
    end
    parts[#parts + 1] = text:sub(from, first - 1)
    from = last + 1
  end
end

-- Longer names first: an address may stand in a name.
local function general(result)
  local text = (result.root or result.message or ""):match("^[^\n]*"):sub(1, LONGEST)
  local one, other = result.device, result.host
  if #one < #other then
    one, other = other, one
  end
  text = replace(replace(text, one, HERE), other, HERE)
  text = text:gsub("^<device>: ", "")
  return (text:gsub("^(<device>:%d+: )%1", "%1")) -- said by two layers
end

local function key_of(result, message)
  return table.concat({ result.kind, result.phase or "", message }, "\0")
end

--- Group the failures of a run.
-- @tparam table results
-- @treturn {table,...} causes, the most frequent first: `kind`, `phase`, `message`,
-- `count`, `devices` (their names, in order)
function cause.group(results)
  local causes, by_key = {}, {}
  for _, result in ipairs(results) do
    if not result.ok then
      local message = general(result)
      local key = key_of(result, message)
      local one = by_key[key]
      if not one then
        one = { kind = result.kind, phase = result.phase, message = message, count = 0,
          devices = {}, first = #causes }
        by_key[key], causes[#causes + 1] = one, one
      end
      one.count = one.count + 1
      one.devices[one.count] = result.device
    end
  end
  table.sort(causes, function(a, b)
    return a.count > b.count or a.count == b.count and a.first < b.first
  end)
  return causes
end

local MOST_NAMED = 300 -- bytes

--- The devices of a cause as one short text.
-- @tparam table one of `group`
-- @treturn string a node set, or its beginning and how many there are
function cause.names(one)
  local text = fold(one.devices)
  if #text <= MOST_NAMED then
    return text
  end
  local few = table.move(one.devices, 1, 3, 1, {})
  return ("%s, … (%d devices)"):format(table.concat(few, ", "), one.count)
end

return cause
