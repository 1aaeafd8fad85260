--- Results as rows: one for each answer, or for each row that a template found in it.
-- @module moonwire.report.output.rows
local rows = {}

--- The columns where no template is used.
rows.PLAIN = {
  "device", "host", "state", "kind", "phase", "message", "command", "output", "elapsed",
}

local function cell_of(value)
  if type(value) ~= "table" then
    return value
  end
  local parts = {}
  for i, item in ipairs(value) do
    parts[i] = type(item) == "table" and "…" or tostring(item)
  end
  return table.concat(parts, " ")
end

local function head_of(result)
  return {
    device = result.device, host = result.host, state = result.state,
    kind = result.kind, phase = result.phase, message = result.message,
    elapsed = result.elapsed,
  }
end

--- The rows of a result, by column.
-- @tparam table result
-- @treturn {table,...} at least one
function rows.plain(result)
  local list = {}
  for i, answer in ipairs(result.output or {}) do
    local row = head_of(result)
    row.command, row.output = answer.command, answer.output
    row.elapsed = answer.elapsed or row.elapsed
    list[i] = row
  end
  if #list == 0 then
    list[1] = head_of(result)
  end
  return list
end

--- The rows that templates found, by column.
-- @tparam table result answers with `rows` and `columns`
-- @treturn {table,...} at least one
function rows.parsed(result)
  local list = {}
  for _, answer in ipairs(result.output or {}) do
    for _, values in ipairs(answer.rows or {}) do
      local row = { device = result.device }
      for name, value in pairs(values) do
        row[name] = cell_of(value)
      end
      list[#list + 1] = row
    end
    if answer.rows_error then
      list[#list + 1] = { device = result.device, message = answer.rows_error }
    end
  end
  if not result.ok then
    list[#list + 1] = { device = result.device, message = result.message }
  end
  return list
end

--- The columns of parsed rows: the device, those of the templates, and the message.
-- @tparam table result
-- @tparam {string,...} known columns so far, is added to
-- @treturn {string,...} known
function rows.add_columns(result, known)
  local has = {}
  for _, name in ipairs(known) do
    has[name] = true
  end
  for _, answer in ipairs(result.output or {}) do
    for _, name in ipairs(answer.columns or {}) do
      if not has[name] then
        has[name] = true
        known[#known + 1] = name
      end
    end
  end
  return known
end

return rows
