--- Lines into one device of a fleet, by `session:change`, which is the one way in which
-- a device is changed: with its guards, its lock, its timer and its honest word on what
-- came of it.
-- @module moonwire.fleet.push
require "moonwire.session" -- brings session:change

local push = {}

-- What a dry run says of what would come.
local function noted(report)
  local note = report.by == "candidate" and "dry run: discarded" or "dry run: not sent"
  local complaint = report.complaint
  return note .. (complaint and "; refused without --large: " .. complaint or "")
end

--- Push a plan to a device.
-- @tparam Session session
-- @tparam table device `is_in_doubt`: an earlier run had it in its hands and was lost,
-- so that it is looked at first, and nothing is sent where a part of it is there
-- @tparam table plan `lines`; optional: `dry_run` (show what would change, and change
-- nothing), `save`, `confirm` (seconds: the device takes all of it back unless a new
-- session is possible behind it), `comment` (of the commit), `allow` (true by the names
-- of `moonwire.platform.deny`), `max_lines` (200 that change), `max_share` (0.2 of the
-- configuration), `large` (true: no such limits), `who` (said to others who want to
-- change it, too)
-- @treturn[1] table as from `session:change`; `note` of a dry run
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: as from `session:change`
-- @treturn[2] table the same report
function push.apply(session, device, plan)
  local report, message, kind, detail = session:change {
    lines = plan.lines, plan = plan.dry_run, confirm_within = plan.confirm,
    comment = plan.comment, save = plan.save, allow = plan.allow,
    max_lines = plan.max_lines, max_share = plan.max_share, large = plan.large,
    is_in_doubt = device.is_in_doubt, who = plan.who,
  }
  if report and report.is_plan and report.changes > 0 then
    report.note = noted(report)
  end
  return report, message, kind, detail
end

return push
