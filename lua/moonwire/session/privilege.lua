--- From one mode (privilege level) of a device to another, along the platform's edges.
-- @module moonwire.session.privilege
local task = require "host.task"
local transport = require "moonwire.transport.ssh"

local privilege = {}

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

local function give_up(dialogue)
  dialogue.shell:write(dialogue.platform.break_key or "\3")
end

-- The password goes once: a second question for it means that it was refused.
local function answer_question(dialogue, edge, device, deadline)
  local password = transport.secret_of(device, edge.ask.secret)
  if not password then
    give_up(dialogue)
    return nil, ("%s asks for a password, and the device has no '%s'"):format(
      edge.run,
      edge.ask.secret == "enable" and "secret" or edge.ask.secret
    ), "auth"
  end
  local ok, message, kind = dialogue:send(password)
  if not ok then
    return nil, message, kind
  end
  local event
  event, message, kind = dialogue:await_rest(deadline, nil, { edge.ask })
  if event == "question" then
    give_up(dialogue)
    return nil, edge.run .. ": the password was refused", "auth"
  end
  return event, message, kind
end

local function prove(dialogue, edge, deadline)
  local mark = dialogue:new_mark()
  local ok, message, kind = dialogue:send(mark)
  if ok then
    ok, message, kind = dialogue:await_mark(mark, deadline)
  end
  if not ok then
    return nil, dialogue:explain(edge.run, message), kind
  end
  if dialogue.mode ~= edge[2] then
    local text = "%s: the device stays in mode %s (prompt %s)"
    return nil, text:format(edge.run, dialogue.mode, dialogue.prompt), "auth"
  end
  return true
end

local function cross(dialogue, edge, device, timeout)
  local deadline = task.now() + timeout
  local ok, message, kind = dialogue:send(edge.run)
  if not ok then
    return nil, message, kind
  end
  local event
  event, message, kind = dialogue:await_rest(deadline, edge.run, { edge.ask })
  if event == "question" then
    event, message, kind = answer_question(dialogue, edge, device, deadline)
  end
  if not event then
    return nil, message, kind
  end
  return prove(dialogue, edge, deadline)
end

--- Bring the device into a mode.
-- @tparam Dialogue dialogue
-- @string mode
-- @tparam table device for its secrets
-- @number timeout seconds for each step
-- @treturn[1] boolean true
-- @return[2] nil
-- @treturn[2] string message
-- @treturn[2] string kind: auth, timeout, dropped, mode
function privilege.enter(dialogue, mode, device, timeout)
  if dialogue.mode == mode then
    return true
  end
  local path = find_path(dialogue.platform, dialogue.mode, mode)
  if not path then
    local message = "there is no way from mode %s to %s"
    return nil, message:format(dialogue.mode, mode), "mode"
  end
  for _, edge in ipairs(path) do
    local ok, message, kind = cross(dialogue, edge, device, timeout)
    if not ok then
      return nil, message, kind
    end
  end
  return true
end

return privilege
