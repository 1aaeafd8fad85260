--- What a session must be able to do on a platform. Each step is given a trial and
-- returns true, or nil and what went wrong; "-" and a reason where there is nothing to
-- try. They use the session's public verbs only.
-- @module moonwire.verify.step
local output = require "moonwire.lab.twin.output"
local platforms = require "moonwire.platform"

local step = {}

local WRONG = "shwo version" -- that no platform knows
local RESTART = "reload" -- that every twin asks about
local LINE = "ntp server 192.0.2.77" -- that every twin takes

local MOST_SHELLS = 3

local GONE = { dropped = true, closed = true, channel = true }

local function expect(trial, doing, kind, ...)
  local ok, message, found = ...
  if ok then
    return nil, doing .. ": it was taken"
  elseif found ~= kind then
    local words = "%s: expected an error '%s', got '%s': %s"
    return nil, words:format(doing, kind, found, message)
  end
  local prompt
  prompt, message = trial.session:find_prompt()
  return prompt and true, message
end

--- Log in, prepared, in the mode that was meant.
function step.login(trial)
  local ok, message = trial.session:ready()
  if not ok then
    return nil, message
  end
  local mode = trial.session:mode()
  if mode ~= trial.start then
    return nil, ("the login leads to mode %s, not %s"):format(mode, trial.start)
  end
  return true
end

-- where edges lead from a mode, the mode itself being one of them
local function reachable(platform, start)
  local list, seen = { start }, { [start] = true }
  for _, mode in ipairs(list) do
    for _, edge in ipairs(platform.edges or {}) do
      if edge[1] == mode and not seen[edge[2]] then
        seen[edge[2]] = true
        list[#list + 1] = edge[2]
      end
    end
  end
  return seen
end

local function cross(trial, edge)
  local name = ("%s to %s"):format(edge[1], edge[2])
  for side = 1, 2 do
    local ok, message = trial.session:enter_mode(edge[side])
    if not ok then
      return nil, name .. ": " .. message
    end
  end
  trial.crossed[edge] = true
  return true
end

-- Those that leave the mode of the login first: there may be no way back to it.
local function in_order(platform, start)
  local first, rest = {}, {}
  for _, edge in ipairs(platform.edges or {}) do
    table.insert(edge[1] == start and first or rest, edge)
  end
  return table.move(rest, 1, #rest, #first + 1, first)
end

--- Every edge that can be reached, and back to where it began if there is a way.
function step.edges(trial)
  local start = trial.start
  local seen, has_way_back = reachable(trial.platform, start), false
  for _, edge in ipairs(in_order(trial.platform, start)) do
    has_way_back = has_way_back or edge[2] == start
    if seen[edge[1]] then
      local ok, message = cross(trial, edge)
      if not ok then
        return nil, message
      end
    end
  end
  if not has_way_back then
    return true
  end
  local ok, message = trial.session:enter_mode(start)
  return ok, message
end

--- A command that only reads: all of its output, and nothing else.
function step.reading(trial)
  local command = platforms.reading_of(trial.platform)
  if not command then
    return "-", "no command that only reads is known"
  end
  local text, message = trial.session:send_command(command)
  if not text then
    return nil, message
  end
  local shown = output.of(trial.platform, trial.device, command)
  local right = shown:gsub("\r\n", "\n"):gsub("\n$", "")
  if text ~= right then
    local words = "%s: the output is not what was shown: %q"
    return nil, words:format(command, text:sub(1, 300))
  end
  return true
end

--- A wrong command is reported as rejected.
function step.rejection(trial)
  if #(trial.platform.errors or {}) == 0 then
    return "-", "no error is known"
  end
  return expect(trial, WRONG, "rejected", trial.session:send_command(WRONG))
end

--- A question that nobody has announced is not answered.
function step.question(trial)
  if #(trial.platform.questions or {}) == 0 then
    return "-", "no question is known"
  end
  local ok, message = expect(trial, RESTART, "question",
    trial.session:send_interactive(RESTART, {}))
  if ok and trial.device.reloads > 0 then
    return nil, "the question was answered"
  end
  return ok, message
end

--- A pager that cannot be switched off: its pages are turned.
function step.pager(trial)
  local pager = trial.platform.pager
  if not pager or pager.key == pager.stop then
    return "-", "it has none"
  end
  local ok, message = step.reading(trial)
  -- elsewhere a page is as long as the terminal that the client has asked for
  if ok and trial.platform.paging and not trial.device:sent(pager.key) then
    return nil, "no page was turned"
  end
  return ok, message
end

local function has(list, line)
  for _, one in ipairs(list) do
    if one == line then
      return true
    end
  end
  return false
end

local function check_kept(trial, has_save)
  local now = trial.device.twin
  if not now or not has(now.running, LINE) then
    return nil, "the line is not in the running configuration"
  elseif has_save and not has(now.startup, LINE) then
    return nil, "the configuration was not saved"
  end
  return true
end

local function check_shown(trial)
  local action = platforms.action(trial.platform, "show")
  local ok, message = true, nil
  if action and action.mode then
    ok, message = trial.session:enter_mode(action.mode)
  end
  if not ok or not action then
    return ok, message
  end
  local text
  text, message = trial.session:send_command(action.run[1])
  if text and not text:find(LINE, 1, true) then
    return nil, action.run[1] .. ": the line is not shown"
  end
  return text and true, message
end

--- A line of configuration, committed and saved where there are verbs for that, and
-- shown; and a wrong one.
function step.configuration(trial)
  local config = trial.platform.config
  if not config or not config.enter then
    return "-", "it has no configuration mode"
  end
  local has_save = config.save ~= nil
  local ok, message = trial.session:send_config_set({ LINE }, {
    save = has_save,
    commit = config.commit ~= nil,
  })
  if ok then
    ok, message = check_kept(trial, has_save)
  end
  if ok then
    ok, message = check_shown(trial)
  end
  if not ok or #(trial.platform.errors or {}) == 0 then
    return ok and true, message
  end
  return expect(trial, WRONG, "rejected", trial.session:send_config_set { WRONG })
end

--- The device ends the session by the platform's own command.
function step.logout(trial)
  local action = platforms.action(trial.platform, "logout")
  if not action then
    return "-", "no command is known"
  end
  local ok, message = trial.session:enter_mode(trial.start)
  if not ok then
    return nil, message
  end
  local questions = {}
  for _, rule in ipairs(action.ask) do
    questions[#questions + 1] = { rule[1], rule.key or rule.say, key = rule.key ~= nil }
  end
  local command, kind = action.run[#action.run], nil
  for _ = 1, MOST_SHELLS do -- where one shell lies within another, each ends alone
    ok, message, kind = trial.session:send_interactive(command, questions)
    if not ok then
      break
    end
  end
  if ok or not GONE[kind] then
    return nil, ("%s: the session goes on: %s"):format(command, message)
  end
  return true
end

return step
