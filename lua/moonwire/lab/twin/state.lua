--- The configuration of a twin: running, candidate and startup, as lists of lines; what
-- was running before; who holds it. What waits for a confirmation goes back by itself,
-- at the time of the lab's clock. The candidate is one for all, or each session has its
-- own (`moonwire.lab.twin.candidate`), as the platform has it.
-- @module moonwire.lab.twin.state
local candidate = require "moonwire.lab.twin.candidate"
local delivered = require "moonwire.lab.twin.delivered"
local dialect = require "moonwire.lab.twin.dialect"
local platforms = require "moonwire.platform"

local state = {}

local State = { __name = "moonwire.lab.twin.State" }
State.__index = State

local MOST_COMMITS = 50 -- that can be rolled back

local function is_same(one, other)
  return table.concat(one, "\n") == table.concat(other, "\n")
end

local function new(device)
  local platform = platforms.get(device:setting "platform")
  local lines = delivered.configuration(platform, device)
  local self = setmetatable({
    platform = platform,
    device = device,
    running = lines,
    startup = lines,
    clock = device.clock,
    shared = candidate.new(lines),
    named = {}, -- candidates that lie on the device under a name
  }, State)
  if device:fault "candidate" then
    self.shared:add(platform, "ntp server 203.0.113.66")
  end
  return self
end

-- Nobody has confirmed it in time.
local function go_back(self)
  local before, at = self.before, self.back_at
  self.back_at, self.before, self.pending = nil, nil, nil
  if (self.platform.config or {}).expiry == "reboot" then
    return self.device:reload(at)
  end
  self:_run(before)
  self.shared:reset(before)
end

--- The configuration of a device, made when first asked for.
-- @tparam Device device
-- @treturn State
function state.of(device)
  local self = device.twin or new(device)
  device.twin = self
  if self.back_at and self.clock:now() >= self.back_at then
    go_back(self)
  end
  return self
end

-- lists are never changed once somebody may have seen them, so they can be shared
function State:_run(lines)
  if lines ~= self.running then
    self.history = self.history or {}
    table.insert(self.history, 1, self.running)
    self.history[MOST_COMMITS + 1] = nil
    self.running = lines
  end
end

--- The name that the device goes by now.
-- @treturn string
function State:hostname()
  if self.named ~= self.running then
    self.named, self.name = self.running, self.device.name
    for _, line in ipairs(self.running) do
      self.name = dialect.name_in(self.platform, line) or self.name
    end
  end
  return self.name
end

--- Whether a line runs that fits a pattern.
-- @string pattern
-- @treturn boolean
function State:has(pattern)
  for _, line in ipairs(self.running) do
    if line:find(pattern) then
      return true
    end
  end
  return false
end

-- What a session changes by its lines.
local function candidate_of(self, session)
  return session and session.own or self.shared
end

--- Take a line.
-- @param session
-- @string line
-- @tparam[opt] string section the first line of the section that it stands in
function State:add(session, line, section)
  local own = candidate_of(self, session)
  own:add(self.platform, line, section)
  if not session.is_candidate then
    self.running = own.lines
  end
end

--- Give a session a candidate of its own, where the platform does so.
-- @param session
-- @string[opt] name under which it stays on the device when the session leaves it
function State:begin(session, name)
  if name then
    self.named[name] = self.named[name] or candidate.new(self.running)
    session.own, session.own_name = self.named[name], name
  elseif self.platform.config.own_candidate then
    session.own = candidate.new(self.running)
  end
end

--- Take it away again.
-- @param session
-- @bool[opt] is_done it does not stay on the device either
function State:leave(session, is_done)
  if is_done and session.own_name then
    self.named[session.own_name] = nil
  end
  session.own, session.own_name = nil, nil
end

--- What would run behind the commit of a session.
-- @param session
-- @treturn {string,...} lines
function State:candidate(session)
  return candidate_of(self, session):onto(self.platform, self.running)
end

--- Whether something waits for a commit.
-- @param session
-- @treturn boolean
function State:is_changed(session)
  return not is_same(self.running, self:candidate(session))
end

--- Whether something was not saved.
-- @treturn boolean
function State:is_unsaved()
  return not is_same(self.running, self.startup)
end

--- What a commit would change.
-- @param session
-- @treturn {string,...} lines that begin with "-" or "+"
function State:diff(session)
  local changes, lines = {}, self:candidate(session)
  for _, line in ipairs(dialect.missing(self.running, lines)) do
    changes[#changes + 1] = "-  " .. line
  end
  for _, line in ipairs(dialect.missing(lines, self.running)) do
    changes[#changes + 1] = "+  " .. line
  end
  return changes
end

--- Let the candidate take effect; what waited for a confirmation has it.
-- @number[opt] seconds until all of it goes back, unless there is another commit
-- @param session that it is the commit of
function State:commit(seconds, session)
  self:guard(seconds)
  self.pending = seconds and session.own_name or nil
  local own = candidate_of(self, session)
  self:_run(self:candidate(session))
  own:reset(self.running)
  if own ~= self.shared then
    self.shared:reset(self.running)
  end
  self.author, self.authored = session, self.running
end

--- Note what a session has found when it began to configure.
-- @param session
function State:open(session)
  session.found = self.running
end

--- Whether somebody else has committed since a session began to configure.
-- @param session
-- @treturn boolean
function State:is_foreign(session)
  local is_own = self.author == session and self.authored == self.running
  return session.found ~= self.running and not is_own
end

--- Undo everything from now on, unless somebody confirms it.
-- @tparam number|nil seconds nil: what waited for a confirmation has it
function State:guard(seconds)
  self.before = seconds and (self.before or self.running) or nil
  self.pending = nil
  self.back_at = seconds and self.clock:now() + seconds or nil
end

--- Forget the candidate.
-- @param session
function State:discard(session)
  candidate_of(self, session):reset(self.running)
end

--- Keep the running configuration over a restart.
function State:save()
  self.startup = self.running
end

--- Keep the running configuration under a name.
-- @string name
function State:snapshot(name)
  self.snapshots = self.snapshots or {}
  self.snapshots[name] = self.running
end

--- Go back to what was there before.
-- @param session
-- @tparam string which a number of commits, or the name of a snapshot
-- @bool is_candidate whether it waits for a commit
-- @treturn boolean false when there is no such thing
function State:rollback(session, which, is_candidate)
  local number = math.tointeger(tonumber(which))
  local lines = number == 0 and self.running
    or number and self.history and self.history[number]
    or self.snapshots and self.snapshots[which]
  if not lines then
    return false
  end
  candidate_of(self, session):take(lines)
  if not is_candidate then
    self:_run(lines)
  end
  return true
end

--- Start again from the startup configuration.
function State:restart()
  self.running, self.named, self.pending = self.startup, {}, nil
  self.shared:reset(self.startup)
  self.before, self.back_at, self.history, self.snapshots = nil, nil, nil, nil
  self.holder = nil
end

--- Who else keeps a session out of configuration mode.
-- @param session
-- @bool is_exclusive whether it wants to be alone there
-- @treturn session|nil
function State:holder_for(session, is_exclusive)
  for _, other in ipairs(self.device:sessions()) do
    local is_inside = other ~= session and other.mode == other.enter
    local has_changed = is_exclusive and self:is_changed(other)
    if is_inside and (other == self.holder or has_changed) then
      return other
    end
  end
end

return state
