--- One change of a device's configuration, by the same verb on every platform. It reads
-- before it sends, says how far each line is known to have come and never more, and
-- ends in exactly one state of `moonwire.fleet.state`. Where the platform has a timer,
-- what nobody confirms is taken back by the device itself, and that is seen before it
-- is said (`moonwire.session.change.proof`).
-- @module moonwire.session
local Change = require "moonwire.session.change.class"
local Session = require "moonwire.session.class"
local guarantee = require "moonwire.platform.guarantee"
local lock = require "moonwire.session.lock"
local plan = require "moonwire.session.plan"
local presence = require "moonwire.session.presence"
local proof = require "moonwire.session.change.proof"

-- each brings methods to the class
require "moonwire.session.change.doubt"
require "moonwire.session.change.look"
require "moonwire.session.change.send"

function Change:_finish()
  local is_changed = self:_compare(self.session)
  if is_changed == nil then
    return self:_keep(false)
  elseif not is_changed and proof.is_over(self) then
    return self:_fail("rolled_back", "it was confirmed too late, and is as before",
      "timeout")
  elseif not is_changed then
    return self:_report("unchanged", { verified = true })
  end
  return self:_keep(self.is_atomic or self.missing == 0)
end

function Change:_not_well(message, kind)
  if self.timer or self.snapshot then
    return proof.take_back(self, message, kind)
  end
  local state = self:_compare(self.session) and "changed" or "unknown"
  return self:_fail(state, message .. "; nothing takes it back", kind)
end

-- A new session must be possible, and the user's check must be happy with it.
function Change:_confirm()
  local ok, message, kind = proof.look(self)
  if ok then
    ok, message, kind = self.lock:check()
  end
  if not ok then
    return self:_not_well(message, kind or "check")
  elseif self.timer then
    ok, message, kind = self.session:confirm()
    if not ok then
      return proof.settle_confirm(self, message, kind)
    end
    self.is_confirmed = true
    self:_tell "confirmed"
  end
  return self:_finish()
end

-- How far it has come, should it be broken off. As long as it only looks nothing was
-- sent, unless the job has asked for something else before.
local function note_stage(session, stage)
  local dialogue = session.dialogue
  local is_first = dialogue and dialogue.phase == "prompt"
  if session.on_stage and (is_first or stage == "change") then
    session.on_stage(stage)
  end
end

function Change:_apply()
  note_stage(self.session, "change")
  local ok, message = self:_tell("intent", {
    before = self.before_digest, lines = #self.wanted,
  })
  if not ok then
    return self:_refuse(message, "local")
  end
  local result, kind, detail
  result, message, kind, detail = self:_send()
  self:_take(result or detail)
  if not result then
    return self:_after_failure(message, kind)
  end
  local outcome = result.transaction
  if outcome and outcome.is_unchanged then
    self:_compare(self.session)
    return self:_report("unchanged", { verified = true })
  end
  return self:_confirm()
end

--- Change it, unless that would be too much.
-- @local here
-- @tparam ?table missing lines that are not there; nil: nobody knows
function Change:_start(missing)
  local complaint = self:_size_complaint(missing or self.lines)
  if complaint then
    return self:_refuse(complaint .. "; large = true lets it")
  end
  return self:_apply()
end

-- What would change, and nothing is changed: a candidate is compared and discarded.
function Change:_plan(missing, hidden)
  local wanted, by = missing or self.lines, missing and "text" or "lines"
  self.diff = self:_scrubbed(presence.plus(wanted, hidden))
  if guarantee.of(self.session.platform).is_atomic then
    local changes, message, kind = self:_compare_candidate()
    if message then
      return self:_fail("failed_clean", message, kind)
    elseif changes then
      wanted, hidden, by = changes, {}, "candidate"
    end
  end
  self.reached, self.applied = {}, 0
  local complaint = self:_size_complaint(wanted)
  return self:_report("unchanged", {
    is_plan = true, by = by, changes = #wanted + #hidden, hidden = #hidden,
    complaint = complaint,
  })
end

function Change:_go_on()
  local given = self.given
  local missing, traces, hidden = self:_missing()
  if missing and #missing + #hidden == 0 then
    return self:_leave_alone()
  elseif given.plan then
    return self:_plan(missing, hidden or {})
  elseif self:_is_in_doubt() then
    return self:_settle(missing, traces)
  end
  return self:_start(missing)
end

--- Do it.
-- @local here
function Change:run()
  proof.await_lost_timer(self)
  local enabled, message, kind = self.session:enable()
  if not enabled and kind ~= "mode" then -- that one has no such mode
    return self:_refuse(message, kind)
  end
  message, kind = self:_check_given()
  if not message then
    message, kind = self:_look()
  end
  if message then
    return self:_refuse(message, kind)
  end
  return self:_go_on()
end

local NUMBERS = { "confirm_within", "timeout", "commit_timeout", "max_lines",
  "max_share", "lock_timeout", "grace" }

local function check_options(given, level)
  if type(given) ~= "table" then
    error("a change must be a table with lines or text", level + 1)
  elseif (given.lines == nil) == (given.text == nil) then
    error("a change needs either lines or a text", level + 1)
  elseif given.check ~= nil and type(given.check) ~= "function" then
    error("check must be a function of a session", level + 1)
  end
  for _, name in ipairs(NUMBERS) do
    local value = given[name]
    if value ~= nil and (type(value) ~= "number" or value <= 0) then
      error(name .. " must be a number above 0", level + 1)
    end
  end
end

local function wanted_of(units)
  local numbers = {}
  for _, unit in ipairs(units) do
    for number = unit.first, unit.last do
      numbers[#numbers + 1] = number
    end
  end
  return numbers
end

local function begin(session, given, lines)
  local ok, message, kind = session:_begin "change"
  local units
  if ok then
    units, message = plan.units(session.platform, lines)
    kind = "invalid"
  end
  local self = setmetatable({
    session = session, given = given, lines = lines, units = units or {},
    wanted = wanted_of(units or {}), reached = {}, applied = 0,
    on_event = given.on_event or session.on_event,
  }, Change)
  return self, not (ok and units) and message or nil, kind
end

--- Change the configuration of a device, and say what is known of it.
-- It is read first: lines that all stand there are not sent; a "no …" of which the text
-- cannot tell (`moonwire.session.presence`) is. On platforms with a candidate all lines
-- take effect or none; on others they are sent one by one. What a platform promises,
-- `moonwire platform show` says.
-- @tparam table given `lines` (a list) or `text`; optional: `confirm_within` (seconds:
-- the device takes all of it back unless a new session is possible and `check` is happy
-- within this time; rounded up where it counts in minutes; then it is awaited that it
-- does, and seen that it has), `check` (function of a new session, the device's table
-- and the report so far: true, or nil and a message), `comment`, `save` (true: when all
-- is well), `plan` (true: only say what would change), `expect` (digest of the
-- configuration that the plan was made for), `allow` (true by the names of
-- `moonwire.platform.deny`), `max_lines` (200 that change), `max_share` (0.2 of the
-- configuration), `large` (true: no such limits), `is_in_doubt` (an earlier try was
-- lost), `lock_timeout` (seconds to wait for the device's own lock), `timeout`,
-- `commit_timeout` (seconds for the answer to a commit), `grace` (60 seconds behind its
-- time until the device must be back), `who` (said to others who want it, too),
-- `with_texts` (true: the report has them)
-- @treturn[1] table `state` (changed, unchanged), `lines` (numbers of lines: `total`,
-- `handed`, `echoed`, `acknowledged`, `seen`), `diff` (with no secrets), `before` and
-- `after` (digests), `texts` (`before` and `after`, with secrets), `guarantee`,
-- `confirmed`, `saved`, `verified` (it was seen)
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: denied, drifted (`expect`), refused (a limit), locked,
-- unsupported, invalid, rejected, check, save, unknown, timeout, dropped and others
-- @treturn[2] table the same report; `state`: failed_clean, rejected (`is_partial`:
-- what stood before the line is in effect), rolled_back (seen to be as it was before),
-- unknown, changed (and not saved, or not well)
function Session:change(given)
  check_options(given, 2)
  local lines = plan.lines(given.lines or given.text)
  if not lines then
    error("lines must be a string or a list of strings", 2)
  end
  note_stage(self, "look")
  local change, message, kind = begin(self, given, lines)
  if message then
    return change:_refuse(message, kind)
  end
  if given.plan then
    return change:run()
  end
  local held <close>, why, its_kind = lock.take(self.device, given.who)
  if not held then
    return change:_refuse(why, its_kind)
  end
  change.lock = held
  return change:run()
end

return Session
