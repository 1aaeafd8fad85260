--- What a run looks like to people and to programs: text, JSON, charts, log files.
-- Reports are functions of a finished run: nothing in here talks to a device, and
-- nothing a device sent reaches a terminal as it came.
-- @module moonwire.report
local summary = require "moonwire.report.summary"

local report = {}

-- loaded when first asked for
local PARTS = {
  chart = true,
  escape = true,
  file = true,
  json = true,
  plot = true,
  progress = true,
  summary = true,
  svg = true,
  table = true,
  terminal = true,
  time = true,
  transcript = true,
}

--- Print the report of a run: a line for each device with its time and, when it failed,
-- kind, phase and message; then the counts and the total time.
-- @tparam table run what `moonwire.fleet.run` returned
-- @tparam[opt] table options `output` (also print what each device said), `stream`
-- (stdout when left out)
function report.print(run, options)
  local chosen = options or {}
  local stream = chosen.stream or io.stdout
  stream:write(summary.text(run, chosen.output))
end

--- The report of a run as text: a table, JSON, CSV, Markdown, or a page (HTML) that
-- needs no network and holds no script.
-- @tparam table run what `moonwire.fleet.run` returned
-- @string format "table", "json", "csv", "markdown" or "html"
-- @string[opt] name what the run is called
-- @treturn string
function report.as(run, format, name)
  local source = require "moonwire.report.run.source"
  return require("moonwire.report.run").write(source.of(run, name), format)
end

return setmetatable(report, {
  __index = function(self, name)
    if not PARTS[name] then
      return nil
    end
    local part = require("moonwire.report." .. name)
    self[name] = part
    return part
  end,
})
