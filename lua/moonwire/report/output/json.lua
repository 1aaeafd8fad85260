--- Results as one array of JSON, written as they come.
-- @module moonwire.report.output.json
local json = require "moonwire.report.json"
local record = require "moonwire.report.output.record"

local array = {}

local Array = { __name = "moonwire.output.Json" }
Array.__index = Array

--- See `moonwire.report.output`.
-- @tparam table options `write`
-- @treturn Json
function array.new(options)
  return setmetatable({ write = options.write, is_empty = true }, Array)
end

--- Take a result.
-- @tparam table result
function Array:result(result)
  local text = json.encode(record(result)):sub(1, -2)
  self.write((self.is_empty and "[\n" or ",\n") .. text)
  self.is_empty = false
end

--- All have come.
function Array:finish()
  self.write(self.is_empty and "[]\n" or "\n]\n")
end

return array
