--- Shell patterns of one word: `*` any text, `?` any byte, nothing else is special.
-- They match without going back, whatever the pattern: no Lua pattern is made of them.
-- @module moonwire.inventory.glob

-- Where `piece` fits into the text, at or behind a place; `?` fits any byte.
local function find(text, piece, from)
  if not piece:find("?", 1, true) then
    return text:find(piece, from, true)
  end
  for start = from, #text - #piece + 1 do
    local fits = true
    for i = 1, #piece do
      local wanted = piece:byte(i)
      fits = fits and (wanted == 63 or wanted == text:byte(start + i - 1)) -- 63: ?
    end
    if fits then
      return start, start + #piece - 1
    end
  end
end

local function pieces_of(pattern)
  local pieces = {}
  for piece in (pattern .. "*"):gmatch "([^*]*)%*" do
    pieces[#pieces + 1] = piece
  end
  return pieces
end

-- each piece at its first place behind the one before; the last at the end
local function fits(text, pieces)
  local first, last = pieces[1], pieces[#pieces]
  if #pieces == 1 then
    return #text == #first and find(text, first, 1) == 1
  elseif #text < #first + #last or find(text:sub(1, #first), first, 1) ~= 1 then
    return false
  end
  local position, tail = #first + 1, #text - #last + 1
  for i = 2, #pieces - 1 do
    local _, after = find(text:sub(1, tail - 1), pieces[i], position)
    if not after then
      return false
    end
    position = after + 1
  end
  return find(text, last, tail) == tail
end

--- A test for a pattern.
-- @string pattern
-- @treturn function of a text: whether the whole of it fits
return function(pattern)
  local pieces = pieces_of(pattern)
  return function(text)
    return fits(text, pieces)
  end
end
