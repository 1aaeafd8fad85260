--- What a platform calls by names of its own: save, commit, discard, …
-- @module moonwire.session
local Session = require "moonwire.session.class"
local exchange = require "moonwire.session.exchange"
local platforms = require "moonwire.platform"
local task = require "host.task"

local function unsupported(self, name)
  return nil, ("%s has no '%s'"):format(self.platform.name, name), "unsupported"
end

local function run_one(self, command, action, seconds)
  seconds = seconds or math.max(action.timeout or 0, self.timeout)
  local text, message, kind = exchange.run(self.dialogue, command, {
    deadline = task.now() + seconds,
    rules = action.ask,
    reply = exchange.by_rule(self.device, command),
  })
  if not text then
    return nil, message, kind
  end
  local output = self.dialogue:output_of(text, command)
  local line, class = self:_rejection_in(output)
  if line then
    local locked = class == "locked" and "locked" or "rejected"
    return nil, ("command %q was rejected: %s"):format(command, line), locked
  end
  return output
end

-- The device must say that it is done, where it is known what it says then.
local function is_done(action, output)
  return not action.done or output:find(action.done) ~= nil
end

-- A command with what belongs into its gaps; the name of a candidate is the session's.
local function filled(self, command, fill)
  local whole = fill and fill(command) or command
  local name = self.candidate_name
  return name and whole:gsub("%%s", (name:gsub("%%", "%%%%"))) or whole
end

local function run_all(self, action, name, fill, seconds)
  local outputs = {}
  for i, command in ipairs(action.run) do
    local line = filled(self, command, fill)
    local text, message, kind = run_one(self, line, action, seconds)
    if not text then
      return nil, message, kind
    end
    outputs[i] = text
  end
  local output = table.concat(outputs, "\n")
  if not is_done(action, output) then
    local message = "%s: the device does not say that it is done: %s"
    return nil, message:format(name, output), "rejected"
  end
  return output
end

--- Do something that the platform has a name for, in the mode where it is done.
-- @local here
function Session:_act(name, fill, seconds)
  local action = platforms.action(self.platform, name)
  if not action then
    return unsupported(self, name)
  end
  local ok, message, kind = true, nil, nil
  if action.mode then
    ok, message, kind = self:_walk(action.mode)
  end
  if ok then
    ok, message, kind = run_all(self, action, name, fill, seconds)
  end
  return ok, message, kind
end

local SECONDS = { minutes = 60, seconds = 1 }

-- the time to confirm in, in the platform's unit, never shorter than asked for
local function time_in(action, seconds)
  return math.ceil(seconds / (SECONDS[action.unit] or 60))
end

--- How long the device waits for a confirmation when it is asked to wait so long.
-- @local here
-- @treturn[1] number seconds
-- @return[2] nil: it cannot wait so long
-- @treturn[2] string message
function Session:_confirmation_time(name, seconds)
  local action = platforms.action(self.platform, name)
  local count, unit = time_in(action, seconds), action.unit or "minutes"
  if action.most and count > action.most then
    local words = "%s waits for a confirmation for at most %d %s"
    return nil, words:format(self.platform.name, action.most, unit)
  end
  return count * (SECONDS[unit] or 60)
end

local function comment_of(self, comment)
  local form = self.platform.config.comment
  if not comment then
    return ""
  elseif not form then
    return nil, ("%s takes no comment with a commit"):format(self.platform.name),
      "unsupported"
  end
  return " " .. form:gsub("%%s", function() return comment end)
end

-- which of the platform's verbs is meant
local function verb_of(self, how)
  if how.confirm then
    return "confirmed"
  elseif self.is_unconfirmed and platforms.action(self.platform, "confirm") then
    return "confirm"
  end
  return "commit"
end

--- Commit, wherever the device is.
-- @local here
function Session:_commit(how)
  local name = verb_of(self, how)
  local action = platforms.action(self.platform, name)
  if not action then
    return unsupported(self, name == "commit" and name or "commit with confirmation")
  end
  local comment, message, kind = comment_of(self, how.comment)
  if not comment then
    return nil, message, kind
  end
  local time = how.confirm and time_in(action, how.confirm) or 0
  local output
  output, message, kind = self:_act(name, function(command)
    local timed = command:gsub("%%%d*d", function(form)
      return form:format(time)
    end)
    return timed .. comment
  end, how.timeout)
  if output then
    self.is_unconfirmed = how.confirm and true
  end
  return output, message, kind
end

--- Let the device take back by itself what will be configured, unless it is confirmed.
-- @local here
function Session:_arm(seconds)
  local action = platforms.action(self.platform, "revert")
  if not action then
    return unsupported(self, "revert")
  end
  local time = ("%d"):format(time_in(action, seconds))
  local output, message, kind = self:_act("revert", function(command)
    return (command:gsub("%%d", time))
  end)
  self.is_unconfirmed = output and true or self.is_unconfirmed
  return output, message, kind
end

--- Keep what was configured with `revert`, or by a commit with `confirm`.
-- @treturn[1] string what the device said
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: unsupported, rejected, mode, question, timeout, dropped,
-- closed
function Session:confirm()
  local ok, message, kind = self:_begin "confirm"
  if ok then
    ok, message, kind = self:_act "confirm"
  end
  if not ok then
    return self:_fail("confirm", message, kind)
  end
  self.is_unconfirmed = nil
  return ok
end

local function check_commit(how, level)
  if type(how) ~= "table" then
    error("the options of a commit must be a table", level + 1)
  end
  local confirm, comment = how.confirm, how.comment
  if confirm ~= nil and (type(confirm) ~= "number" or confirm <= 0) then
    error("confirm must be a number of seconds", level + 1)
  elseif comment ~= nil
    and (type(comment) ~= "string" or comment:find '[%c"?]' or comment == "") then
    error("a comment must be a text of one line, without quotes", level + 1)
  end
end

--- Commit the candidate configuration. Behind a commit that waits for its confirmation
-- this confirms it.
-- @tparam[opt] table how `confirm` (seconds: unless a second commit comes in this time,
-- the device takes all of it back; rounded up where it counts in minutes), `comment`,
-- `timeout` (seconds for the device's answer; as long as the platform says)
-- @treturn[1] string what the device said
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: unsupported (the platform has none), rejected, locked, mode,
-- question, timeout, dropped, closed
function Session:commit(how)
  how = how or {}
  check_commit(how, 2)
  local ok, message, kind = self:_begin "commit"
  local config = self.platform.config
  if ok and not (config and platforms.action(self.platform, "commit")) then
    ok, message, kind = unsupported(self, "commit")
  end
  if ok and config.enter and not platforms.action(self.platform, "commit").mode then
    ok, message, kind = self:_walk(config.enter)
  end
  if ok then
    ok, message, kind = self:_commit(how)
  end
  if not ok then
    return self:_fail("commit", message, kind)
  end
  return ok
end

--- Save the running configuration, so that it outlives a restart.
-- @treturn[1] string what the device said
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: unsupported (it saves by itself), rejected, mode, question,
-- timeout, dropped, closed
function Session:save_config()
  local ok, message, kind = self:_begin "save"
  if ok then
    ok, message, kind = self:_act "save"
  end
  if not ok then
    return self:_fail("save", message, kind)
  end
  return ok
end

return Session
