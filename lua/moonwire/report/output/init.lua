--- The results of a run as they come, in one of several formats. One device's part is
-- always whole: parts of two never mix.
-- @module moonwire.report.output
local output = {}

--- The formats.
output.formats = { "text", "json", "ndjson", "csv", "table" }

--- Something to give results to.
-- @string format one of `output.formats`, or "fold"
-- @tparam table options `write` (function of a text); for some formats: `has_rows`
-- (answers have `rows`, from a template), `platform_of` (function of a result)
-- @treturn table with the methods `result(result)` and `finish()`
function output.new(format, options)
  return require("moonwire.report.output." .. format).new(options)
end

return output
