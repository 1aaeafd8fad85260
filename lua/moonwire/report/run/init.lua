--- What a finished run looks like, in every format.
-- @module moonwire.report.run
local run_report = {}

--- The formats, in the order in which they are offered.
run_report.formats = { "table", "json", "csv", "markdown", "html" }

local WRITERS = {
  table = "text", json = "json", csv = "csv", markdown = "markdown", html = "html",
}

--- Whether there is such a format.
-- @string name
-- @treturn boolean
function run_report.has(name)
  return WRITERS[name] ~= nil
end

--- Write a report.
-- @tparam table subject of `moonwire.report.run.source`
-- @string format one of `formats`
-- @treturn string
function run_report.write(subject, format)
  local name = WRITERS[format]
  if not name then
    error("no such format of a report: " .. tostring(format), 2)
  end
  return require("moonwire.report.run." .. name).write(subject)
end

return run_report
