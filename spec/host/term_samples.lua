--- Samples of device bytes and the text they must become.
local assert = require "luassert"
local term = require "host.term"

local samples = {}

local function clean_pieces(pieces, width)
  local screen <close> = term.screen(width)
  for _, piece in ipairs(pieces) do
    assert(screen:feed(piece))
  end
  return screen:text() .. screen:tail()
end

local function bytes_of(text)
  local pieces = {}
  for byte in text:gmatch "." do
    pieces[#pieces + 1] = byte
  end
  return pieces
end

--- However the bytes are cut, the text must be this.
local function assert_text(expected, bytes, width)
  assert.equal(expected, term.clean(bytes, width))
  assert.equal(expected, clean_pieces(bytes_of(bytes), width))
  for cut = 1, #bytes - 1 do
    local text = clean_pieces({ bytes:sub(1, cut), bytes:sub(cut + 1) }, width)
    if text ~= expected then
      assert.equal(expected, text, ("cut after byte %d"):format(cut))
    end
  end
end

--- A test, made by busted's 'it', for each { what is promised, bytes, text [, width] }.
function samples.test(it, list)
  for _, sample in ipairs(list) do
    local name, bytes, text, width = table.unpack(sample)
    it(name, function() assert_text(text, bytes, width) end)
  end
end

--- So many backspaces.
function samples.back(columns)
  return ("\b"):rep(columns)
end

return samples
