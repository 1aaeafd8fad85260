--- A result as plain data: what programs get, in files and on standard output.
-- @module moonwire.report.output.record

local function answers_of(result)
  local list = {}
  for i, answer in ipairs(result.output or {}) do
    list[i] = {
      command = answer.command,
      output = answer.output,
      elapsed = answer.elapsed,
      rows = answer.rows,
      rows_error = answer.rows_error,
      is_partial = answer.is_partial,
    }
  end
  return list
end

-- What a push says of itself; the answers of other jobs are in the output already.
local function change_of(value)
  if type(value) ~= "table" or not value.state then
    return nil
  end
  return {
    applied = value.applied, diff = value.diff, note = value.note, saved = value.saved,
    verified = value.verified, lines = value.lines, guarantee = value.guarantee,
    before = value.before, after = value.after, confirmed = value.confirmed,
    is_partial = value.is_partial,
  }
end

--- Make it.
-- @tparam table result
-- @treturn table
return function(result)
  local told = result.ok and result.value or result.detail
  return {
    device = result.device, host = result.host, index = result.index, ok = result.ok,
    state = result.state, kind = result.kind, phase = result.phase,
    message = result.message, elapsed = result.elapsed, attempts = result.attempts,
    warm = result.warm,
    output = answers_of(result), change = change_of(told),
  }
end
