--- A line that breaks at each byte of a session in turn, in four ways: a reset, an end,
-- silence, and a byte that arrives wrong.
local crowd = require "spec.support.crowd"
local offsets = require "spec.support.offsets"

local WHOLE = 4096 -- bytes: the login, and more
local BEHIND, STEP = 12288, 97 -- and from there on some
local AT_ONCE = 300 -- bytes, each in four ways
local LONG = 12 -- seconds: longer than a login takes on a busy machine
local TIMEOUTS = { banner = LONG, kex = LONG, auth = LONG, shell = LONG }
local COVERS = { "N6", "S3", "S4" }

local function all()
  local bytes = {}
  for at = 1, WHOLE do
    bytes[at] = at
  end
  for at = WHOLE + STEP, BEHIND, STEP do
    bytes[#bytes + 1] = at
  end
  return bytes
end

local function break_at(bytes)
  return offsets.run(bytes, { timeout = LONG, timeouts = TIMEOUTS, retries = 0 })
end

local function try(bytes, say)
  local problems, tried, failed = {}, 0, 0
  for first = 1, #bytes, AT_ONCE do
    local some = table.move(bytes, first, math.min(first + AT_ONCE - 1, #bytes), 1, {})
    local found, devices, count = break_at(some)
    table.move(found, 1, #found, #problems + 1, problems)
    tried, failed = tried + devices, failed + count.failed
    say(("%d devices, %d problems"):format(tried, #problems))
  end
  return problems, tried, failed
end

return {
  about = "a line that breaks, at each byte of a session",
  beside = 200,
  run = function(say)
    break_at { BEHIND } -- what is opened once, and kept
    local before = crowd.descriptors()
    local problems, tried, failed = try(all(), say)
    local left = crowd.descriptors() - before
    return {
      {
        what = ("wrong results of %d broken lines (%d failed)"):format(tried, failed),
        goal = "0", value = tostring(#problems), is_reached = #problems == 0,
        note = problems[1], covers = COVERS,
      },
      {
        what = "descriptors left open", goal = "0", value = tostring(left),
        is_reached = left == 0, covers = COVERS,
      },
    }
  end,
}
