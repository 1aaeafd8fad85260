--- How many there are, and how many there were at most.
-- @module moonwire.lab.tally
local tally = {}

local Tally = { __name = "moonwire.lab.Tally" }
Tally.__index = Tally

--- A tally of nobody.
-- @treturn Tally with `count` and `peak`
function tally.new()
  return setmetatable({ count = 0, peak = 0 }, Tally)
end

--- One more, until what this gives is closed: `local _ <close> = tally:enter()`.
-- @treturn Tally itself
function Tally:enter()
  self.count = self.count + 1
  self.peak = math.max(self.peak, self.count)
  return self
end

--- One less.
function Tally:leave()
  self.count = self.count - 1
end
Tally.__close = Tally.leave

return tally
