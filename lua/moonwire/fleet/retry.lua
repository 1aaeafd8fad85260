--- Whether a device that failed may be tried once more: only before its login, so that
-- nothing was sent to it and no account is locked.
-- @module moonwire.fleet.retry
local retry = {}

local FIRST, MOST = 1, 60 -- seconds of back-off

local BEFORE_LOGIN = { connect = true, banner = true, kex = true }
local MAY_PASS = { refused = true, unreachable = true, timeout = true, dropped = true }

--- Whether trying it again may help and can do no harm.
-- @tparam table result
-- @treturn boolean
function retry.is_safe(result)
  return not result.ok and BEFORE_LOGIN[result.phase] == true
    and MAY_PASS[result.kind] == true
end

--- How long to wait before a try: twice as long each time, and never the same for all.
-- @int tries so far
-- @number first seconds before the second try; 1 when left out
-- @tparam[opt] function random
-- @treturn number seconds
function retry.pause(tries, first, random)
  local full = math.min(MOST, (first or FIRST) * 2 ^ (tries - 1))
  return full * (0.5 + (random or math.random)() / 2)
end

return retry
