--- The configuration of a twin: running, candidate and startup, as lists of lines; what
-- was running before; who holds it. What waits for a confirmation goes back by itself,
-- at the time of the lab's clock.
-- @module moonwire.lab.twin.state
local delivered = require "moonwire.lab.twin.delivered"
local dialect = require "moonwire.lab.twin.dialect"
local platforms = require "moonwire.platform"

local state = {}

local State = { __name = "moonwire.lab.twin.State" }
State.__index = State

local MOST_COMMITS = 50 -- that can be rolled back

local function copy(list)
  return table.move(list, 1, #list, 1, {})
end

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
    candidate = lines,
    startup = lines,
    clock = device.clock,
  }, State)
  if device:fault "candidate" then
    self.candidate = copy(lines)
    table.insert(self.candidate, "ntp server 203.0.113.66")
  end
  return self
end

--- The configuration of a device, made when first asked for.
-- @tparam Device device
-- @treturn State
function state.of(device)
  local self = device.twin or new(device)
  device.twin = self
  if self.back_at and self.clock:now() >= self.back_at then
    local before = self.before
    self.back_at, self.before = nil, nil
    self:_run(before)
    self.candidate = before
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

--- Take a line.
-- @string line
-- @bool is_candidate whether it waits for a commit
-- @tparam[opt] string section the first line of the section that it stands in
function State:add(line, is_candidate, section)
  local lines = copy(self.candidate)
  dialect.apply(self.platform, lines, line, section)
  self.candidate = lines
  if not is_candidate then
    self.running = lines
  end
end

--- Whether something waits for a commit.
-- @treturn boolean
function State:is_changed()
  return not is_same(self.running, self.candidate)
end

--- Whether something was not saved.
-- @treturn boolean
function State:is_unsaved()
  return not is_same(self.running, self.startup)
end

--- What a commit would change.
-- @treturn {string,...} lines that begin with "-" or "+"
function State:diff()
  local changes = {}
  for _, line in ipairs(dialect.missing(self.running, self.candidate)) do
    changes[#changes + 1] = "-  " .. line
  end
  for _, line in ipairs(dialect.missing(self.candidate, self.running)) do
    changes[#changes + 1] = "+  " .. line
  end
  return changes
end

--- Let the candidate take effect; what waited for a confirmation has it.
-- @number[opt] seconds until all of it goes back, unless there is another commit
-- @param[opt] session that it is the commit of
function State:commit(seconds, session)
  self:guard(seconds)
  self:_run(self.candidate)
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
  self.back_at = seconds and self.clock:now() + seconds or nil
end

--- Forget the candidate.
function State:discard()
  self.candidate = self.running
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
-- @tparam string which a number of commits, or the name of a snapshot
-- @bool is_candidate whether it waits for a commit
-- @treturn boolean false when there is no such thing
function State:rollback(which, is_candidate)
  local number = math.tointeger(tonumber(which))
  local lines = number == 0 and self.running
    or number and self.history and self.history[number]
    or self.snapshots and self.snapshots[which]
  if not lines then
    return false
  end
  self.candidate = lines
  if not is_candidate then
    self:_run(lines)
  end
  return true
end

--- Start again from the startup configuration.
function State:restart()
  self.running, self.candidate = self.startup, self.startup
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
    if is_inside and (other == self.holder or is_exclusive and self:is_changed()) then
      return other
    end
  end
end

return state
