--- Results as lines of JSON, one for each device.
-- @module moonwire.report.output.ndjson
local json = require "moonwire.report.json"
local record = require "moonwire.report.output.record"

local ndjson = {}

local Ndjson = { __name = "moonwire.output.Ndjson" }
Ndjson.__index = Ndjson

--- See `moonwire.report.output`.
-- @tparam table options `write`
-- @treturn Ndjson
function ndjson.new(options)
  return setmetatable({ write = options.write }, Ndjson)
end

--- Take a result.
-- @tparam table result
function Ndjson:result(result)
  self.write(json.encode(record(result), true))
end

--- All have come.
function Ndjson:finish() end

return ndjson
