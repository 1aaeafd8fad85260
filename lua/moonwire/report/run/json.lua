--- A report for programs: the figures and the causes, without the single results, which
-- they have already.
-- @module moonwire.report.run.json
local cause = require "moonwire.report.run.cause"
local figures = require "moonwire.report.run.figures"
local json = require "moonwire.report.json"

local report = {}

local function causes_of(run)
  local causes = {}
  for i, one in ipairs(cause.group(run.results)) do
    causes[i] = {
      kind = one.kind,
      phase = one.phase,
      message = one.message,
      count = one.count,
      devices = one.devices,
    }
  end
  return causes
end

--- Write it.
-- @tparam table subject of `moonwire.report.run.source`
-- @treturn string `{"name", "runs": [{"mode", "n", "median", "least", "greatest",
-- "speed_up", "devices", "ok", "failed", …, "session", "phases", "causes"}]}`; a row of
-- figures that others have published has no more than these
function report.write(subject)
  local rows = figures.compare(subject)
  for i, run in ipairs(subject.runs) do
    local of = figures.of(run.results)
    rows[i].session, rows[i].phases = json.object(of.session), of.phases
    rows[i].causes = causes_of(run)
  end
  return json.encode { name = subject.name, runs = rows }
end

return report
