--- Waves of a run: a few devices first, and the rest when those are well.
-- @module moonwire.fleet.wave
local wave = {}

local function share_of(text)
  local number = tonumber(text:match "^%s*(%d+%.?%d*)%%%s*$")
  return number and number <= 100 and number / 100 or nil
end

--- How many devices a number or a share of them is.
-- @tparam int|string text 3, "3" or "2%"
-- @int count how many devices there are
-- @treturn int|nil at least 1; nil: it is neither
function wave.amount(text, count)
  local whole = math.tointeger(tonumber(text))
  if whole then
    return whole >= 1 and whole or nil
  end
  local share = type(text) == "string" and share_of(text)
  return share and share > 0 and math.max(1, math.ceil(share * count)) or nil
end

local function split(list)
  if type(list) == "table" then
    return list
  end
  local parts = {}
  for part in tostring(list):gmatch "[^,]+" do
    parts[#parts + 1] = part:match "^%s*(.-)%s*$"
  end
  return parts
end

--- Where each wave ends. A rest that is not named is the last wave.
-- @tparam string|table list such as "1, 5%, rest": devices, or a share of all
-- @int count how many devices there are
-- @treturn[1] {int,...} the last index of each wave
-- @return[2] nil
-- @treturn[2] string message
function wave.ends(list, count)
  local ends, last = {}, 0
  local parts = split(list)
  for i, part in ipairs(parts) do
    local size = wave.amount(part, count)
    if part == "rest" and i == #parts then
      size = count - last
    elseif not size then
      return nil, ("waves: '%s' is neither a number, nor a share such as 5%%, nor a "
        .. "rest at the end"):format(tostring(part))
    end
    last = math.min(count, last + size)
    if last > (ends[#ends] or 0) then
      ends[#ends + 1] = last
    end
  end
  if last < count then
    ends[#ends + 1] = count
  end
  return ends
end

return wave
