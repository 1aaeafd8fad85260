--- Results for a person: a block for each device, with its name above.
-- @module moonwire.report.output.text
local escape = require "moonwire.report.escape"
local summary = require "moonwire.report.summary"

local text = {}

local Text = { __name = "moonwire.output.Text" }
Text.__index = Text

--- See `moonwire.report.output`.
-- @tparam table options `write`
-- @treturn Text
function text.new(options)
  return setmetatable({ write = options.write }, Text)
end

local function ended(given)
  return (given == "" or given:find "\n$") and given or given .. "\n"
end

local function push_lines(value, parts)
  if type(value) ~= "table" or not value.state then
    return
  end
  for _, name in ipairs { "diff", "note" } do
    if type(value[name]) == "string" and value[name] ~= "" then
      parts[#parts + 1] = ended(escape.text(value[name]))
    end
  end
end

--- The block of a device.
-- @tparam table result
-- @treturn string
function text.block(result)
  local name = escape.line(result.device or "?")
  local state = (result.ok and result.state == "done") and "" or "  " .. result.state
  local parts = { ("== %s%s\n"):format(name, state) }
  local answers = result.output or {}
  for _, answer in ipairs(answers) do
    if #answers > 1 then
      parts[#parts + 1] = ("-- %s\n"):format(escape.line(answer.command))
    end
    parts[#parts + 1] = ended(escape.text(answer.output or ""))
  end
  push_lines(result.value, parts)
  if not result.ok then
    parts[#parts + 1] = summary.cause(result) .. "\n"
  end
  parts[#parts + 1] = "\n"
  return table.concat(parts)
end

--- Take a result.
-- @tparam table result
function Text:result(result)
  self.write(text.block(result))
end

--- All have come.
function Text:finish() end

return text
