--- The configuration of a twin: running, candidate and startup, as lists of lines.
-- What a commit with confirmation has changed goes back by itself.
-- @module moonwire.lab.twin.state
local state = {}

local State = { __name = "moonwire.lab.twin.State" }
State.__index = State

local function copy(list)
  return table.move(list, 1, #list, 1, {})
end

local function is_same(one, other)
  return table.concat(one, "\n") == table.concat(other, "\n")
end

--- The configuration of a device, made when first asked for.
-- @tparam Device device
-- @treturn State
function state.of(device)
  local self = device.twin
  if not self then
    local lines = { "hostname " .. device.name, "ntp server 192.0.2.1" }
    self = setmetatable({
      running = lines,
      candidate = copy(lines),
      startup = copy(lines),
      clock = device.clock,
    }, State)
    if device:fault "candidate" then
      table.insert(self.candidate, "ntp server 203.0.113.66")
    end
    device.twin = self
  end
  if self.back_at and device.clock:now() >= self.back_at then
    self.running, self.candidate = self.before, copy(self.before)
    self.back_at, self.before = nil, nil
  end
  return self
end

--- Take a line.
-- @string line
-- @bool is_candidate whether it waits for a commit
function State:add(line, is_candidate)
  table.insert(self.candidate, line)
  if not is_candidate then
    self.running = copy(self.candidate)
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

--- Let the candidate take effect; what waited for a confirmation has it.
-- @number[opt] seconds until all of it goes back, unless there is another commit
function State:commit(seconds)
  self.before = seconds and (self.before or self.running) or nil
  self.back_at = seconds and self.clock:now() + seconds or nil
  self.running = copy(self.candidate)
end

--- Forget the candidate.
function State:discard()
  self.candidate = copy(self.running)
end

--- Keep the running configuration over a restart.
function State:save()
  self.startup = copy(self.running)
end

return state
