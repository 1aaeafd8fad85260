--- Answers read by TextFSM templates: each command's is looked for once.
-- @module moonwire.cli.run.templates
local platforms = require "moonwire.platform"
local textfsm = require "moonwire.parse.textfsm"

local templates = {}

local Templates = { __name = "moonwire.cli.Templates" }
Templates.__index = Templates

--- Templates for a run.
-- @treturn Templates
function templates.new()
  return setmetatable({ found = {} }, Templates)
end

-- What ntc-templates call a platform.
local function name_of(device)
  local platform = device and platforms.get(device.device_type or "cisco_ios")
  local parse = platform and platform.parse
  return parse and parse.ntc or platform and platform.name
end

function Templates:_find(platform, command)
  local key = platform .. "\0" .. command
  if not self.found[key] then
    self.found[key] = table.pack(textfsm.find(platform, command))
  end
  return table.unpack(self.found[key], 1, self.found[key].n)
end

--- Read the answers of a result: `rows` and `columns` for each, or `rows_error`.
-- @tparam table result
-- @tparam table device
function Templates:read(result, device)
  local platform = name_of(device)
  for _, answer in ipairs(platform and result.output or {}) do
    local template, message = self:_find(platform, answer.command)
    if template then
      answer.rows, message = template:parse(answer.output or "")
      answer.columns = template.values
    end
    answer.rows_error = not answer.rows and message or nil
  end
end

return templates
