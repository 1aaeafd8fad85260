--- Configuration: lines in, each one's echo and answer checked, and out again.
-- @module moonwire.session
local Session = require "moonwire.session.class"
local plan = require "moonwire.session.plan"
local platforms = require "moonwire.platform"
local push = require "moonwire.session.push"
local task = require "host.task"
local transaction = require "moonwire.session.transaction"

local RETRY = 1 -- seconds between two tries to get a lock
local GONE = { dropped = true, closed = true, channel = true }

local function mode_for(self)
  local config = self.platform.config
  if not config or not config.enter then
    local message = "%s has no configuration mode"
    return nil, message:format(self.platform.name), "unsupported"
  end
  return config.enter
end

-- Some take lines in the mode of a login, which nothing leads out of.
local function has_way_out(platform, mode)
  for _, edge in ipairs(platform.edges or {}) do
    if edge[1] == mode then
      return true
    end
  end
  return false
end

-- Where the device is, is not known: come back to its prompt, then leave.
local function leave(self, is_torn, seconds)
  if is_torn and not self.dialogue:resync(seconds) then
    return nil, "the device does not come back to its prompt", "timeout"
  end
  local mode = self.platform.config.enter
  if self.dialogue.mode ~= mode or not has_way_out(self.platform, mode) then
    return true
  end
  return self:_leave(mode)
end

--- Leave the configuration mode that a cancelled task was torn out of.
-- @local here
function Session:_mend()
  local ok, message, kind = leave(self, true)
  self.is_in_config = not ok or nil
  return ok, message, kind
end

-- Somebody else may hold the configuration, and let go of it in time.
local function walk_patiently(self, mode, patience)
  local started, tries = task.now(), 0
  while true do
    local ok, message, kind = self:_walk(mode)
    tries = tries + 1
    if kind ~= "locked" then
      return ok, message, kind
    elseif task.now() - started >= patience then
      local words = tries > 1 and (" (tried %d times in %g s)"):format(tries, patience)
      return nil, message .. (words or ""), kind
    end
    task.sleep(math.min(RETRY, patience / 4))
  end
end

local NAME = "moonwire-%06x" -- of a candidate: nobody else has such a one

-- Where a candidate has a name, it is entered by that.
local function walk_to(self, mode, options)
  local has_commit = options.transaction or options.commit
  if not has_commit or not platforms.action(self.platform, "session") then
    return walk_patiently(self, mode, options.lock_timeout or 0)
  end
  self.candidate_name = NAME:format(math.random(0, 0xffffff))
  return self:_act "session"
end

-- What somebody else has left in the candidate would be committed with our lines, or
-- discarded with them.
local function refuse_candidate(self, options)
  local config = self.platform.config
  if not config.unchanged or options.candidate == "take" then
    return true
  end
  local diff, message, kind = self:_act "diff"
  if not diff then
    return nil, message, kind
  end
  local changes = transaction.changes_in(self.platform, diff)
  if #changes == 0 then
    return self:_walk(config.enter)
  end
  leave(self)
  local words = "the candidate configuration holds changes that are not ours (%s)"
  message = words:format(platforms.scrub(self.platform, changes[1]))
  return nil, message .. '; candidate = "take" takes them along', "candidate"
end

-- That a device may have been changed must be known before it is: a run has noted it,
-- and says when that is on the disk. It gets there while the device changes its mode.
local function await_notes(self)
  if not self.on_event then
    return true
  end
  local ok, message = self.on_event("sends", {})
  return ok, message, "local"
end

-- A timer on the device counts as a line.
local function arm(self, seconds)
  local ok, message, kind = await_notes(self)
  if ok then
    ok, message, kind = self:_arm(seconds)
  end
  return ok, message, kind
end

local function enter_with(self, mode, options)
  local ok, message, kind = true, nil, nil
  if options.revert then
    ok, message, kind = arm(self, options.revert)
  end
  self.is_in_config = ok and true -- until proved otherwise: it may be cancelled
  if ok then
    ok, message, kind = walk_to(self, mode, options)
  end
  if ok then
    ok, message, kind = refuse_candidate(self, options)
  end
  if ok then
    ok, message, kind = await_notes(self)
    if not ok then
      leave(self)
    end
  end
  return ok, message, kind
end

local function enter(self, options)
  local ok, message, kind = self:_begin "config"
  local mode
  if ok then
    mode, message, kind = mode_for(self)
  end
  if mode then
    ok, message, kind = enter_with(self, mode, options)
  end
  return mode and ok, message, kind
end

-- What follows the lines while the device is in configuration mode.
local function finish(self, failure, options)
  if failure then
    local may_discard = not failure.is_torn and transaction.is_possible(self)
    return not may_discard or self:_act "discard"
  elseif options.transaction then
    return transaction.finish(self, options.transaction)
  elseif options.commit then
    local how = options.commit == true and {} or options.commit
    how.comment = how.comment or options.comment
    return self:_commit(how)
  end
  return true
end

-- Leave, and give the failure with what more is wrong then.
local function leave_with(self, failure, seconds)
  local left, why, kind = leave(self, failure and failure.is_torn, seconds)
  if not left and failure then
    failure.reason = failure.reason .. "; and " .. why
  elseif not left then
    return { kind = kind, reason = why }
  end
  return failure
end

-- Send, and leave again in every case.
local function apply(self, sender, options)
  local failure = sender:run()
  if failure and GONE[failure.kind] then
    return failure
  end
  local ok, message, kind = finish(self, failure, options)
  sender.outcome = type(ok) == "table" and ok or nil
  if not ok and not failure then
    failure = { kind = kind, reason = message }
  end
  return leave_with(self, failure, sender.timeout)
end

local WORDS = { rejected = "was rejected: ", locked = "was refused: " }

local function message_of(failure, sender)
  if not failure.line then
    return failure.reason
  end
  local words = WORDS[failure.kind] or "failed: "
  local text = platforms.scrub(sender.session.platform, failure.text)
  local message = ('line %d "%s" %s%s (applied: %d of %d lines'):format(
    failure.line, text, words, failure.reason, sender.applied, #sender.lines
  )
  local behind = sender.sent - failure.line
  if behind > 0 then
    message = message .. ("; %d more had been sent behind it"):format(behind)
  end
  return message .. ")"
end

local function keep(self, sender, started)
  local said = {}
  for i, answer in ipairs(sender.answers) do
    said[i] = ("%d %s\n%s"):format(answer.line, answer.text, answer.answer)
  end
  self.answers[#self.answers + 1] = {
    command = ("(configuration, %d lines)"):format(#sender.lines),
    output = table.concat(said, "\n"),
    prompt = self.dialogue.prompt,
    elapsed = task.now() - started,
  }
end

local function failed(self, failure, sender)
  self.phase = "config"
  return nil, self:_located(message_of(failure, sender)), failure.kind, {
    line = failure.line,
    text = failure.text,
    answer = failure.answer,
    class = failure.class,
    applied = sender.applied,
    sent = sender.sent,
    reached = sender.reached,
    lines = sender.answers,
    rejected = sender.rejected,
  }
end

local function configure(self, lines, units, options)
  local started = task.now()
  local ok, message, kind = enter(self, options)
  if ok and options.transaction and not transaction.is_possible(self) then
    leave(self)
    ok, kind = nil, "unsupported"
    message = ("%s has no candidate here"):format(self.platform.name)
  end
  if not ok then
    self.is_in_config = nil
    return self:_fail("config", message, kind)
  end
  local sender = push.new(self, lines, units, options)
  local failure = apply(self, sender, options)
  self.is_in_config = nil
  keep(self, sender, started)
  if failure then
    return failed(self, failure, sender)
  end
  local result = {
    applied = sender.applied,
    reached = sender.reached,
    transaction = sender.outcome,
    lost = sender.lost > 0 and sender.lost or nil,
    lines = sender.answers,
    rejected = sender.rejected,
    elapsed = task.now() - started,
  }
  if options.save then
    local saved
    saved, message, kind = self:save_config()
    if not saved then
      return nil, message, kind, result
    end
  end
  return result
end

--- Configure a device: enter configuration mode, send lines, leave it again in every
-- case. Every line's echo and answer is checked. Lines are sent ahead of that, only so
-- many that the device takes them and that few are sent behind a rejected one. Lines
-- that may ask, that change the prompt or that open a text (the platform's `push`) go
-- alone, as does each line with `window = 0`. Comments and empty lines are left out.
-- @tparam string|{string,...} lines a text, or a list
-- @tparam[opt] table options `stop_on_error` (true: stop at the first rejected line),
-- `error_pattern` (a Lua pattern of errors beside the platform's), `save` (false; true:
-- save when all went well), `commit` (false; true, or a table as for
-- `session:commit`), `comment` (of the commit), `timeout` (30 seconds for a window),
-- `window` (bytes that are sent and not checked yet; eight times what the platform's
-- devices take at once, when left out), `lock_timeout` (0 seconds: how long to go on
-- trying while somebody else holds the configuration), `candidate` ("refuse": where the
-- device holds changes of somebody else that wait for a commit nothing is done; "take":
-- they go along), `transaction` (a table as for `moonwire.session.transaction`, in
-- place of `commit`: compare, then commit or discard; "unsupported" and nothing sent
-- where there is no candidate), `revert` (seconds: unless `session:confirm` comes in
-- this time, the device takes all of it back; rounded up where it counts in minutes)
-- @treturn[1] table `transaction` (what came of it), `applied` (how many lines),
-- `reached` (how far each line came, by its number: "handed", "echoed",
-- "acknowledged"), `lost` (how many of them did not arrive and were sent again, when
-- there were), `lines` (those that the device said something to: `line`, `text`,
-- `answer`), `rejected` (the same with `reason` and `class`; only with `stop_on_error =
-- false`), `elapsed` (seconds)
-- @return[2] nil
-- @treturn[2] string message with the line's number and text and the device's words
-- @treturn[2] string kind: rejected, locked (somebody else configures), echo (the line
-- did not arrive as it was sent, and it is not sure that nothing was done instead),
-- candidate (there are changes of somebody else), mode, question, auth, timeout,
-- dropped, unsupported, invalid (nothing was sent), closed
-- @treturn[2] table detail: `line` (its number), `text`, `answer`, `class`, `applied`,
-- `sent` (number of the last line that was sent), `reached` (as above), `lines`,
-- `rejected`
function Session:send_config_set(lines, options)
  local list = plan.lines(lines)
  if not list then
    error("lines must be a string or a list of strings", 2)
  elseif options ~= nil and type(options) ~= "table" then
    error("options must be a table", 2)
  end
  local revert = options and options.revert
  if revert ~= nil and (type(revert) ~= "number" or revert <= 0) then
    error("revert must be a number of seconds", 2)
  end
  local units, complaint = plan.units(self.platform, list)
  if not units then
    return self:_fail("config", complaint, "invalid")
  end
  self:_note("send_config_set", list)
  return configure(self, list, units, options or {})
end

--- Configure a device from a file.
-- @string path
-- @tparam[opt] table options as for `session:send_config_set`
-- @return as from `session:send_config_set`; kind "local" when the file cannot be read
function Session:send_config_from_file(path, options)
  if type(path) ~= "string" then
    error("the path of a file must be a string", 2)
  end
  local file, message = io.open(path, "rb")
  local text
  if file then
    text, message = file:read "a"
    file:close()
  end
  if not text then
    return self:_fail("config", message, "local")
  end
  return self:send_config_set(text, options)
end

return Session
