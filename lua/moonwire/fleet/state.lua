--- How a run leaves its devices: every one in exactly one of these states, and no
-- other.
--
--  * `done`: it did what was asked, and nothing was to be changed;
--  * `unchanged`, `changed`: it was to be changed, and had it already, or has it now;
--  * `rejected`: it refused a line; what stood before that may be in effect;
--  * `rolled_back`: configuration was sent, and it is proved to be as it was before;
--  * `failed`: it did not do what was asked, and nothing was to be changed;
--  * `failed_clean`: it failed before a byte of configuration was sent;
--  * `unknown`: configuration was sent, and nobody has seen what came of it;
--  * `cancelled`: it was dropped in the midst of what changes nothing;
--  * `skipped`: nothing was begun.
-- @module moonwire.fleet.state
local set = require "moonwire.set"

local state = {}

--- The closed list, in the order of reports.
state.names = {
  "done", "changed", "unchanged", "rejected", "rolled_back", "failed", "failed_clean",
  "unknown", "cancelled", "skipped",
}

local IS_STATE = set.of(state.names)

local CLEAN = { -- phases before the first byte that a job sends
  login = true, start = true, resolve = true, connect = true, banner = true, kex = true,
  hostkey = true, jump = true, auth = true, shell = true, detect = true, prompt = true,
  look = true, -- of a change, which tells before it sends
}

-- What the job says itself: in its value, or in the detail of its failure.
local function told(result)
  local source = result.ok and result.value or result.detail
  local name = type(source) == "table" and source.state or nil
  return IS_STATE[name] and name or nil
end

--- Whether an earlier run had a device in its hands, and nobody has seen what came of
-- that.
-- @param device
-- @treturn boolean
function state.is_doubtful(device)
  return type(device) == "table" and device.is_in_doubt or false
end

-- What failed before its job, or in the midst of it, and said nothing of its state.
local function of_failure(result, changes, is_in_doubt)
  if changes then
    local is_clean = CLEAN[result.phase] and not is_in_doubt
    return is_clean and "failed_clean" or "unknown"
  end
  return result.kind == "cancelled" and "cancelled" or "failed"
end

--- The state of one device.
-- @tparam table result of a device's run; `is_skipped`: it never began
-- @bool changes whether the job was to change something
-- @tparam[opt] table device `is_in_doubt`: an earlier run has left it unknown, and so
-- it stays until the job says otherwise
-- @treturn string
function state.of(result, changes, device)
  local is_in_doubt = changes and state.is_doubtful(device)
  if result.is_skipped then
    return is_in_doubt and "unknown" or "skipped"
  end
  return told(result) or result.ok and "done"
    or of_failure(result, changes, is_in_doubt)
end

--- A count for each state, all zero.
-- @treturn table
function state.tally()
  local tally = {}
  for _, name in ipairs(state.names) do
    tally[name] = 0
  end
  return tally
end

--- How many devices a tally counts.
-- @tparam table tally
-- @treturn int
function state.sum(tally)
  local sum = 0
  for _, name in ipairs(state.names) do
    sum = sum + tally[name]
  end
  return sum
end

--- A result for a device that was not begun.
-- @tparam table device
-- @string kind
-- @string message without the name of the device
-- @treturn table
function state.skipped(device, kind, message)
  local is_table = type(device) == "table"
  local name = is_table and (device.name or device.host) or tostring(device)
  return {
    device = name,
    host = is_table and device.host or nil,
    ok = false,
    is_skipped = true,
    kind = kind,
    phase = "start",
    message = ("%s: not tried: %s"):format(name, message),
    elapsed = 0,
  }
end

return state
