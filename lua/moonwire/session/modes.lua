--- From one mode (privilege level) of a device to another, along the platform's edges.
-- @module moonwire.session
local Session = require "moonwire.session.class"
local exchange = require "moonwire.session.exchange"
local platforms = require "moonwire.platform"
local task = require "host.task"
local transport = require "moonwire.transport.ssh"

-- The edges from one mode to another, fewest first.
local function find_path(platform, from, to)
  local seen, line, first = { [from] = true }, { { mode = from, edges = {} } }, 1
  while line[first] do
    local place = line[first]
    first = first + 1
    if place.mode == to then
      return place.edges
    end
    for _, edge in ipairs(platform.edges or {}) do
      if edge[1] == place.mode and not seen[edge[2]] then
        seen[edge[2]] = true
        local edges = table.move(place.edges, 1, #place.edges, 1, {})
        edges[#edges + 1] = edge
        line[#line + 1] = { mode = edge[2], edges = edges }
      end
    end
  end
end

-- The device has answered, and is not where the edge leads.
local function refusal_of(self, edge, text, rules)
  local line, class = self:_rejection_in((self.dialogue:output_of(text, edge.run)))
  local dialogue = self.dialogue
  local message = ("%s: the device stays in mode %s (prompt %s)"):format(
    edge.run, dialogue.mode, dialogue.prompt
  )
  if line then
    message = message .. ": " .. line
  end
  if class == "locked" then
    return nil, message, "locked"
  end
  return nil, message, (rules[1] or class == "denied") and "auth" or "mode"
end

local function lacks_secret(self, rules)
  for _, rule in ipairs(rules) do
    if rule.secret and not transport.secret_of(self.device, rule.secret) then
      return true
    end
  end
  return false
end

local function cross(self, edge)
  local rules = platforms.questions_of(edge)
  if self.client.is_loan and lacks_secret(self, rules) then
    return self:_walk_there(edge[2])
  end
  self.dialogue:forget_host() -- a shell below may show none, or another
  local text, message, kind = exchange.run(self.dialogue, edge.run, {
    deadline = task.now() + self.timeout,
    rules = rules,
    is_sure = #rules == 0 and not edge.alone,
    reply = exchange.by_rule(self.device, edge.run),
  })
  if not text then
    return nil, message, kind
  elseif self.dialogue.mode ~= edge[2] then
    return refusal_of(self, edge, text, rules)
  end
  return true
end

local function known_modes(platform)
  local names = {}
  for i, mode in ipairs(platform.modes_of) do
    names[i] = mode.name
  end
  return table.concat(names, ", ")
end

local function path_to(self, mode)
  local platform, here = self.platform, self.dialogue.mode
  local path = find_path(platform, here, mode)
  if not path then
    local message = "there is no way from mode %s to %s; %s has %s"
    local known = known_modes(platform)
    return nil, message:format(here, mode, platform.name, known), "mode"
  end
  return path
end

--- Go to a mode, without naming a failure's phase.
-- @local here
function Session:_walk(mode)
  local path, message, kind = path_to(self, mode)
  for _, edge in ipairs(path or {}) do
    local ok
    ok, message, kind = cross(self, edge)
    if ok then
      ok, message, kind = self:_settle()
    end
    if not ok then
      return nil, message, kind
    end
  end
  return path and true, message, kind
end

--- Take the edge that leads out of a mode; where there is none, there is nothing to
-- leave: such a device is configured where it shows things, too.
-- @local here
function Session:_leave(mode)
  for _, edge in ipairs(self.platform.edges or {}) do
    if edge[1] == mode then
      return cross(self, edge)
    end
  end
  return true
end

--- Go to a mode of the device, along the edges that its platform has, each proved by
-- the prompt behind it.
-- @string name such as "priv" or "config"; see the platform's `modes`
-- @treturn[1] boolean true; also when it was there already
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: auth, locked, mode (no such mode, or it was refused),
-- timeout, dropped, question, closed
function Session:enter_mode(name)
  if type(name) ~= "string" then
    error("the name of a mode must be a string", 2)
  end
  local ok, message, kind = self:_begin "mode"
  if ok then
    ok, message, kind = self:_walk(name)
  end
  if not ok then
    return self:_fail("mode", message, kind)
  end
  return true
end

--- Go to privileged mode, with the device's `secret` when it asks for a password.
-- @treturn[1] boolean true; also when it was there already
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: auth, mode (it has none), timeout, dropped, question, closed
function Session:enable()
  self:_note "enable"
  local ok, message, kind = self:enter_mode(self.platform.privileged or "priv")
  if not ok then
    self.phase = "enable"
  end
  return ok, message, kind
end

--- Leave configuration mode, however deep in it.
-- @treturn[1] boolean true; also when the device was not in it
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: mode, timeout, dropped, question, closed
function Session:exit_config_mode()
  local ok, message, kind = self:_begin "mode"
  local config = self.platform.config
  local mode = config and config.enter
  if ok and mode and self.dialogue.mode == mode then
    ok, message, kind = self:_leave(mode)
  end
  if not ok then
    return self:_fail("mode", message, kind)
  end
  return true
end

--- The prompt that the device shows now.
-- @treturn[1] string
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: timeout, dropped, question, closed
function Session:find_prompt()
  local ok, message, kind = self:_begin "mode"
  if not ok then
    return self:_fail("prompt", message, kind)
  end
  ok, message, kind = self.dialogue:prove(task.now() + self.timeout)
  if not ok then
    message = self.dialogue:explain("finding the prompt", message)
    return self:_fail("prompt", message, kind)
  end
  return self.dialogue.prompt
end

return Session
