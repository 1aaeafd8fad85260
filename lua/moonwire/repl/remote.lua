--- A device at the prompt: a session that outlives the line which opened it. It has all
-- verbs of a session. One that was lost is said to be, and opened again by the next
-- verb; one whose command was broken off comes back to its prompt by itself.
-- @module moonwire.repl.remote
local Session = require("moonwire.session").Session
local host = require "host.task"
local session = require "moonwire.session"
local task = require "moonwire.task"

local Remote = { __name = "moonwire.Remote" }

local LOST = { dropped = true, closed = true, channel = true, jump = true }
local MOST_KEPT = 200 -- answers by command, for what has changed since

--- A device that nobody has logged in to yet.
-- @tparam table device
-- @tparam Desk desk its `say` is told a line when something happens on its own account,
-- its `subject` is what was asked last, `session` the options of sessions
-- @treturn Remote
function Remote.new(device, desk)
  return setmetatable({
    name = device.name or device.host,
    device = device,
    desk = desk,
    busy = task.semaphore(1),
    learned = {}, -- help by mode and what was typed
    earlier = {}, -- { previous, latest } by command
    kept = 0,
  }, Remote)
end

local function tell(self, text, ...)
  self.desk.say(("%s: %s"):format(self.name, text:format(...)))
end

local function log_in(self)
  local message, kind
  self.session, message, kind = session.open(self.device, self.desk.session)
  if not self.session then
    return nil, message, kind
  end
  if self.was_lost then
    tell(self, "logged in again")
  end
  self.was_lost, self.reconnects = nil, 0
  return self.session
end

local function is_config(self)
  return (self:mode() or ""):find "config" ~= nil
end

local function lose(self, kind)
  local words = is_config(self) and "; what was being configured may be lost" or ""
  self.session:close()
  self.session, self.was_lost = nil, true
  tell(self, "the session is lost (%s)%s; the next command logs in again", kind, words)
end

-- The answers of a session are a log that grows: at a prompt the last two of each
-- command are enough.
local function keep_answers(self)
  for _, answer in ipairs(self.session.answers) do
    local pair = self.earlier[answer.command]
    if not pair and self.kept < MOST_KEPT then
      pair, self.kept = {}, self.kept + 1
      self.earlier[answer.command] = pair
    end
    if pair then
      pair[1], pair[2] = pair[2], answer
    end
    self.last, self.desk.subject = answer, self
  end
  self.session.answers = {}
end

local function look_after(self, results)
  local kind = results[1] == nil and results[3]
  local reconnects = self.session.reconnects or 0
  keep_answers(self)
  if reconnects > self.reconnects then
    self.reconnects = reconnects
    tell(self, "the device had hung up; logged in again")
  end
  if LOST[kind] then
    lose(self, kind)
  end
end

local function use(self, verb, ...)
  local opened, message, kind = self.session, nil, nil
  if not opened then
    opened, message, kind = log_in(self)
  end
  if not opened then
    return table.pack(nil, message, kind)
  end
  local results = table.pack(opened[verb](opened, ...))
  look_after(self, results)
  return results
end

-- The device may still be at work: the next verb brings it back to its prompt. While it
-- was being logged in to there is nothing to come back to.
local function break_off(self)
  local opened = self.session
  local dialogue = opened and opened.dialogue
  if not dialogue or opened.ready_mark then
    self.session = nil
    return opened and opened:close()
  end
  host.shield(true)
  pcall(dialogue.abandon, dialogue)
  host.shield(false)
  keep_answers(self)
end

local function call(self, verb, ...)
  self.busy:acquire()
  local ok, results = pcall(use, self, verb, ...)
  if not ok and results == host.cancelled then
    break_off(self)
  end
  self.busy:release()
  if not ok then
    error(results, 0)
  end
  return table.unpack(results, 1, results.n)
end

local own = {}

--- Log in now, rather than with the first command.
-- @treturn[1] Remote itself
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: see `moonwire.session.open`
function own:connect()
  local ok, message, kind = call(self, "ready")
  return ok and self or nil, message, kind
end

--- Which mode the device is in.
-- @treturn string|nil nil while nobody is logged in
function own:mode()
  return self.session and self.session.dialogue and self.session:mode()
end

--- The prompt that the device shows.
-- @treturn string|nil
function own:prompt()
  local dialogue = self.session and self.session.dialogue
  return dialogue and dialogue.prompt
end

--- What may follow the start of a command, by the device's own words. It is asked once
-- for each start, as long as it stays in a mode.
-- @string prefix
-- @treturn[1] table rows of `word` and `help`
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind
function own:learn(prefix)
  local ok, message, kind = true, nil, nil
  if not self.session then
    ok, message, kind = self:connect()
  end
  if not ok then
    return nil, message, kind
  end
  local key = (self:mode() or "") .. "\0" .. prefix
  local rows = self.learned[key]
  if not rows then
    rows, message, kind = call(self, "help", prefix)
    self.learned[key] = rows
  end
  return rows, message, kind
end

--- Log out. Harmless when nobody is logged in.
function own:disconnect()
  local opened = self.session
  self.session = nil
  if opened then
    opened:close()
  end
end
own.close = own.disconnect

--- The names of everything that a device at the prompt can do.
-- @treturn {string,...}
function Remote.verbs()
  local names, has = {}, {}
  for _, verbs in ipairs { Session, own } do
    for name, value in pairs(verbs) do
      if type(value) == "function" and not name:find "^_" and name ~= "new"
        and not has[name] then
        has[name] = true
        names[#names + 1] = name
      end
    end
  end
  table.sort(names)
  return names
end

local forwarded = {}

function Remote.__index(_, name)
  if own[name] then
    return own[name]
  elseif type(name) ~= "string" or name:find "^_" or not Session[name] then
    return nil
  end
  forwarded[name] = forwarded[name] or function(self, ...)
    return call(self, name, ...)
  end
  return forwarded[name]
end

function Remote:__tostring()
  local device = self.device
  local where = ("%s: %s at %s:%d"):format(
    self.name, device.device_type or "cisco_ios", device.host, device.port or 22)
  return ("%s, %s"):format(where, self:prompt() or "not logged in")
end

return Remote
