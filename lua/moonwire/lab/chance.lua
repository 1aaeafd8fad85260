--- Chance that can be repeated: numbers that depend on a seed and on what they are for,
-- and never on the order in which anybody asks.
-- @module moonwire.lab.chance
local chance = {}

-- the finaliser of splitmix64: every bit of the input changes half of the output's
local function scramble(x)
  x = x + 0x9E3779B97F4A7C15
  x = (x ~ (x >> 30)) * 0xBF58476D1CE4E5B9
  x = (x ~ (x >> 27)) * 0x94D049BB133111EB
  return x ~ (x >> 31)
end

local function number_of(value)
  if type(value) ~= "string" then
    return value
  end
  local number = 0
  for i = 1, #value do
    number = number * 131 + value:byte(i)
  end
  return number
end

--- A 64-bit integer that a list of integers and strings stands for.
-- @param ... the seed, then what it is for
-- @treturn int
function chance.integer(...)
  local x = 0
  for i = 1, select("#", ...) do
    x = scramble(x ~ number_of((select(i, ...))))
  end
  return x
end

--- A number from 0 up to, but not, 1.
-- @param ... the seed, then what it is for
-- @treturn number
function chance.unit(...)
  return (chance.integer(...) >> 11) * 0x1p-53
end

local LETTERS = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

--- Letters that look random.
-- @int count
-- @param ... the seed, then what they are for
-- @treturn string
function chance.letters(count, ...)
  local x, letters = chance.integer(...), {}
  for i = 1, count do
    local at = (x >> 58) + 1
    letters[i] = LETTERS:sub(at, at)
    x = scramble(x)
  end
  return table.concat(letters)
end

return chance
