--- What a caller is shown of a device's result: fields by name, so that none slips
-- through. Whatever a run holds beside them stays inside.
-- @module moonwire.serve.shown
local escape = require "moonwire.report.escape"

local shown = {}

-- What came of a push, or how many answers there were.
local function value_of(value)
  if type(value) ~= "table" then
    return value
  end
  return {
    state = value.state, applied = value.applied, diff = value.diff,
    verified = value.verified, saved = value.saved, note = value.note,
    plan = value.is_plan, changes = value.changes, guarantee = value.guarantee,
    complaint = value.complaint, confirmed = value.confirmed,
  }
end

--- The answers of a device.
-- @tparam ?{table,...} outputs
-- @treturn {table,...} `command`, `output`, `elapsed`
-- @treturn int bytes of output in them
function shown.outputs(outputs)
  local list, bytes = {}, 0
  for i, one in ipairs(outputs or {}) do
    bytes = bytes + #one.output
    list[i] = { command = one.command, output = one.output, elapsed = one.elapsed }
  end
  return list, bytes
end

--- A result without its answers.
-- @tparam table result of a fleet's run, or of a journal
-- @treturn table plain
function shown.result(result)
  return {
    index = result.index,
    device = result.device,
    host = result.host,
    ok = result.ok == true,
    value = result.ok and value_of(result.value) or nil,
    state = result.state,
    attempts = result.attempts,
    kind = result.kind,
    phase = result.phase,
    message = result.message and escape.text(result.message),
    started = result.started,
    elapsed = result.elapsed,
    phases = result.phases,
    warm = result.warm,
  }
end

--- A result that was shown, without its answers.
-- @tparam table result
-- @treturn table
function shown.small(result)
  local small = {}
  for name, value in pairs(result) do
    small[name] = value
  end
  small.output = nil
  return small
end

return shown
